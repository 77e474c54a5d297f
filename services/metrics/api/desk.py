"""Who asks for what: scope by the tree, the day asked, and errors as answers."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, TypeAlias

from fastapi import Query

from runtime.auth import Principal, may_see_person, needs
from runtime.problems import TITLES, Problem, not_found, wrong
from schemas.registry import EARLIEST, LATEST
from services.metrics.answers.asking import Ask, BadQuestion, NotThere, Sources
from services.metrics.domain.complete import Family
from services.metrics.domain.periods import BadPeriod, day_of, days_of
from services.metrics.domain.units import Teams
from services.metrics.domain.worklist import UNHEARD, Cadence, Health

CLOCKS = dt.timedelta(minutes=1)
"""Callers' clocks may be so far ahead of ours."""
READERS = ("practitioner", "manager", "head", "director", "finance", "analyst", "operator", "service")
Unit: TypeAlias = Annotated[
    str | None, Query(max_length=200, description="Unit id; without one your own unit, or the council.")
]
AsAt: TypeAlias = Annotated[
    dt.date | None,
    Query(
        ge=EARLIEST,
        le=LATEST,
        description="The day at whose end figures stand; without one that of `as_known`, or today. "
        "After today: if nothing is done.",
    ),
]
AsKnown: TypeAlias = Annotated[
    dt.datetime | None,
    Query(description="RFC 3339 with offset: figures as they were known at this moment; now without one."),
]
From: TypeAlias = Annotated[
    str | None,
    Query(alias="from", max_length=10, description="First day, month or week: 2026-11-01, 2026-11."),
]
To: TypeAlias = Annotated[
    str | None, Query(max_length=10, description="Last day, month or week, counted too: 2026-11-30, 2026-11.")
]
Cursor: TypeAlias = Annotated[
    str | None, Query(max_length=1000, description="`next_cursor` of the page before.")
]


@dataclass(frozen=True)
class Desk:
    """What the routes stand on: sources of answers, the clock, the time zone, how often each feed speaks."""

    sources: Sources
    now: Callable[[], dt.datetime]
    zone: dt.tzinfo
    cadences: Mapping[str, Cadence] = field(default_factory=dict)
    health: Callable[[str], Health] = lambda tenant: UNHEARD
    """How the feeds of a tenant stood when somebody looked last."""

    @property
    def today(self) -> dt.date:
        """The day in the council's time zone."""
        return day_of(self.now(), self.zone)

    async def ask(
        self,
        who: Principal = needs(*READERS),
        unit: Unit = None,
        as_at: AsAt = None,
        as_known: AsKnown = None,
    ) -> Ask:
        """A question about one unit in the caller's scope."""
        return self.asked(who, unit, as_at, as_known)

    def asked(
        self, who: Principal, unit: str | None, as_at: dt.date | None, as_known: dt.datetime | None
    ) -> Ask:
        """The question, or the 404 that a foreign unit shares with a missing one."""
        if as_known is not None:
            _check(as_known)
        today = self.today
        chosen = unit or who.unit or self.sources.rollup(who.tenant).home(None)
        if not self.may_see(who, chosen, today):
            raise not_found()
        then = min(day_of(as_known, self.zone), today) if as_known else today
        health = self.health(who.tenant)
        return Ask(
            who.tenant,
            chosen,
            as_at or then,
            today,
            as_known,
            stale=health.stale(self.cadences, self.now()),
            complete_in=self._complete_in(who.tenant, chosen, as_at or then),
            before_all=bool(as_known and health.began and as_known < health.began),
            note=self._note(as_known, health.began),
        )

    def below(self, ask: Ask, unit: str) -> Ask:
        """The same question about a unit below the one asked."""
        return replace(ask, unit=unit, complete_in=self._complete_in(ask.tenant, unit, ask.as_at))

    def _complete_in(self, tenant: str, unit: str, day: dt.date) -> dict[Family, dt.date]:
        rollup = self.sources.rollup(tenant)
        since = rollup.complete.families(rollup.on(unit, day))
        return {family: found.day for family, found in since.items()}

    def _note(self, as_known: dt.datetime | None, began: dt.datetime | None) -> str | None:
        """What has to be said of the moment asked: nothing was known yet, or it is still to come."""
        if as_known is None:
            return None
        if as_known > self.now() + CLOCKS:
            return "as_known is still to come: these are the figures as they are known now."
        if began is not None and as_known < began:
            first = began.astimezone(self.zone).isoformat(timespec="seconds")
            return f"Nothing was known then; the first event was known at {first}."
        return None

    def may_see(self, who: Principal, unit: str, today: dt.date) -> bool:
        """Whether the unit lies in the caller's scope by today's tree."""
        rollup = self.sources.rollup(who.tenant)
        if who.unit is None and unit == rollup.home(None):
            return True
        return rollup.tree.covers(who.unit, unit, today)

    def own_of(self, who: Principal, worker: str) -> str:
        """The worker's team, for themselves and who manages it; a foreign worker is a missing one."""
        tree, today = self.sources.rollup(who.tenant).tree, self.today
        team = tree.team_of(worker, today)
        supervises = team is not None and tree.covers(who.unit, team, today)
        if not may_see_person(who, worker, supervises):
            raise not_found()
        return team or who.unit or self.sources.rollup(who.tenant).home(None)

    def scope(self, who: Principal) -> Teams:
        """The teams whose work the caller may see, by today's tree."""
        rollup = self.sources.rollup(who.tenant)
        return rollup.on(who.unit or rollup.home(None), self.today)


