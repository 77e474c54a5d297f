"""Mappings: those that ship with Primed, and a council's own, which stand before them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources

from eventlog.postgres import Pool, statements, transaction
from services.ingest.domain.mapping import parse
from services.ingest.domain.steps import StepsMapping

SQL = statements("services.ingest.store", "mappings.sql")


@dataclass(frozen=True, slots=True)
class Kept:
    """A mapping by its name; version 0 ships with Primed."""

    name: str
    body: str
    version: int


class Mappings:
    """The mappings of each tenant."""

    def __init__(self, pool: Pool, clock: Callable[[], dt.datetime]) -> None:
        self._pool = pool
        self._clock = clock
        self._shipped = shipped()

    async def all(self, tenant: str) -> list[Kept]:
        """Every mapping that the tenant can use, by name."""
        async with transaction(self._pool) as connection:
            own = [Kept(**dict(row)) for row in await connection.fetch(SQL["own"], tenant)]
        known = {**self._shipped, **{mapping.name: mapping for mapping in own}}
        return [known[name] for name in sorted(known)]

    async def find(self, tenant: str, name: str) -> Kept | None:
        """The tenant's own mapping of this name, else the one that ships."""
        async with transaction(self._pool) as connection:
            row = await connection.fetchrow(SQL["find"], tenant, name)
        return self._shipped.get(name) if row is None else Kept(**dict(row))

    async def put(self, tenant: str, name: str, body: str, on_top_of: int, by: str) -> int | None:
        """Keep the body on top of the version given; the new version, or None when it has moved on."""
        async with transaction(self._pool) as connection:
            version: int | None = await connection.fetchval(
                SQL["put"], tenant, name, body, on_top_of, by, self._clock()
            )
        return version


def usual_steps() -> StepsMapping:
    """The mapping for workflow steps that ships: the names that columns commonly have."""
    usual = parse(shipped()["steps"].body)
    assert isinstance(usual, StepsMapping)
    return usual


def shipped() -> dict[str, Kept]:
    """The mappings in the package's folder `mappings`."""
    folder = resources.files("services.ingest").joinpath("mappings")
    found = {
        file.name.removesuffix(".yaml"): file for file in folder.iterdir() if file.name.endswith(".yaml")
    }
    return {name: Kept(name, file.read_text(encoding="utf-8"), 0) for name, file in found.items()}
