"""Rows of work: any order of imports gives the same figures, and the newest row comes out true."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.metrics.domain.postings import postings, reckoning
from tests.casework import added_up, event, fact, facts
from tests.exports import row

Json = dict[str, Any]
DATES = (
    "started",
    "completed",
    "authorised",
    "cancelled",
    "reopened",
    "start_by",
    "team_since",
    "allocated",
    "due",
    "due_since",
)
day = st.sampled_from([str(number) for number in range(1, 15)])
rows = st.builds(
    lambda as_of, status, given: row(as_of, status, **given),
    day,
    st.sampled_from(("open", "open", "completed", "completed", "cancelled", "absent")),
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(DATES, day)
        | {
            "received": st.sampled_from(("3", "4", "5")),
            "team": st.sampled_from(("north", "south", "east", "")),
            "worker": st.sampled_from(("ann", "bob", "")),
            "kind": st.sampled_from(("review", "contact")),
            "outcome": st.sampled_from(("Met", "Not met")),
            "from_team": st.sampled_from(("desk", "north")),
            "needs_authorisation": st.booleans(),
        },
    ),
)
singles = st.builds(
    lambda verb, at: event(verb, at, team="west"), st.sampled_from(("received", "completed")), day
)
histories = st.lists(rows, min_size=1, max_size=6)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(rows, rows, rows, singles), max_size=7), st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_postings(history: list[Json], chance: Any) -> None:
    shuffled = list(history)
    chance.shuffle(shuffled)
    assert reckoning(facts(history)) == reckoning(facts(shuffled))


@settings(max_examples=100, deadline=None)
@given(histories)
def test_the_lines_of_all_rows_add_up_to_the_postings(history: list[Json]) -> None:
    assert added_up(history) == postings(facts(history))


@settings(max_examples=300, deadline=None)
@given(histories)
def test_the_newest_row_comes_out_true(history: list[Json]) -> None:
    newest = max(history, key=lambda said: (said["recordedtime"], said["id"]))["data"]
    present = reckoning(facts(history)).present
    if newest["status"] == "absent":
        assert present is None
        return
    if "received" not in newest:
        assert (present.state if present else "nothing") in ("nothing", "awaiting")
        return
    assert present is not None
    assert present.state == newest["status"]
    assert (present.kind, present.worker) == (newest.get("kind", ""), newest.get("worker", ""))
    assert present.due == (fact(row("1", due=newest["due"])).data.due if "due" in newest else None)
    assert present.team == newest.get("team", "")
    if newest["status"] in newest:
        ended = newest[newest["status"]]
        received = newest["received"]
        assert str(present.ended) == (max(ended, received) if newest["status"] == "cancelled" else ended)


@settings(max_examples=100, deadline=None)
@given(histories)
def test_another_look_that_shows_the_same_changes_nothing(history: list[Json]) -> None:
    newest = max(history, key=lambda said: (said["recordedtime"], said["id"]))
    again = row("20", **newest["data"])
    assert postings(facts([*history, again])) == postings(facts(history))
