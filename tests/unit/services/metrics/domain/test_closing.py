"""When a period closes: five working days after its end, at midnight by the council's clocks."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from schemas.working_days import WorkingDays
from services.metrics.domain.closing import (
    Calendar,
    declared_then,
    definition_of,
    due,
    fingerprint,
    state_of,
)
from services.metrics.domain.declaring import catalogue
from services.metrics.domain.formula import Total
from services.metrics.domain.periods import parse
from tests.integration.metrics_read import history

LONDON = ZoneInfo("Europe/London")
EASTER = frozenset({dt.date(2026, 4, 3), dt.date(2026, 4, 6)})
CALENDAR = Calendar(LONDON, WorkingDays(EASTER))


@pytest.mark.parametrize(
    ("period", "closes"),
    [
        ("2026-05", "2026-06-06T00:00:00+01:00"),
        ("2026-03", "2026-04-10T00:00:00+01:00"),
        ("2026-02", "2026-03-07T00:00:00+00:00"),
        ("2026-W20", "2026-05-23T00:00:00+01:00"),
    ],
    ids=["five days from Monday", "over Easter", "by winter's clocks", "a week"],
)
def test_a_period_closes_after_five_working_days(period: str, closes: str) -> None:
    assert CALENDAR.closes(parse(period)) == dt.datetime.fromisoformat(closes)


def test_what_is_due_lies_between_the_ledgers_beginning_and_now_the_newest_first() -> None:
    began, until = dt.datetime(2026, 3, 10, tzinfo=dt.UTC), dt.datetime(2026, 6, 5, 23, 30, tzinfo=dt.UTC)
    found = [period.label for period, _ in due(CALENDAR, began, until, dt.date(2024, 1, 1))]
    months = [label for label in found if "W" not in label]
    assert months == ["2026-05", "2026-04", "2026-03"]
    assert found[:3] == ["2026-05", "2026-W22", "2026-W21"]
    assert found[-2:] == ["2026-W11", "2026-W10"]
    before = dt.datetime(2026, 6, 5, 22, 30, tzinfo=dt.UTC)
    assert "2026-05" not in [period.label for period, _ in due(CALENDAR, began, before, dt.date(2024, 1, 1))]


def test_nothing_older_than_the_horizon_is_given() -> None:
    began, until = dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 6, 6, 1, tzinfo=dt.UTC)
    found = [period.label for period, _ in due(CALENDAR, began, until, dt.date(2026, 4, 1))]
    assert [label for label in found if "W" not in label] == ["2026-05", "2026-04"]


def measure(formula: str, name: str = "Done") -> str:
    return f"measures: [{{id: done, name: {name}, definition: x, formula: '{formula}', polarity: higher}}]"


def test_a_definition_is_told_by_what_its_figures_depend_on() -> None:
    one, renamed = (catalogue(measure("sum(completed)", name))["done"] for name in ("Done", "Finished"))
    other = catalogue(measure("sum(completed where kind = review)"))["done"]
    assert fingerprint(one) == fingerprint(renamed)
    assert fingerprint(one) != fingerprint(other)
    then = declared_then(other, definition_of(one))
    assert isinstance(then.formula, Total)
    assert then.formula == one.formula
    assert then.measure.name == "Done"


def test_the_state_of_the_organisation_is_who_belonged_where() -> None:
    tree = history.tree()
    assert state_of(tree) == state_of(history.tree())
    number = len(history.UNITS)
    moved = history.registry.read(
        history.envelope(
            "unit.moved", "demo/hr", "demo/hr/x", "2026-06-02", number, {"unit": "north", "parent": "short"}
        )
    )
    assert state_of(tree.after(moved)) != state_of(tree)
