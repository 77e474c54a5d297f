"""Which events may enter, and how they stand in the log."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from msgspec import structs

from schemas.envelope import Envelope
from services.ingest.domain.edge import Admitted, Edge, Refused, admit, admit_own

GOOD = (
    '{"specversion":"1.0","id":"e1","source":"demo/cases","type":"primed.work.received.v1",'
    '"subject":"demo/cases/7","time":"2025-03-04T09:30:00+00:00","data":{"kind":"review"}}'
)

BROKEN_TEXTS = {
    "no JSON at all": ("hello", "not-json"),
    "cut off": (GOOD[:-1], "not-json"),
    "an array": ("[1]", "wrong-shape"),
    "a bare word": ('"event"', "wrong-shape"),
    "nothing": ("", "not-json"),
    "not a number": (GOOD.replace('"review"', "NaN"), "wrong-number"),
    "infinite": (GOOD.replace('"review"', "-Infinity"), "wrong-number"),
    "a float": (GOOD.replace('"review"', "1.5"), "wrong-number"),
    "a float that is whole": (GOOD.replace('"1.0"', "1.0"), "wrong-number"),
    "a float written as a power": (GOOD.replace('"review"', "1e3"), "wrong-number"),
    "a huge whole number": (GOOD.replace('"review"', "9" * 400), "wrong-number"),
    "a name twice": (GOOD.replace('"id":"e1"', '"id":"e1","id":"e2"'), "duplicate-key"),
    "a name twice further in": (GOOD.replace('"kind":', '"kind":"x","kind":'), "duplicate-key"),
    "deep nesting": (GOOD.replace('"review"', "[" * 40 + "]" * 40), "too-deep"),
    "very deep nesting": ("[" * 200_000, "too-deep"),
    "a NUL": (GOOD.replace("review", "re\\u0000view"), "wrong-text"),
    "a line feed inside a text": (GOOD.replace("review", "re\\nview"), "wrong-text"),
    "half a character": (GOOD.replace("review", "\\ud800"), "wrong-text"),
}

WRONG_EVENTS: dict[str, tuple[dict[str, Any], str]] = {
    "another version of CloudEvents": ({"specversion": "0.3"}, "wrong-shape"),
    "no id": ({"id": None}, "wrong-shape"),
    "a blank id": ({"id": " "}, "missing-field"),
    "a number as id": ({"id": 7}, "wrong-shape"),
    "a type that nobody knows": ({"type": "primed.work.vanished.v1"}, "unknown-type"),
    "a version that nobody knows": ({"type": "primed.work.received.v9"}, "unknown-type"),
    "an unknown attribute": ({"colour": "red"}, "wrong-shape"),
    "an unknown field": ({"data": {"nhs_number": "9434765919"}}, "wrong-data"),
    "data that is no object": ({"data": "review"}, "wrong-data"),
    "a text where a date belongs": ({"data": {"due": "soon"}}, "wrong-data"),
    "a day that does not exist": ({"data": {"due": "2025-02-31"}}, "wrong-data"),
    "a moment where a day belongs": ({"data": {"due": "2025-02-03T00:00:00Z"}}, "wrong-data"),
    "a due date before all dates": ({"data": {"due": "1899-12-30"}}, "wrong-date"),
    "a due date after all dates": ({"data": {"due": "9999-12-31"}}, "wrong-date"),
    "a number as team": ({"data": {"team": 7}}, "wrong-data"),
    "a team longer than any": ({"data": {"team": "x" * 201}}, "wrong-data"),
    "a time without offset": ({"time": "2025-03-04T09:30:00"}, "wrong-time"),
    "a bare date as time": ({"time": "2025-03-04"}, "wrong-time"),
    "a time that is none": ({"time": "yesterday"}, "wrong-time"),
    "a week date": ({"time": "2025-W10-2T09:30:00+00:00"}, "wrong-time"),
    "a time before all times": ({"time": "1970-01-01T00:00:00+00:00"}, "wrong-date"),
    "recorded without offset": ({"recordedtime": "2025-03-04T09:30:00"}, "wrong-time"),
    "a sequence that is no integer": ({"sequence": "1.5"}, "wrong-shape"),
    "allocated to nobody": ({"type": "primed.work.allocated.v1", "data": {}}, "missing-field"),
    "allocated to a blank": ({"type": "primed.work.allocated.v1", "data": {"worker": "  "}}, "missing-field"),
    "transferred to nowhere": ({"type": "primed.work.transferred.v1", "data": {}}, "missing-field"),
    "due-changed without a date": ({"type": "primed.work.due-changed.v1", "data": {}}, "missing-field"),
    "a subject of another source": ({"subject": "elsewhere/7"}, "wrong-subject"),
    "a subject without a key": ({"subject": "demo/cases/"}, "wrong-subject"),
    "a subject with a blank key": ({"subject": "demo/cases/ "}, "missing-field"),
    "another council's": ({"tenant": "other"}, "other-tenant"),
    "a figure": ({"type": "primed.measure.changed.v1"}, "wrong-data"),
    "ruled without its version": ({"ruled": "due"}, "wrong-rules"),
    "a field that no rule fills": ({"ruled": "team", "rulesversion": 1}, "wrong-rules"),
    "ruled out of order": ({"ruled": "start_by,due", "rulesversion": 1}, "wrong-rules"),
    "a body that is none of ours": ({"datacontenttype": "text/xml"}, "wrong-shape"),
}


@pytest.mark.parametrize(("text", "reason"), BROKEN_TEXTS.values(), ids=BROKEN_TEXTS.keys())
def test_what_is_not_exact_json_is_refused(text: str, reason: str, edge: Edge) -> None:
    found = admit(text.encode("utf-8", "surrogatepass"), "demo", edge)
    assert isinstance(found, Refused)
    assert found.reason == reason
    assert found.detail.endswith(".")


def test_bytes_that_are_no_utf8_are_refused(edge: Edge) -> None:
    found = admit(GOOD.replace("review", "caf\xe9").encode("latin-1"), "demo", edge)
    assert isinstance(found, Refused)
    assert found.reason == "not-json"


@pytest.mark.parametrize(("changed", "reason"), WRONG_EVENTS.values(), ids=WRONG_EVENTS.keys())
def test_a_wrong_event_is_refused_with_its_id(
    changed: dict[str, Any], reason: str, edge: Edge, event: Callable[..., dict[str, Any]]
) -> None:
    sent = event(**changed)
    found = admit(json.dumps(sent).encode(), "demo", edge)
    assert isinstance(found, Refused)
    assert (found.reason, found.id) == (reason, sent["id"] if isinstance(sent.get("id"), str) else None)
    assert found.detail.endswith(".")


def test_a_feeder_cannot_speak_for_primed(edge: Edge, event: Callable[..., dict[str, Any]]) -> None:
    dropped = {"commitment": "c1", "unit": "north", "reason": "done otherwise", "by": "w-1"}
    sent = event(type="primed.commitment.dropped.v1", data=dropped)
    found = admit(json.dumps(sent).encode(), "demo", edge)
    assert isinstance(found, Refused)
    assert found.reason == "not-for-feeders"


def test_an_event_is_stamped_with_its_council(edge: Edge, raw: Callable[..., bytes]) -> None:
    found = admit(raw(), "demo", edge)
    assert isinstance(found, Admitted)
    assert json.loads(found.raw) == {**json.loads(raw()), "tenant": "demo"}


def test_the_same_event_twice_is_the_same_bytes(edge: Edge, event: Callable[..., dict[str, Any]]) -> None:
    spaced = json.dumps(event(), indent=4).encode()
    tight = json.dumps(event(), separators=(",", ":")).encode()
    first, second = admit(spaced, "demo", edge), admit(tight, "demo", edge)
    assert isinstance(first, Admitted)
    assert isinstance(second, Admitted)
    assert first.raw == second.raw


@pytest.mark.parametrize(
    ("source", "sent", "kept"),
    [
        ("demo/cases", "2025-06-30T23:30:00Z", "2025-07-01T00:30:00+01:00"),
        ("demo/cases", "2025-01-15T23:30:00.25Z", "2025-01-15T23:30:00.25+00:00"),
        ("permits", "2025-01-15T23:30:00Z", "2025-01-16T00:30:00+01:00"),
        ("demo/cases", "2025-06-30T23:30:00+00:00", "2025-06-30T23:30:00+00:00"),
        ("demo/cases", "2025-06-30T23:30:00.123456789-05:00", "2025-06-30T23:30:00.123456789-05:00"),
    ],
)
def test_only_zulu_time_becomes_local(
    source: str, sent: str, kept: str, edge: Edge, raw: Callable[..., bytes]
) -> None:
    found = admit(raw(source=source, subject=f"{source}/7", time=sent), "demo", edge)
    assert isinstance(found, Admitted)
    assert found.envelope.time == kept


@pytest.mark.parametrize(
    ("noun", "data"),
    [
        ("unit.registered", {"unit": "north", "level": "team", "name": "North", "parent": "adults"}),
        ("worker.joined", {"worker": "w-1", "team": "north"}),
        ("role.assigned", {"unit": "north", "role": "manager", "person": "w-1"}),
    ],
)
def test_the_organisation_may_be_fed(
    noun: str, data: dict[str, str], edge: Edge, raw: Callable[..., bytes]
) -> None:
    assert isinstance(admit(raw(type=f"primed.{noun}.v1", data=data), "demo", edge), Admitted)


def test_a_cleared_date_stays_cleared(edge: Edge, raw: Callable[..., bytes]) -> None:
    found = admit(raw("due-changed", {"due": None}), "demo", edge)
    assert isinstance(found, Admitted)
    assert json.loads(found.raw)["data"] == {"due": None}


@pytest.mark.parametrize("kind", ["a\\u0000b", "a\\u001fb", "a\\ud800b", "a\\nb"])
def test_an_event_of_a_file_is_refused_for_a_text_that_no_text_may_hold(
    kind: str, edge: Edge, raw: Callable[..., bytes]
) -> None:
    written = raw().replace(b'"review"', f'"{kind}"'.encode())
    said = msgspec.Raw(f'{{"kind":"{kind}"}}'.encode())
    found = admit_own(structs.replace(own(raw()), data=said), "demo", edge)
    assert isinstance(found, Refused)
    assert found.reason == admit(written, "demo", edge).reason  # type: ignore[union-attr]


def test_an_event_of_a_file_is_held_to_every_other_check(edge: Edge, raw: Callable[..., bytes]) -> None:
    wrong = (
        raw(type="primed.work.imagined.v1"),
        raw(subject="elsewhere/7"),
        raw(time="yesterday"),
        raw(id=" "),
        raw(data={"due": "2026-02-31"}),
        raw(data={"due": "1899-12-30"}),
        raw(data={"kind": "x" * 201}),
    )
    for written in wrong:
        found, as_sent = admit_own(own(written), "demo", edge), admit(written, "demo", edge)
        assert isinstance(found, Refused)
        assert isinstance(as_sent, Refused)
        assert (found.reason, found.detail) == (as_sent.reason, as_sent.detail)
    assert admit_own(own(raw()), "demo", edge) == admit(raw(), "demo", edge)


@pytest.mark.parametrize("said", [{"id": "x" * 201}, {"subject": f"council/cases/{'7' * 300}"}])
def test_an_event_of_a_file_is_as_short_as_any(
    said: dict[str, str], edge: Edge, raw: Callable[..., bytes]
) -> None:
    found = admit_own(structs.replace(own(raw()), **said), "demo", edge)
    assert isinstance(found, Refused)
    assert found.reason == "wrong-shape"


def own(written: bytes) -> Envelope:
    return msgspec.json.decode(written, type=Envelope)