def _check(as_known: dt.datetime) -> None:
    if as_known.tzinfo is None:
        raise wrong("as_known needs an offset, as in 2026-11-02T09:00:00Z.", field="as_known")
    if not EARLIEST.year <= as_known.year <= LATEST.year:
        raise wrong(f"as_known must lie between {EARLIEST} and {LATEST}.", field="as_known")


@contextmanager
def answering() -> Iterator[None]:
    """Turns what the answers refuse into problems that say what to do."""
    try:
        yield
    except NotThere as error:
        if not error.there_is:
            raise not_found() from error
        detail = f"There is no {error.what}; there are: {', '.join(error.there_is)}."
        raise Problem(404, TITLES[404], detail, there_is=list(error.there_is)) from error
    except BadPeriod as error:
        raise wrong(str(error), field="period") from error
    except BadQuestion as error:
        raise wrong(str(error), field=error.field) from error


def range_of(
    first: str | None, last: str | None, fields: tuple[str, str] = ("from", "to")
) -> tuple[dt.date | None, dt.date | None]:
    """The first and last day of a range whose ends are days, months or weeks; 422 for what is none."""
    return _end(fields[0], first, 0), _end(fields[1], last, 1)


def _end(field: str, text: str | None, which: int) -> dt.date | None:
    if not text:
        return None
    try:
        day = days_of(text)[which]
    except BadPeriod as error:
        raise wrong(str(error), field=field) from error
    if not EARLIEST <= day <= LATEST:
        raise wrong(f"{field} must lie between {EARLIEST} and {LATEST}, not at {text}.", field=field)
    return day


def cursor_of(place: Sequence[Any]) -> str:
    """A place in a list as the text that asks for what follows it."""
    plain = [item.isoformat() if isinstance(item, dt.date) else item for item in place]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def place_of(cursor: str, shape: Sequence[type]) -> tuple[Any, ...]:
    """The place that a cursor names; 422 when it is none of ours."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(parts, list) or len(parts) != len(shape):
            raise ValueError("another shape")
        return tuple(_part(part, kind) for part, kind in zip(parts, shape, strict=True))
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise wrong(
            "The cursor is not one that was given out; begin again without it.", field="cursor"
        ) from error


def _part(part: Any, kind: type) -> Any:
    if kind is dt.date:
        return dt.date.fromisoformat(part)
    if type(part) is not kind:
        raise ValueError("another kind of value")
    if isinstance(part, int) and not -1 <= part < 2**63:
        raise ValueError("too large a number")
    if isinstance(part, str) and "\x00" in part.encode().decode():
        raise ValueError("a NUL character")
    return part
