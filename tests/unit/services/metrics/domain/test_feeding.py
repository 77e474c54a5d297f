"""How an item is fed: where it has rows, only they count, one for each as-of (docs/ledger.md)."""

from __future__ import annotations

from services.metrics.domain.postings import reckoning
from tests import placements
from tests.casework import SOURCE, SUBJECT, book, event, facts, flows
from tests.exports import row

BASE = {"received": "4", "team": "north", "kind": "review"}
OPENING = {"received @north 05-04 review": 1}


def test_of_one_as_of_the_row_with_the_larger_id_counts() -> None:
    rows = [row("10", **BASE, id="b"), row("10", **BASE | {"team": "south"}, id="a")]
    assert flows(*rows) == flows(*reversed(rows)) == OPENING


def test_where_an_item_has_rows_its_single_events_do_not_count() -> None:
    singles = [event("received", "2", team="south"), event("completed", "6")]
    assert flows(*singles, row("10", **BASE)) == flows(row("10", **BASE), *singles) == OPENING
    found = reckoning(facts([*singles, row("10", **BASE)])).faults
    assert sorted((fault.fault, fault.day.day, amount) for fault, amount in found.items()) == [
        ("mixed-feed", 2, 1),
        ("mixed-feed", 6, 1),
    ]
    assert book(*singles, row("10", "absent")) == {}


def test_retractions_count_of_rows_and_beside_rows() -> None:
    wrong = row("12", **BASE | {"team": "south"}, id="wrong")
    taken_back = event("retracted", "14", source=wrong["source"], id="x") | {
        "data": {"source": wrong["source"], "id": "wrong"}
    }
    assert (
        flows(row("10", **BASE), wrong, taken_back) == flows(taken_back, wrong, row("10", **BASE)) == OPENING
    )
    single = event("received", "2", team="south")
    assert flows(single, wrong, taken_back) == {"received @south 05-02": 1}


def test_of_two_nouns_under_one_subject_the_work_counts_in_any_order() -> None:
    started = placements.package("started", "2", unit_cost=1, frequency="weekly") | {
        "subject": SUBJECT,
        "source": SOURCE,
    }
    received = event("received", "4", team="north", kind="review")
    assert flows(started, received) == flows(received, started) == OPENING
    assert [fault.fault for fault in reckoning(facts([started, received])).faults] == ["other-noun"]
