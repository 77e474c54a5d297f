"""The product's fold and the slow reference, which share no code, agree line for line on any history."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from hypothesis import given, settings

from services.metrics.domain.facts import NO_FACTS
from services.metrics.domain.postings import entries
from tests.casework import fact
from tests.reference import ledger
from tests.reference.histories import logs


def fold(log: list[dict[str, Any]]) -> Counter[ledger.Key]:
    """What the product's lines add up to, event by event in the order of the log."""
    facts: dict[str, Any] = {}
    total: Counter[ledger.Key] = Counter()
    for event in log:
        before = facts.get(event["subject"], NO_FACTS)
        facts[event["subject"]], lines = entries(before, fact(event))
        for key, amount in lines:
            detail = json.dumps(dict(key.detail), separators=(",", ":"), sort_keys=True, ensure_ascii=False)
            place = (key.account, key.team, key.day.isoformat(), key.kind, key.setting, key.worker, detail)
            total["demo", *place] += amount
    return total


def nonzero(counter: Counter[ledger.Key]) -> dict[ledger.Key, int]:
    return {key: amount for key, amount in counter.items() if amount}


@settings(max_examples=400, deadline=None)
@given(logs())
def test_the_fold_and_the_reference_agree(log: list[dict[str, Any]]) -> None:
    assert nonzero(fold(log)) == nonzero(ledger.balances(log))
