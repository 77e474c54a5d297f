"""What a figure means for a rule: tables of sentences."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from services.notify.domain.rule import (
    Begin,
    Clear,
    Decision,
    Figure,
    Forget,
    Keep,
    Pending,
    Quiet,
    Raise,
    Reason,
    Rule,
    Standing,
    State,
    applies,
    decide,
    faults,
    is_over,
)

START = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)
OVERDUE = Rule(id="overdue", name="Overdue work", measure="overdue", comparison="above", value=20, clear=15)
LASTING = msgspec.structs.replace(OVERDUE, for_=dt.timedelta(days=3))
KEPT = Rule(id="kept", name="Commitments kept", measure="kept", comparison="below", value=80, clear=90)


def figure(value: float | None, *, hours: int = 0, denominator: int | None = None) -> Figure:
    told = START + dt.timedelta(hours=hours)
    return Figure("north", "overdue", "month", "2026-11", value, denominator, 7, told, "e-7")


@pytest.mark.parametrize(
    ("rule", "state", "heard", "decision"),
    [
        (OVERDUE, Quiet(), figure(21), Raise(START)),
        (OVERDUE, Quiet(), figure(20), Keep(Reason.BETWEEN)),
        (OVERDUE, Quiet(), figure(15), Keep(Reason.WITHIN)),
        (OVERDUE, Quiet(), figure(None), Keep(Reason.NO_DATA)),
        (KEPT, Quiet(), figure(79.9), Raise(START)),
        (KEPT, Quiet(), figure(80), Keep(Reason.BETWEEN)),
        (LASTING, Quiet(), figure(30), Begin(START)),
        (LASTING, Pending(START), figure(30, hours=71), Keep(Reason.WAITING)),
        (LASTING, Pending(START), figure(30, hours=72), Raise(START)),
        (LASTING, Pending(START), figure(20, hours=80), Forget(Reason.BETWEEN)),
        (LASTING, Pending(START), figure(None, hours=80), Forget(Reason.NO_DATA)),
        (OVERDUE, Standing("x"), figure(50), Keep(Reason.STILL)),
        (OVERDUE, Standing("x"), figure(16), Keep(Reason.BETWEEN)),
        (OVERDUE, Standing("x"), figure(15), Clear("x", Reason.BACK)),
        (OVERDUE, Standing("x"), figure(None), Clear("x", Reason.NOTHING_LEFT)),
        (KEPT, Standing("x"), figure(89), Keep(Reason.BETWEEN)),
        (KEPT, Standing("x"), figure(90), Clear("x", Reason.BACK)),
    ],
)
def test_a_figure_of_the_present_period(rule: Rule, state: State, heard: Figure, decision: Decision) -> None:
    assert decide(rule, state, heard, present=True) == decision


def test_a_period_that_is_over_never_begins_an_exception_but_may_end_one() -> None:
    assert decide(OVERDUE, Quiet(), figure(99), present=False) == Keep(Reason.NOT_PRESENT)
    assert decide(OVERDUE, Standing("x"), figure(3), present=False) == Clear("x", Reason.BACK)


def test_a_share_of_very_few_is_not_judged() -> None:
    rule = msgspec.structs.replace(OVERDUE, smallest_denominator=10)
    assert decide(rule, Quiet(), figure(50, denominator=9), present=True) == Keep(Reason.TOO_FEW)
    assert decide(rule, Quiet(), figure(50, denominator=10), present=True) == Raise(START)


def test_a_flapping_value_asks_once_and_again_only_after_it_was_well() -> None:
    state: State = Quiet()
    raised = 0
    for value in (21, 19, 22, 18, 25, 16, 21, 15, 20, 21):
        match decide(OVERDUE, state, figure(value), present=True):
            case Raise():
                raised, state = raised + 1, Standing(f"x-{raised}")
            case Clear():
                state = Quiet()
            case _:
                pass
    assert raised == 2


def test_waiting_ends_when_the_time_is_up_though_no_figure_comes() -> None:
    assert not is_over(LASTING, Pending(START), START + dt.timedelta(hours=71, minutes=59))
    assert is_over(LASTING, Pending(START), START + dt.timedelta(hours=72))


@pytest.mark.parametrize(
    ("level", "unit", "watches"),
    [
        (None, None, {"council", "front-door", "north", "south"}),
        ("team", None, {"north", "south"}),
        (None, "front-door", {"front-door"}),
        ("team", "front-door", {"north"}),
        ("team", "north", {"north"}),
    ],
)
def test_which_units_a_rule_watches(level: str | None, unit: str | None, watches: set[str]) -> None:
    tree = {
        "council": ("council", ()),
        "front-door": ("service", ("council",)),
        "north": ("team", ("council", "front-door")),
        "south": ("team", ("council",)),
    }
    rule = msgspec.structs.replace(OVERDUE, level=level, unit=unit)
    assert {name for name, (its, above) in tree.items() if applies(rule, name, its, above)} == watches
    assert not applies(msgspec.structs.replace(rule, enabled=False), "north", "team", ("council",))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": "  "}, "name must say"),
        ({"clear": 21}, "clear must be at or below value"),
        ({"comparison": "below", "clear": 10}, "clear must be at or above value"),
        ({"for_": dt.timedelta(-1)}, "for must not be negative"),
        ({"rung_after": dt.timedelta(0)}, "rung_after must be longer"),
        ({"ladder": ()}, "at least one role"),
        ({"ladder": ("head", "head")}, "each role once"),
        ({"smallest_denominator": -1}, "smallest_denominator"),
    ],
)
def test_a_rule_that_could_not_work_says_why(change: dict[str, object], says: str) -> None:
    assert faults(OVERDUE) == []
    [said] = faults(msgspec.structs.replace(OVERDUE, **change))
    assert says in said


def test_a_rule_survives_being_kept() -> None:
    assert msgspec.json.decode(msgspec.json.encode(LASTING), type=Rule) == LASTING
    assert b'"for":' in msgspec.json.encode(LASTING)
