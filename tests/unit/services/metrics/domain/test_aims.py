"""Of the targets that a unit agreed, the last one that covers a period holds in it."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from msgspec import Raw

from schemas.envelope import Envelope, Event
from schemas.purposes import PurposeSet, TargetAgreed, TargetWithdrawn
from services.metrics.domain.aims import NO_AIMS, Aims
from services.metrics.domain.figures import Figure, Key
from services.metrics.domain.finding import of_series
from services.metrics.domain.measures import Measure
from services.metrics.domain.periods import parse
from services.metrics.domain.series import judge
from services.metrics.domain.spc import Rules


def happened(data: Any, day: str) -> Event:
    envelope = Envelope(
        specversion="1.0",
        id="any",
        source="primed/actions",
        type="any",
        subject="primed/actions/target/any",
        time=f"{day}T10:00:00+00:00",
        data=Raw(b"{}"),
    )
    return Event(envelope=envelope, data=data)


def agreed(target: str, value: float, since: str, on: str, **more: Any) -> Event:
    said = dict(unit="north", measure="completed", reason="So.", by="w-9", target=target, value=value)
    return happened(TargetAgreed(**said | more, since=dt.date.fromisoformat(since)), on)


def withdrawn(target: str, on: str) -> Event:
    return happened(TargetWithdrawn(target=target, unit="north", reason="No.", by="w-9"), on)


def after(*events: Event) -> Aims:
    aims = NO_AIMS
    for event in events:
        aims = aims.after(event)
    return aims


def value(aims: Aims, period: str, unit: str = "north", measure: str = "completed") -> float | None:
    found = aims.of(unit, measure, parse(period))
    return found.value if found else None


FIRST = agreed("t-1", 40, "2026-03-01", "2026-02-20")
SECOND = agreed("t-2", 50, "2026-06-01", "2026-05-10")
EARLIER = agreed("t-3", 30, "2026-05-01", "2026-07-01")


@pytest.mark.parametrize(
    ("period", "target"),
    [
        ("2026-02", None),
        ("2026-03", 40),
        ("2026-W09", None),
        ("2026-W10", 40),
        ("2026-05", 40),
        ("2026-06", 50),
    ],
)
def test_a_target_holds_for_periods_that_begin_on_its_day_or_later(period: str, target: float | None) -> None:
    assert value(after(FIRST, SECOND), period) == target


def test_the_one_agreed_last_holds_also_where_it_begins_earlier() -> None:
    aims = after(FIRST, SECOND, EARLIER)
    assert [value(aims, f"2026-{month:02d}") for month in (4, 5, 6)] == [40, 30, 30]


def test_the_order_of_hearing_does_not_matter() -> None:
    made = [after(*some) for some in itertools.permutations((FIRST, SECOND, EARLIER))]
    assert {value(aims, "2026-06") for aims in made} == {30}


def test_withdrawn_what_held_before_holds_again() -> None:
    aims = after(FIRST, SECOND, withdrawn("t-2", "2026-06-10"))
    assert value(aims, "2026-06") == 40
    assert value(aims.after(withdrawn("t-1", "2026-06-11")), "2026-06") is None


def test_one_of_months_says_nothing_of_weeks() -> None:
    aims = after(FIRST, agreed("t-4", 200, "2026-03-01", "2026-03-02", grain="month"))
    assert (value(aims, "2026-04"), value(aims, "2026-W20")) == (200, 40)


def test_others_targets_are_not_the_units() -> None:
    aims = after(agreed("t-5", 9, "2026-03-01", "2026-03-02", worker="w-1"))
    assert aims == NO_AIMS
    aims = after(FIRST, happened(PurposeSet(unit="north", purpose="It.", by="w-9"), "2026-03-01"))
    assert value(aims, "2026-04", unit="south") is None
    assert value(aims, "2026-04", measure="overdue") is None


def test_what_differs_is_known_with_the_day_from_which_on() -> None:
    before = after(FIRST)
    both = before.after(SECOND)
    assert list(both.differing(before)) == [(("north", "completed"), dt.date(2026, 6, 1))]
    assert list(before.differing(before)) == []
    gone = both.after(withdrawn("t-1", "2026-06-11"))
    assert list(gone.differing(both)) == [(("north", "completed"), dt.date(2026, 3, 1))]


def test_a_series_is_judged_against_the_target_of_its_latest_period() -> None:
    about = Measure(
        id="completed", name="Completed", definition="It.", formula="completed", polarity="higher", target=30
    )
    aims, period, figures = after(SECOND), parse("2025-06"), []
    for place in range(14):
        aim = aims.of("north", "completed", period)
        figures.append(Figure(Key("completed", "north", period), 38 + place % 3, 0, None, False, aim=aim))
        period = period.next
    series = judge(about, figures, Rules())
    assert [point.figure.target(about) for point in series.points][-3:] == [30, 50, 50]
    assert (series.target, series.assurance, series.state) == (50, "consistently_fails", "misses_target")
    assert of_series(series, dt.date(2026, 8, 1)) == "As usual, and so it will miss its target of 50"
    before = judge(about, figures[:-2], Rules())
    assert (before.target, before.aim, before.assurance) == (30, None, "consistently_passes")
