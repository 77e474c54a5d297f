"""What can be taken from a record, and why not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from services.metrics.domain.hearing import Heard, Place, Refused, hear, moment_of
from tests.casework import SUBJECT, event, raw

PLACE = Place("primed.case-events", 3, 41)
KNOWN = moment_of(1_780_000_000_000)
KEY = f"demo/{SUBJECT}".encode()
GOOD = event("received", "4", team="north")
ORGANISATION = GOOD | {
    "type": "primed.worker.left.v1",
    "data": {"worker": "ann"},
}


def test_a_good_record_is_heard_with_its_place() -> None:
    heard = hear(PLACE, KNOWN, KEY, raw(GOOD))
    assert isinstance(heard, Heard)
    assert (heard.place, heard.known_at, heard.item.tenant, heard.item.subject) == (
        PLACE,
        KNOWN,
        "demo",
        SUBJECT,
    )
    assert heard.fact.day == dt.date(2026, 5, 4)


def test_an_envelope_may_leave_the_tenant_to_the_key() -> None:
    said = {name: value for name, value in GOOD.items() if name != "tenant"}
    heard = hear(PLACE, KNOWN, KEY, raw(said))
    assert isinstance(heard, Heard)
    assert heard.item.tenant == "demo"


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD.items() if key != name}


@pytest.mark.parametrize(
    ("reason", "key", "value"),
    [
        ("no-key", None, raw(GOOD)),
        ("no-value", KEY, None),
        ("wrong-key", f"other/{SUBJECT}".encode(), raw(GOOD)),
        ("wrong-key", b"demo/demo/cases/2", raw(GOOD)),
        ("wrong-key", SUBJECT.encode(), raw(without("tenant"))),
        ("wrong-key", b"\xff\xfe/" + SUBJECT.encode(), raw(without("tenant"))),
        ("wrong-key", b"a\x00b/" + SUBJECT.encode(), raw(without("tenant"))),
        ("not-json", KEY, b"{"),
        ("wrong-data", KEY, raw(GOOD).replace(b"north", b"\xff\xfe")),
        ("wrong-data", KEY, raw(GOOD).replace(b"north", rb"no\u0000rth")),
        ("wrong-data", KEY, raw(GOOD).replace(b"north", rb"no\u001Frth")),
        ("wrong-shape", KEY, b"[]"),
        ("wrong-shape", KEY, raw(GOOD | {"specversion": "0.3"})),
        ("wrong-shape", KEY, raw(GOOD | {"sequence": "1.5"})),
        ("wrong-shape", KEY, raw(without("id"))),
        ("unknown-type", KEY, raw(GOOD | {"type": "primed.work.received.v9"})),
        ("wrong-topic", KEY, raw(ORGANISATION)),
        ("wrong-data", KEY, raw(event("received", "4", team=4))),
        ("wrong-data", KEY, raw(event("received", "4", name="Ann"))),
        ("wrong-data", KEY, raw(event("received", "4", due="02-30"))),
        ("not-json", KEY, raw(GOOD).replace(b'"north"', b"NaN")),
        ("wrong-date", KEY, raw(event("received", "4", due="2101-01-01"))),
        ("wrong-date", KEY, raw(event("received", "1989-12-31"))),
        ("wrong-time", KEY, raw(GOOD | {"time": "2026-05-04T09:00:00"})),
        ("wrong-time", KEY, raw(GOOD | {"recordedtime": "2026-05-04T09:00:00"})),
        ("missing-field", KEY, raw(event("allocated", "4", worker=" "))),
        ("missing-field", KEY, raw(event("transferred", "4"))),
        ("missing-field", KEY, raw(event("due-changed", "4"))),
        ("wrong-subject", b"demo/elsewhere/1", raw(GOOD | {"subject": "elsewhere/1"})),
    ],
)
def test_a_bad_record_is_refused_with_its_bytes_and_a_reason(
    reason: str, key: bytes | None, value: bytes | None
) -> None:
    refused = hear(PLACE, KNOWN, key, value)
    assert isinstance(refused, Refused)
    assert refused.reason == reason
    assert (refused.place, refused.key, refused.value) == (PLACE, key, value)
    assert refused.sentence.endswith(".")


def test_a_deadline_that_no_calendar_holds_is_refused() -> None:
    said = GOOD | {
        "type": "primed.commitment.agreed.v1",
        "data": {
            "commitment": "c",
            "unit": "north",
            "text": "x",
            "owner": "ann",
            "deadline": "9999-12-31",
            "by": "m",
        },
    }
    refused = hear(Place("primed.action-events", 0, 0), KNOWN, KEY, raw(said))
    assert isinstance(refused, Refused)
    assert refused.reason == "wrong-date"
