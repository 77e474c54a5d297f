"""Whatever a feed says, keeping it and telling it again changes nothing that the ledger may see."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings

from services.metrics.domain.batch import fold
from services.metrics.domain.facts import NO_FACTS, Facts, evolve, fingerprint
from services.metrics.domain.hearing import ItemId
from services.metrics.domain.keeping import body, keep, recall
from services.metrics.domain.postings import reckoning
from tests.casework import heard, raw
from tests.reference.histories import logs


@settings(max_examples=200, deadline=None)
@given(logs())
def test_a_kept_log_is_the_log(log: list[dict[str, Any]]) -> None:
    events = [heard(said, offset) for offset, said in enumerate(log)]
    again = recall(b"".join(map(keep, events)))
    assert again == events
    for said, one in zip(log, again, strict=True):
        assert json.loads(body(one)) == said
        assert fingerprint(body(one)) == fingerprint(raw(said))


@settings(max_examples=200, deadline=None)
@given(logs())
def test_what_is_kept_of_an_item_makes_its_facts_again(log: list[dict[str, Any]]) -> None:
    folded = fold([heard(said, offset) for offset, said in enumerate(log)], {})
    kept: dict[ItemId, bytes] = {}
    for event in folded.events:
        kept[event.item] = kept.get(event.item, b"") + keep(event)
    for item, before in folded.facts.items():
        after = NO_FACTS
        for event in recall(kept.get(item, b"")):
            after = evolve(after, event.fact)
        assert kept.get(item, b"") == before.kept == after.kept
        assert Facts(before.kept).admitted == before.admitted == after.admitted
        assert reckoning(after) == reckoning(before)
