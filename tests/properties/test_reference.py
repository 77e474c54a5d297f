"""The product's fold and the slow reference, which share no code, agree line for line on any history."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from hypothesis import given

from services.metrics.domain.batch import Line, fold
from tests.casework import heard
from tests.properties.depth import examples
from tests.reference import ledger
from tests.reference.feeds import export, placement, whole_logs
from tests.reference.histories import DAYS, logs

Json = dict[str, Any]


def of_product(log: list[Json]) -> dict[ledger.Key, int]:
    """What the product's lines add up to, taken in the order of the log."""
    return added_up(fold([heard(said, offset) for offset, said in enumerate(log)], {}).lines)


def added_up(lines: Iterable[Line]) -> dict[ledger.Key, int]:
    """The sums by key, in the reference's words."""
    total: Counter[ledger.Key] = Counter()
    for line in lines:
        key = line.key
        detail = json.dumps(dict(key.detail), separators=(",", ":"), sort_keys=True, ensure_ascii=False)
        what = (key.account, key.team, key.day.isoformat(), key.kind, key.setting, key.worker, detail)
        total[line.item.tenant, *what] += line.amount
    return nonzero(total)


def nonzero(counter: Counter[ledger.Key]) -> dict[ledger.Key, int]:
    return {key: amount for key, amount in counter.items() if amount}


def agree(log: list[Json]) -> None:
    assert of_product(log) == nonzero(ledger.balances(log))


@examples(250)
@given(logs())
def test_of_work(log: list[Json]) -> None:
    agree(log)


@examples(150)
@given(placement("demo/a/0", DAYS[:5]))
def test_of_packages(log: list[Json]) -> None:
    agree(log)


@examples(200)
@given(export("demo/a/0", DAYS[:5], "work"))
def test_of_rows_of_work(log: list[Json]) -> None:
    agree(log)


@examples(150)
@given(export("demo/a/0", DAYS[:5], "package"))
def test_of_rows_of_packages(log: list[Json]) -> None:
    agree(log)


@examples(200)
@given(whole_logs())
def test_of_everything_at_once(log: list[Json]) -> None:
    agree(log)
