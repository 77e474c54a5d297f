"""Who passes work to whom, and how it ended, by the day on which it was passed on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.metrics.answers.asked import Days, happened, months_until
from services.metrics.answers.asking import Answer, Ask, Sources, Sums
from services.metrics.domain.cuts import ALL, Only, Per
from services.metrics.domain.passing import By, Direction, Passage, Passed, finding, interfaces
from services.metrics.domain.units import EVERYTHING, Span, Teams

SENT_BY = ("day", "team", "to_team", "kind")
ENDED_BY = ("passed", "team", "to_team", "kind", "outcome")


@dataclass(frozen=True, slots=True)
class InterfaceReport:
    """Work passed on from `first` to `last`, with what came of it by the day asked."""

    by: By
    direction: Direction
    rows: tuple[Passage, ...]
    finding: str
    first: dt.date
    last: dt.date


async def passed(
    sources: Sources,
    ask: Ask,
    by: By,
    days: Days,
    per: Per = "period",
    *,
    direction: Direction = "sent",
    only: Only = ALL,
) -> Answer[InterfaceReport]:
    """Work that the unit's teams passed on (or `received` from others), pair by pair.

    A piece counts on the day on which it was passed on, for the unit that its team belonged to on that day.
    """
    first, last = months_until(ask, days)
    rollup = sources.rollup(ask.tenant)
    spans = rollup.spans(ask.unit, first, last)
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        found = await _sent(snapshot, _sending(spans, direction), ask.as_at, only)
        fresh = await snapshot.freshness()
    if direction == "received":
        found = [one for one in found if one.to_team in _teams_on(spans, one.day)]
    tree = rollup.tree
    names = {unit.id: unit.name for unit in tree.units(ask.as_at)}
    said = finding(interfaces(found, "team", "period"), names)
    report = InterfaceReport(by, direction, interfaces(found, by, per), said, first, last)
    return Answer(ask, fresh, report)


def _sending(spans: Sequence[Span], direction: Direction) -> list[Span]:
    """Whose lines are read: the sending team has them, so for what a unit received those of all teams."""
    return [
        Span(span.first, span.last, EVERYTHING if direction == "received" else span.teams) for span in spans
    ]


async def _sent(ledger: Sums, spans: Sequence[Span], as_at: dt.date, only: Only) -> list[Passed]:
    """What was passed on in the spans, and how it ended by the day asked."""
    if not spans:
        return []
    sent = await happened(ledger, ("referred_on",), spans, SENT_BY, only)
    found = [Passed(_day(day), team, to, kind, None, n) for (day, team, to, kind), n in sent]
    for span in spans:
        until = Span(span.first, as_at, span.teams)
        ended = await happened(ledger, ("referral_ended",), [until], ENDED_BY, only)
        found += [
            Passed(_day(day), team, to, kind, outcome, n)
            for (day, team, to, kind, outcome), n in ended
            if span.first <= _day(day) <= span.last
        ]
    return found


def _teams_on(spans: Sequence[Span], day: dt.date) -> Teams:
    """The teams of the unit on a day; the spans cover all days asked."""
    return next(span.teams for span in spans if span.first <= day <= span.last)


_day: Callable[[str], dt.date] = dt.date.fromisoformat
