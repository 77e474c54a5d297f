"""Which events count: identity, conflict, retraction."""

from __future__ import annotations

import hashlib
import json

from services.metrics.domain.facts import NO_FACTS, evolve, fingerprint
from services.metrics.domain.postings import entries, postings, reckoning
from tests.casework import book, event, fact, facts, flows, raw

RECEIVED = event("received", "4", team="north", id="a")


def test_the_same_event_again_changes_nothing() -> None:
    once = facts([RECEIVED])
    assert evolve(once, fact(RECEIVED)) is once
    assert entries(once, fact(RECEIVED)) == (once, [])


def test_copies_that_differ_in_how_they_came_are_the_same_event() -> None:
    copy = RECEIVED | {"recordedtime": "2026-05-20T00:00:00+01:00", "correlationid": "x", "traceparent": "y"}
    assert reckoning(facts([RECEIVED, copy])).faults == {}
    assert book(RECEIVED, copy) == book(RECEIVED)


def test_of_two_bodies_the_one_recorded_last_wins_and_the_other_is_a_fault() -> None:
    first = event("received", "4", team="north", id="a", recordedtime="5")
    second = event("received", "4", team="south", id="a", recordedtime="6")
    assert flows(second, first) == {"received @south 05-04": 1}
    assert [fault.fault for fault in reckoning(facts([first, second])).faults] == ["conflict"]


def test_a_body_counts_from_its_oldest_recording() -> None:
    first = event("received", "4", team="north", id="a", recordedtime="7")
    copy = event("received", "4", team="north", id="a", recordedtime="5")
    second = event("received", "4", team="south", id="a", recordedtime="6")
    assert flows(first, second, copy) == {"received @south 05-04": 1}


def test_bodies_recorded_at_the_same_moment_are_told_apart_by_the_larger_hash() -> None:
    one = event("received", "4", team="north", id="a")
    other = event("received", "4", team="south", id="a")
    winner = max((one, other), key=lambda said: fingerprint(raw(said)))
    assert flows(one, other) == flows(other, one) == {f"received @{winner['data']['team']} 05-04": 1}


def test_what_rules_filled_is_no_part_of_the_body_and_the_lowest_version_stands() -> None:
    plain = event("received", "4", team="north", id="a")
    ruled = [
        event("received", "4", team="north", id="a", due=due, rulesversion=version, ruled="due")
        for due, version in (("20", 2), ("10", 1))
    ]
    assert book(*ruled)["overdue @north 05-11 due=05-10"] == 1
    assert reckoning(facts(ruled)).faults == {}
    assert "overdue" not in str(book(*ruled, plain))


def test_the_hash_is_that_of_canonical_json() -> None:
    said = event(
        "received", "4", team="nörth", id="a", due="9", rulesversion=3, ruled="due", recordedtime="5"
    )
    left = {
        name: value for name, value in said.items() if name not in ("rulesversion", "ruled", "recordedtime")
    }
    left["data"] = {"team": "nörth"}
    text = json.dumps(left, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert fingerprint(raw(said)) == hashlib.sha256(text.encode()).hexdigest()


def test_a_retraction_withdraws_before_or_after_and_for_ever() -> None:
    retraction = event("retracted", "6", source_="") | {"data": {"source": "demo/cases", "id": "a"}}
    amended = RECEIVED | {"recordedtime": "2026-06-01T00:00:00+01:00", "data": {"team": "south"}}
    for order in (
        [RECEIVED, retraction, amended],
        [retraction, RECEIVED, amended],
        [amended, RECEIVED, retraction],
    ):
        assert book(*order) == {}
        assert reckoning(facts(order)).faults == {}
    assert flows(retraction, RECEIVED | {"id": "b"}) == {"received @north 05-04": 1}


def test_a_retraction_cannot_be_withdrawn() -> None:
    retraction = event("retracted", "6", id="r") | {"data": {"source": "demo/cases", "id": "a"}}
    again = event("retracted", "7", id="s") | {"data": {"source": "demo/cases", "id": "r"}}
    assert book(RECEIVED, retraction, again) == {}


def test_entries_are_the_difference_reversals_first() -> None:
    known = facts([event("received", "4", team="north", due="10")])
    after, lines = entries(known, fact(event("completed", "5", outcome="Met")))
    assert [(entry.key.account, entry.amount) for entry in lines] == [
        ("overdue", -1),
        ("completed", 1),
        ("days_to_complete", 1),
        ("open", -1),
        ("unallocated", -1),
    ]
    assert dict(postings(after)) != dict(postings(known))


def test_nothing_is_known_of_nothing() -> None:
    assert dict(postings(NO_FACTS)) == {}
