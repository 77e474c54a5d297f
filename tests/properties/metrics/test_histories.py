"""Whole histories folded at once give what the same events give one after another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.metrics.domain.batch import fold
from services.metrics.domain.histories import fold_whole
from tests.casework import heard
from tests.properties.depth import examples
from tests.reference.feeds import whole_logs
from tests.reference.histories import DAYS, happened, life, logs

SUBJECT = "demo/a/0"
Json = dict[str, Any]


def agree(log: Sequence[Json]) -> None:
    """As a rebuild takes them: the events of each item together, each item in the order of the log."""
    by_item = sorted((heard(said, offset) for offset, said in enumerate(log)), key=lambda one: one.item)
    whole, single = fold_whole(by_item), fold(by_item, {})
    for name in ("events", "entries", "counts", "faults", "items"):
        assert getattr(whole, name) == getattr(single, name), name


@examples(200)
@given(logs())
def test_in_any_order(log: list[Json]) -> None:
    agree(log)


@examples(200)
@given(whole_logs())
def test_of_all_nouns(log: list[Json]) -> None:
    agree(log)


@examples(200)
@given(life(SUBJECT, DAYS), st.lists(happened(SUBJECT, DAYS), max_size=6))
def test_a_long_life_in_order_and_what_comes_after_it(lived: list[Json], more: list[Json]) -> None:
    told = [{**event, "id": str(number)} for number, event in enumerate(lived)]
    agree(sorted(told, key=lambda event: str(event["time"])) + more)
