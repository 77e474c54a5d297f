"""What a batch does to the ledger, before it is written."""

from __future__ import annotations

import datetime as dt
from typing import Any

from schemas.tree import Tree
from services.metrics.domain.batch import Mark, fold
from services.metrics.domain.hearing import Heard
from services.metrics.domain.telling import Units, horizon, touched
from services.metrics.store.catalogue import load
from tests import casework
from tests.casework import event


def heard(*events: dict[str, Any]) -> list[Heard]:
    return [casework.heard(said, offset) for offset, said in enumerate(events)]


RECEIVED = event("received", "4", team="north", kind="review", due="06-10", route="Phone")
DONE = event("completed", "8", outcome="Met")


def test_what_says_nothing_new_leaves_no_trace() -> None:
    folded = fold(heard(RECEIVED, RECEIVED), {})
    assert [one.place.offset for one in folded.events] == [0]
    assert fold(heard(RECEIVED), folded.facts).events == []


def test_lines_are_numbered_within_their_event() -> None:
    folded = fold(heard(RECEIVED, DONE), {})
    assert [line.n for line in folded.lines if line.place.offset == 0] == [0, 1, 2, 3]
    assert [line.n for line in folded.lines if line.place.offset == 1] == [0, 1, 2, 3, 4]
    assert {line.key.account for line in folded.lines if line.place.offset == 1 and line.amount < 0} == {
        "overdue",
        "open",
        "unallocated",
    }


def test_an_item_of_which_nothing_counts_any_more_is_gone_from_the_lists() -> None:
    retraction = event("retracted", "9") | {"data": {"source": "demo/cases", "id": RECEIVED["id"]}}
    items = fold(heard(RECEIVED, retraction), {}).items
    assert list(items.values()) == [None]


TODAY = dt.date(2026, 5, 20)


def keys(*found: Mark) -> set[str]:
    chosen = touched(found, load(), Units(Tree()), TODAY)
    return {f"{key.unit}/{key.measure}/{key.period.label}" for key in chosen}


def test_a_flow_touches_its_week_and_month_a_stock_all_periods_since() -> None:
    flow = keys(Mark("demo", "north", "received", dt.date(2026, 4, 27), dt.date(2026, 5, 3)))
    assert {one.split("/")[2] for one in flow} == {"2026-04", "2026-05", "2026-W18"}
    stock = keys(Mark("demo", "north", "overdue", dt.date(2026, 5, 6), None))
    assert {one.split("/")[2] for one in stock} == {"2026-05", "2026-W19", "2026-W20", "2026-W21"}


def test_marks_together_touch_what_each_of_them_touches() -> None:
    days = [dt.date(2026, 3, day) for day in (2, 9, 31)]
    flows = [Mark("demo", team, "received", day, day + dt.timedelta(6)) for team in "ab" for day in days]
    stocks = [Mark("demo", team, "open", day, None) for team, day in zip("aab", days, strict=True)]
    assert keys(*flows, *stocks) == set().union(*(keys(one) for one in (*flows, *stocks)))


def test_nothing_of_the_future_and_nothing_too_old_is_touched() -> None:
    assert keys(Mark("demo", "north", "overdue", TODAY + dt.timedelta(1), None)) == set()
    old = keys(Mark("demo", "north", "received", dt.date(2020, 1, 6), dt.date(2020, 1, 12)))
    assert old == set()
    assert horizon(TODAY) == dt.date(2024, 5, 1)
    oldest = min(
        one.split("/")[2] for one in keys(Mark("demo", "north", "overdue", dt.date(2020, 1, 6), None))
    )
    assert oldest == "2024-05"


def test_what_stood_when_a_month_began_is_touched_by_earlier_lines_alone() -> None:
    def months(account: str, measure: str) -> list[str]:
        marks = [Mark("demo", "north", account, dt.date(2026, 5, 1), None)]
        chosen = touched(marks, load(), Units(Tree()), dt.date(2026, 7, 15))
        return sorted({key.period.label for key in chosen if key.measure == measure})

    assert months("open", "reviews_due") == ["2026-06", "2026-07"]
    assert months("open", "reviews_done_of_due_percent") == ["2026-06", "2026-07"]
    assert months("completed", "reviews_done_of_due_percent") == ["2026-05", "2026-06", "2026-07"]
    assert [label for label in months("open", "open") if "W" not in label] == [
        "2026-05",
        "2026-06",
        "2026-07",
    ]
