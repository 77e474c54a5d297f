"""What rows of work imply, and that their order of arrival does not matter (docs/ledger.md)."""

from __future__ import annotations

import itertools
from typing import Any

from services.metrics.domain.postings import entries, postings, reckoning
from tests.casework import book, fact, facts, flows, stocks
from tests.exports import row

BASE = {"received": "4", "team": "north", "kind": "review"}
OPENING = {"received @north 05-04 review": 1}


def test_a_row_opens_the_item_on_the_day_it_was_received() -> None:
    assert flows(row("10", **BASE)) == OPENING
    assert stocks(row("10", **BASE)) == {"open @north 05-04 review": 1, "unallocated @north 05-04 review": 1}


def test_milestones_and_all_other_fields_come_from_the_newest_row() -> None:
    old = row("10", received="4", team="north", kind="contact", route="web", started="6", from_team="door")
    new = row(
        "12",
        received="3",
        team="north",
        kind="review",
        route="post",
        started="5",
        from_team="desk",
        start_by="4",
    )
    assert book(old, new) == {
        "received @north 05-03 review route=post": 1,
        "referred_on @desk 05-03 review to_team=north": 1,
        "started @north 05-05 review": 1,
        "days_to_start @north 05-05 review days=2": 1,
        "open @north 05-03 review": 1,
        "unallocated @north 05-03 review": 1,
    }


def test_completed_before_its_receipt_in_the_team_and_by_the_worker_that_the_newest_row_shows() -> None:
    rows = [
        row("10", "completed", **BASE, completed="2", worker="ann"),
        row("12", "completed", **BASE | {"team": "south"}, completed="2", worker="bob"),
    ]
    assert flows(*rows) == {
        "completed @south 05-02 review bob": 1,
        "received @north 05-04 review": 1,
        "transferred_out @north 05-04 review to_team=south": 1,
        "transferred_in @south 05-04 review from_team=north": 1,
    }
    assert stocks(*rows) == {
        "incomplete @south 05-02 review bob": 1,
        "incomplete @south 05-04 review bob": -1,
    }


def test_without_a_receipt_only_a_completion_is_known() -> None:
    assert book(row("10", kind="review", team="north", worker="ann", started="3")) == {}
    done = row("10", "completed", kind="review", team="north", worker="ann", completed="6", outcome="Met")
    assert book(done) == {
        "completed @north 05-06 review ann outcome=Met": 1,
        "incomplete @north 05-06 review ann": 1,
    }
    assert book(row("10", "cancelled", team="north", cancelled="6")) == {}


def test_a_newest_row_that_is_absent_withdraws_the_item_and_a_later_row_brings_it_back() -> None:
    rows = [row("10", **BASE), row("12", "absent")]
    assert book(*rows) == {}
    assert reckoning(facts(rows)).present is None
    assert flows(*rows, row("14", **BASE)) == OPENING


def test_mays_figures_do_not_change_because_the_item_moved_team_in_june() -> None:
    may = [row("10", **BASE, worker="ann"), row("31", **BASE, worker="ann", due="30")]
    june = row("06-15", "completed", **BASE | {"team": "south"}, worker="bob", due="30", completed="06-14")

    def of_may(*rows: dict[str, Any]) -> dict[str, int]:
        return {line: amount for line, amount in book(*rows).items() if " 05-" in line.split(" due")[0]}

    assert of_may(*may, june) == of_may(*may)
    dated = row("06-15", **BASE | {"team": "south", "team_since": "06-10"}, worker="ann", due="30")
    lines = book(*may, dated)
    assert lines["transferred_in @south 06-10 review ann from_team=north"] == 1
    assert of_may(*may, dated) == of_may(*may)


def test_each_line_cites_the_row_that_made_the_difference() -> None:
    first, second = row("10", **BASE), row("20", **BASE | {"team": "south"})
    known = facts([first])
    after, lines = entries(known, fact(second))
    assert {
        (line.key.account, line.key.team, line.amount) for line in lines if line.key.account[0] == "t"
    } == {
        ("transferred_out", "north", 1),
        ("transferred_in", "south", 1),
    }
    _, taken = entries(after, fact(row("30", "absent")))
    assert sum(line.amount for line in taken if line.key.account == "received") == -1
    assert len(taken) == len(postings(after))


def test_any_order_of_arrival_gives_the_same_postings() -> None:
    rows = [
        row("10", **BASE, worker="ann"),
        row("12", "completed", **BASE, worker="ann", completed="11", outcome="Met"),
        row("14", "absent"),
        row("20", **BASE | {"team": "south"}, due="28", reopened="15"),
        row("25", "cancelled", **BASE | {"team": "east", "team_since": "18"}, cancelled="24"),
    ]
    expected = book(*rows)
    assert {"reopened", "completed", "cancelled"} <= {line.split()[0] for line in expected}
    for order in itertools.permutations(rows):
        assert book(*order) == expected


def test_the_list_of_work_shows_what_the_newest_row_shows() -> None:
    rows = [
        row("10", **BASE),
        row("20", **BASE | {"team": "south"}, worker="bob", due="28", urgency="urgent"),
    ]
    present = reckoning(facts(rows)).present
    assert present is not None
    assert (present.state, present.team, present.worker, present.urgency) == (
        "open",
        "south",
        "bob",
        "urgent",
    )
