"""The short way and the obvious way say the same of every event, line for line, in whatever order."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.metrics.domain.fact import Fact
from services.metrics.domain.facts import NO_FACTS, Facts, standing
from services.metrics.domain.history import in_order
from services.metrics.domain.postings import Change, happens, obviously, present
from services.metrics.domain.walk import walked
from tests.casework import fact
from tests.properties.metrics.test_ledger import HISTORIES
from tests.reference.histories import DAYS, happened, life, logs

SUBJECT = "demo/a/0"
Json = dict[str, Any]


def lines(change: Change | None) -> Any:
    return change and (list(change.lines), list(change.faults), present(change.after))


def agree(history: list[Fact]) -> None:
    """Take the events both ways; then see that no value of the facts on the way has changed its meaning."""
    facts, values = NO_FACTS, []
    for one in history:
        short, plain = happens(facts, one), obviously(Facts(facts.kept), one)
        assert lines(short) == lines(plain)
        assert (short and short.after.kept) == (plain and plain.after.kept)
        if short:
            facts = short.after.settled()
            values.append(facts)
    for value in values:
        if value.walk is not None:
            assert value.walk == walked(standing(Facts(value.kept))[0])


def as_it_happened(events: list[Json]) -> list[Fact]:
    """The events in the order of the history, retractions last."""
    said = [fact(event) for event in events]
    work = [one for one in said if one.noun == "work"]
    return in_order(work) + [one for one in said if one.noun != "work"]


@settings(max_examples=300, deadline=None)
@given(logs(items=1))
def test_in_any_order(log: list[Json]) -> None:
    agree([fact(event) for event in log])


@settings(max_examples=300, deadline=None)
@given(logs(items=1))
def test_in_the_order_of_the_history(log: list[Json]) -> None:
    agree(as_it_happened(log))


@settings(max_examples=300, deadline=None)
@given(life(SUBJECT, DAYS), st.lists(happened(SUBJECT, DAYS), max_size=12))
def test_a_long_life_in_order_without_a_conflict(lived: list[Json], more: list[Json]) -> None:
    events = [{**event, "id": str(number)} for number, event in enumerate(lived + more)]
    agree(as_it_happened(events))


@settings(max_examples=300, deadline=None)
@given(logs(items=1), st.data())
def test_in_order_but_for_some_that_come_late_or_twice(log: list[Json], data: st.DataObject) -> None:
    history = as_it_happened(log)
    for late in data.draw(st.lists(st.sampled_from(history), max_size=3)):
        place = data.draw(st.integers(0, len(history)))
        history.insert(place, late)
        if data.draw(st.booleans()):
            history.remove(late)
    agree(history)


@settings(max_examples=300, deadline=None)
@given(HISTORIES)
def test_other_histories(history: list[Fact]) -> None:
    agree(history)
    agree(in_order([one for one in history if one.noun == "work"]))
