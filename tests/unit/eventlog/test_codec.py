"""Keys, partitions, messages and dead letters."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2 as kafka_murmur2

from eventlog.codec import dead_letter, event_message, key_of, murmur2, partition_of
from eventlog.records import Record
from schemas.envelope import Envelope


def envelope(**changes: object) -> Envelope:
    said = {
        "specversion": "1.0",
        "id": "e-1",
        "source": "demo/cases",
        "type": "primed.work.received.v1",
        "subject": "demo/cases/17",
        "time": "2026-11-02T09:00:00+00:00",
        "tenant": "demo",
        "data": msgspec.Raw(b"{}"),
        **changes,
    }
    return Envelope(**said)  # type: ignore[arg-type]  # the test says which field is wrong


def test_an_event_goes_to_the_topic_of_its_type_under_its_subject() -> None:
    message = event_message(b"the bytes", envelope())
    assert message.topic == "primed.case-events"
    assert message.key == b"demo/demo/cases/17"
    assert message.value == b"the bytes"
    assert message.headers == (("content-type", b"application/cloudevents+json"),)


def test_an_event_without_a_tenant_does_not_get_into_the_log() -> None:
    with pytest.raises(ValueError, match="'e-1' has no tenant"):
        event_message(b"{}", envelope(tenant=msgspec.UNSET))


def test_a_dead_letter_keeps_key_bytes_place_and_reason() -> None:
    record = Record("primed.case-events", 7, 42, 1, None, b"\xff{", (("a", b"b"),))
    letter = dead_letter(record, "not-json", "metrics")
    assert (letter.topic, letter.key, letter.value) == ("primed.dead-letters", None, b"\xff{")
    assert dict(letter.headers) == {
        "primed-reason": b"not-json",
        "primed-topic": b"primed.case-events",
        "primed-partition": b"7",
        "primed-offset": b"42",
        "primed-service": b"metrics",
    }


@given(st.binary(max_size=40))
def test_the_partition_of_a_key_is_the_one_that_kafka_clients_pick(key: bytes) -> None:
    assert murmur2(key) & 0x7FFFFFFF == kafka_murmur2(key) & 0x7FFFFFFF
    assert partition_of(key, 12) == (kafka_murmur2(key) & 0x7FFFFFFF) % 12


def test_known_keys_keep_their_partition_for_ever() -> None:
    assert [partition_of(key_of("demo", f"demo/cases/{n}"), 12) for n in range(6)] == [4, 11, 3, 6, 0, 9]
