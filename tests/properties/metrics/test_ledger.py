"""What must hold of the ledger whatever happens to a piece of work (docs/ledger.md)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.metrics.domain.book import Key
from services.metrics.domain.facts import NO_FACTS, Fact, Facts, evolve
from services.metrics.domain.postings import entries, postings, reckoning
from tests.casework import STOCKS, event, fact

TEAMS = st.sampled_from(["north", "south", "desk", ""])
WORKERS = st.sampled_from(["ann", "bob", ""])
DAYS = st.integers(1, 14)
FIELDS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "received": st.fixed_dictionaries(
        {},
        optional={
            "team": TEAMS,
            "kind": st.sampled_from(["review", "contact"]),
            "due": DAYS.map(lambda day: f"{day:02d}"),
            "start_by": DAYS.map(lambda day: f"{day:02d}"),
            "needs_authorisation": st.booleans(),
            "from_team": TEAMS,
            "route": st.sampled_from(["phone", "web"]),
        },
    ),
    "allocated": st.fixed_dictionaries({"worker": st.sampled_from(["ann", "bob"])}, optional={"team": TEAMS}),
    "unallocated": st.just({}),
    "due-changed": st.fixed_dictionaries({"due": st.none() | DAYS.map(lambda day: f"{day:02d}")}),
    "transferred": st.fixed_dictionaries(
        {"team": st.sampled_from(["north", "south", "desk"])}, optional={"worker": WORKERS}
    ),
    "started": st.just({}),
    "completed": st.fixed_dictionaries(
        {}, optional={"outcome": st.sampled_from(["met", "not"]), "team": TEAMS, "worker": WORKERS}
    ),
    "authorised": st.just({}),
    "reopened": st.fixed_dictionaries({}, optional={"due": DAYS.map(lambda day: f"{day:02d}")}),
    "cancelled": st.just({}),
}
VERBS = [*FIELDS, "received", "received", "completed", "completed", "retracted"]


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    verb = draw(st.sampled_from(VERBS))
    known = f"e{draw(st.integers(1, 8))}"
    hour = draw(st.sampled_from(["", " 08:00", " 12:00"]))
    attributes: dict[str, Any] = {"id": f"r{known}" if verb == "retracted" else known}
    if draw(st.booleans()):
        attributes["recordedtime"] = f"{draw(DAYS)}"
    if draw(st.booleans()):
        attributes["sequence"] = str(draw(st.integers(-1, 11)))
    at = f"{draw(DAYS)}{hour}"
    if verb == "retracted":
        return event(verb, at, **attributes) | {"data": {"source": "demo/cases", "id": known}}
    fields = draw(FIELDS[verb])
    if draw(st.booleans()) and "due" in fields:
        attributes |= {"ruled": "due", "rulesversion": draw(st.integers(1, 3))}
    return event(verb, at, **attributes, **fields)


HISTORIES = st.lists(events().map(fact), max_size=9)


def known(facts: Iterable[Fact]) -> Facts:
    found = NO_FACTS
    for one in facts:
        found = evolve(found, one)
    return found


@given(HISTORIES, st.data())
@settings(max_examples=400, deadline=None)
def test_order_and_repetition_do_not_matter(history: list[Fact], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(history + data.draw(st.lists(st.sampled_from(history or [None])))))
    other = known(one for one in shuffled if one is not None)
    assert dict(postings(other)) == dict(postings(known(history)))
    assert reckoning(other).faults == reckoning(known(history)).faults


@given(HISTORIES)
@settings(max_examples=300, deadline=None)
def test_the_lines_of_all_events_add_up_to_the_postings(history: list[Fact]) -> None:
    book: Counter[Key] = Counter()
    facts = NO_FACTS
    for one in history:
        facts, lines = entries(facts, one)
        for line in lines:
            assert line.amount != 0
            book[line.key] += line.amount
    assert {key: amount for key, amount in book.items() if amount} == dict(postings(facts))


@given(HISTORIES)
@settings(max_examples=400, deadline=None)
def test_stocks_and_flows_close_and_no_stock_is_below_nothing(history: list[Fact]) -> None:
    found = postings(known(history))
    for team in {key.team for key in found}:
        amounts = {account: daily(found, account, team) for account in {key.account for key in found}}

        def upto(account: str, day: int, amounts: dict[str, Counter[int]] = amounts) -> int:
            return sum(amount for on, amount in amounts.get(account, Counter()).items() if on <= day)

        for day in range(-1, 40):
            stock = {account: upto(account, day) for account in STOCKS}
            assert min(stock.values()) >= 0
            assert stock["allocated"] + stock["unallocated"] == stock["open"]
            assert max(stock["overdue"], stock["start_overdue"]) <= stock["open"]
            assert stock["open"] - stock["incomplete"] == (
                upto("received", day)
                + upto("reopened", day)
                + upto("transferred_in", day)
                - upto("completed", day)
                - upto("cancelled", day)
                - upto("transferred_out", day)
            )


@given(HISTORIES)
@settings(max_examples=200, deadline=None)
def test_what_is_late_is_also_completed_and_durations_are_not_negative(history: list[Fact]) -> None:
    found = postings(known(history))
    totals: Counter[str] = Counter()
    for key, amount in found.items():
        totals[key.account] += amount
        for name, value in key.detail:
            assert name != "days" or (isinstance(value, int) and value >= 0)
    assert totals["completed_late"] <= totals["completed"]
    assert totals["days_to_complete"] <= totals["completed"]
    assert totals["transferred_in"] == totals["transferred_out"]


def daily(found: Any, account: str, team: str) -> Counter[int]:
    start = dt.date(2026, 5, 1)
    amounts: Counter[int] = Counter()
    for key, amount in found.items():
        if key.account == account and key.team == team:
            amounts[(key.day - start).days] += amount
    return amounts
