"""Figures as they were given, in Postgres (given.sql): a closing is written whole, once."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from eventlog.postgres import Pool, Row, statements
from services.metrics.domain.closing import Closing, Given, Place, given_of
from services.metrics.domain.figures import Figure
from services.metrics.domain.periods import Grain
from services.metrics.domain.telling import Subject
from services.metrics.store.reaching import reached

SQL = statements("services.metrics.store", "given.sql")


class PostgresGiven:
    """The book of what was given."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def closings(self, tenant: str | None = None) -> list[Closing]:
        """Every period that closed."""
        return [_closing(row) for row in await self._fetch("closings", tenant)]

    async def closing(self, place: Place) -> Closing | None:
        """How a period closed; None when it has not, or did so before the ledger began."""
        rows = await self._fetch("closing", *place)
        return _closing(rows[0]) if rows else None

    async def definition(self, fingerprint: str) -> dict[str, Any] | None:
        """How a measure was made then."""
        rows = await self._fetch("definition", fingerprint)
        body: dict[str, Any] | None = json.loads(rows[0]["body"]) if rows else None
        return body

    async def given(self, tenant: str, subjects: Collection[Subject]) -> dict[Subject, Given]:
        """What was given of these figures; those of which nothing happened are not among them."""
        asked = [(one.grain, one.period, one.unit, one.measure) for one in subjects]
        rows = await self._fetch("given", tenant, *_columns(asked, 4))
        return {
            Subject(row["unit"], row["measure"], cast("Grain", row["grain"]), row["period"]): Given(
                json.loads(row["value"]) if row["value"] else None, row["numerator"], row["denominator"]
            )
            for row in rows
        }

    async def close(
        self, closing: Closing, figures: Sequence[Figure], definitions: Mapping[str, Mapping[str, Any]]
    ) -> None:
        """Write a closing with its figures and how they were made; one that is there stays as it is."""
        rows = [(one.key.unit, one.key.measure, *_row(given_of(one))) for one in figures]
        bodies = [json.dumps(body, sort_keys=True) for body in definitions.values()]
        told = json.dumps(dict(closing.definitions), sort_keys=True)
        async with reached(self._pool) as connection:
            await connection.execute(SQL["define"], list(definitions), bodies)
            place, units = closing.place, sorted(closing.units)
            new = await connection.fetch(SQL["close"], *place, closing.at, closing.tree, units, told)
            if new:
                await connection.execute(SQL["give"], *place, *_columns(rows, 5))

    async def _fetch(self, name: str, *arguments: Any) -> list[Row]:
        async with reached(self._pool) as connection:
            return await connection.fetch(SQL[name], *arguments)


def _closing(row: Row) -> Closing:
    place = Place(row["tenant"], cast("Grain", row["grain"]), row["period"])
    definitions = json.loads(row["definitions"])
    return Closing(place, row["at"], row["tree"], frozenset(row["units"]), definitions)


def _row(given: Given) -> tuple[str | None, int | None, int | None]:
    value = None if given.value is None else json.dumps(given.value)
    return value, given.numerator, given.denominator


def _columns(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
