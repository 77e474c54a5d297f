"""Events as they are kept: small, and without losing a word."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.metrics.domain.facts import fingerprint
from services.metrics.domain.keeping import body, keep, recall
from tests.casework import event, heard, raw

RECEIVED = event("received", "4 09:00", team="nörth", due=None, kind=" ", route="Phone", start_by="9")
RETRACTED = event("retracted", "6") | {"data": {"source": "demo/cases", "id": "a", "reason": "twice"}}
AGREED = {
    "specversion": "1.0",
    "id": "c1:1",
    "source": "primed/actions",
    "subject": "demo/commitments/c1",
    "type": "primed.commitment.agreed.v1",
    "time": "2026-05-04T10:00:00.123456789Z",
    "data": {"commitment": "c", "unit": "u", "text": "t", "owner": "o", "deadline": "2026-06-01", "by": "m"},
}
SAID: list[dict[str, Any]] = [
    RECEIVED,
    RECEIVED | {"recordedtime": RECEIVED["time"]},
    RECEIVED | {"recordedtime": "2026-05-20T00:00:00+01:00", "sequence": "007", "traceparent": "x"},
    RECEIVED | {"rulesversion": 10**30, "ruled": "start_by", "datacontenttype": "application/json"},
    RECEIVED | {"rulesversion": -1, "timeprecision": "day", "dataschema": "s", "causationid": ""},
    {name: value for name, value in RECEIVED.items() if name != "tenant"},
    RETRACTED,
    AGREED,
    AGREED | {"type": "primed.meeting.started.v1", "data": {"meeting": "m", "unit": "u", "by": "b"}},
]


@pytest.mark.parametrize("said", SAID, ids=range(len(SAID)))
def test_a_kept_event_is_told_as_it_was_said(said: dict[str, Any]) -> None:
    one = heard(said, offset=70_000)
    (again,) = recall(keep(one))
    assert again == one
    assert json.loads(body(again)) == said
    assert fingerprint(body(again)) == fingerprint(raw(said))


def test_events_are_kept_one_behind_the_other() -> None:
    events = [heard(said, offset) for offset, said in enumerate(SAID)]
    assert recall(b"".join(map(keep, events))) == events
    assert recall(b"") == []


def test_the_kept_form_is_less_than_half_of_the_json() -> None:
    usual = RECEIVED | {"recordedtime": RECEIVED["time"]}
    assert len(keep(heard(usual))) < len(json.dumps(usual, separators=(",", ":"))) / 2
