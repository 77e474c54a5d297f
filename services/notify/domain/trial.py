"""What history says of a rule: the figures of a series as they would have been told, one for each period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from schemas.measures import Number
from services.notify.domain.escalation import Known, is_open
from services.notify.domain.period import in_words
from services.notify.domain.rule import Figure, Rule

MOST_UNITS = 100
"""Units tried at once: each is a series of its own to read."""

LAST_SECOND = dt.time(23, 59, 59)
"""When the figure of a period that is over is taken to have been told."""


class Point(Struct, frozen=True):
    """One period of a series, as metrics answers it."""

    period: str
    last: dt.date = field(name="to")
    value: Number | None
    denominator: int | None = None


class Past(Struct, frozen=True):
    """A series of one unit, and what it rests on."""

    unit: str
    as_at: dt.date
    fresh_at: str | None
    positions: dict[str, int]
    points: tuple[Point, ...]
    target: Number | None = None


def switched_on(rule: Rule) -> Rule:
    """The rule as it would be if it asked somebody."""
    return replace(rule, enabled=True)


def told(rule: Rule, past: Past, now: dt.datetime) -> list[Figure]:
    """The figures as told when their period ended; of the present one, as it stands now."""
    return [_figure(rule, past, place, point, now) for place, point in enumerate(past.points, start=1)]


def _figure(rule: Rule, past: Past, place: int, point: Point, now: dt.datetime) -> Figure:
    end = dt.datetime.combine(point.last, LAST_SECOND, tzinfo=now.tzinfo)
    return Figure(
        unit=past.unit,
        measure=rule.measure,
        grain=rule.grain,
        period=point.period,
        value=point.value,
        denominator=point.denominator,
        sequence=place,
        told_at=min(end, now),
        event=f"{past.unit}/{rule.measure}/{rule.grain}/{point.period}",
    )


def fresh_at(pasts: Sequence[Past]) -> str | None:
    """Up to when everything read had been heard; None when one of them cannot say."""
    moments = [past.fresh_at for past in pasts]
    return min((one for one in moments if one), default=None) if all(moments) else None


def positions(pasts: Sequence[Past]) -> dict[str, int]:
    """How far the log had been read for all of them."""
    lowest: dict[str, int] = {}
    for past in pasts:
        for place, offset in past.positions.items():
            lowest[place] = min(offset, lowest.get(place, offset))
    return lowest


def finding(
    periods: Sequence[str], units: int, exceptions: Sequence[Known], people: Mapping[str, int]
) -> str:
    """The whole trial in a sentence or two that could be said aloud."""
    if not periods:
        return "There is no history to try it on."
    over = f"from {in_words(periods[0])} to {in_words(periods[-1])}"
    if not exceptions:
        return f"It would not have fired {over}, at any of {_many(units, 'unit')}."
    where = len({one.breach.unit for one in exceptions})
    standing = sum(map(is_open, exceptions))
    told = f"{_many(sum(people.values()), 'message')} to {_many(len(people), 'person', 'people')}"
    return (
        f"It would have fired {_times(len(exceptions))} {over}, at {where} of {_many(units, 'unit')}, "
        f"with {told} if nobody had answered; {standing or 'none'} would stand now."
    )


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def _many(count: int, noun: str, plural: str = "") -> str:
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
