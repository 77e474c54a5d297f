"""The shelf over Postgres: the read tables, asked one question at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TypeVar

from eventlog.event_store import PostgresEventStore
from eventlog.postgres import Pool, Row, transaction
from services.actions.answers import Aimed, Commitments, Listed, Wanted
from services.actions.domain import commitment as commitments
from services.actions.domain import meeting as meetings
from services.actions.domain import purpose as purposes
from services.actions.domain import target as targets
from services.actions.domain.decision import Versioned
from services.actions.domain.escalation import Heard
from services.actions.domain.meeting import Plan
from services.actions.domain.said import Noun
from services.actions.store import rows
from services.actions.store.rows import SQL

State = TypeVar("State")


class PostgresShelf:
    """As `answers.Shelf`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._events = PostgresEventStore(pool)

    async def meeting(self, tenant: str, key: str) -> Versioned[meetings.Known] | None:
        """One meeting."""
        found = await self._fetch("one_meeting", tenant, key)
        return rows.meeting_of(found[0]) if found else None

    async def commitment(self, tenant: str, key: str) -> Versioned[commitments.Known] | None:
        """One commitment."""
        found = await self._fetch("one_commitment", tenant, key)
        return rows.commitment_of(found[0]) if found else None

    async def meetings(self, wanted: Wanted) -> Listed[meetings.Known]:
        """A piece of the list of meetings, the latest first."""
        after = wanted.after or (None, None)
        found = await self._fetch(
            "meetings", wanted.tenant, wanted.units, wanted.state, *after, wanted.limit + 1
        )
        return _listed(found, wanted.limit, rows.meeting_of)

    async def commitments(self, wanted: Wanted) -> Listed[commitments.Known]:
        """A piece of the list of commitments: open ones by deadline, then the rest, the latest first."""
        late, day = wanted.late_on or (None, None)
        found = await self._fetch(
            "commitments",
            wanted.tenant,
            wanted.units,
            wanted.person,
            wanted.owner,
            wanted.state,
            late,
            day,
            wanted.meeting,
            wanted.escalation,
            *(wanted.after or (None, None)),
            wanted.limit + 1,
        )
        return _listed(found, wanted.limit, rows.commitment_of)

    async def counted(self, tenant: str, units: Sequence[str] | None, since: dt.date) -> Commitments:
        """Every commitment that is open, or ended or was due on `since` or later."""
        return [rows.commitment_of(row) for row in await self._fetch("counted", tenant, units, since)]

    async def target(self, tenant: str, key: str) -> Versioned[targets.Held] | None:
        """One target, whoever it is of."""
        found = await self._targets(Wanted(tenant, 1), Aimed(workers=True), key)
        return rows.target_of(found[0]) if found else None

    async def targets(self, wanted: Wanted, aimed: Aimed) -> Listed[targets.Held]:
        """A piece of the list of targets, the latest agreed first."""
        return _listed(await self._targets(wanted, aimed, None), wanted.limit, rows.target_of)

    async def purposes(self, wanted: Wanted) -> Listed[purposes.Standing]:
        """A piece of the list of purposes, by unit."""
        after = wanted.after or (None, None)
        found = await self._fetch("purposes", wanted.tenant, wanted.units, *after, wanted.limit + 1)
        return _listed(found, wanted.limit, rows.purpose_of)

    async def history(self, tenant: str, noun: Noun, key: str) -> list[bytes]:
        """All events of one stream, byte for byte as they go into the log."""
        return [stored.data for stored in await self._events.load(f"{tenant}/{noun}/{key}")]

    async def due(self, tenant: str, unit: str, day: dt.date) -> Commitments:
        """The unit's open commitments whose deadline is that day or earlier."""
        return [rows.commitment_of(row) for row in await self._fetch("due", tenant, unit, day)]

    async def agreed_at(self, tenant: str, meeting: str) -> Commitments:
        """What was agreed at one meeting, in order."""
        return [rows.commitment_of(row) for row in await self._fetch("agreed_at", tenant, meeting)]

    async def last_closed(self, tenant: str, plan: Plan, before: dt.datetime) -> dt.datetime | None:
        """When the unit's last meeting before that moment was closed."""
        found = await self._fetch("last_closed", tenant, plan.unit, plan.meeting, before)
        closed: dt.datetime | None = found[0]["closed_at"]
        return closed

    async def last_commitments(
        self, tenant: str, plan: Plan, before: dt.datetime, ended_after: dt.datetime
    ) -> Commitments:
        """The unit's commitments agreed before, at other meetings, that are open or ended after that."""
        found = await self._fetch("last_commitments", tenant, plan.unit, plan.meeting, before, ended_after)
        return [rows.commitment_of(row) for row in found]

    async def exceptions(
        self, tenant: str, units: Sequence[str], until: dt.datetime, ended_after: dt.datetime
    ) -> list[Heard]:
        """Exceptions of these units raised until then, that are open or ended after that."""
        found = await self._fetch("exceptions", tenant, units, until, ended_after)
        return [heard for row in found if (heard := rows.heard_of(row))]

    async def _targets(self, wanted: Wanted, aimed: Aimed, key: str | None) -> list[Row]:
        return await self._fetch(
            "targets",
            wanted.tenant,
            key,
            wanted.units,
            wanted.person,
            aimed.workers,
            aimed.measure,
            aimed.worker,
            wanted.state,
            aimed.on,
            *(wanted.after or (None, None)),
            wanted.limit + 1,
        )

    async def _fetch(self, name: str, *arguments: object) -> list[Row]:
        async with transaction(self._pool) as connection:
            return await connection.fetch(SQL[name], *arguments)


def _listed(found: Sequence[Row], limit: int, state_of: Callable[[Row], Versioned[State]]) -> Listed[State]:
    last = found[limit - 1] if len(found) > limit else None
    return Listed([state_of(row) for row in found[:limit]], (last["place"], last["id"]) if last else None)
