"""A log of cases for tests that need the store: believable, with all that goes wrong in a feed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import asyncpg

from eventlog.codec import partition_of
from eventlog.records import Record, TopicPartition

TOPIC = "primed.case-events"
PARTITIONS = 12
PLACES = [(TOPIC, number) for number in range(PARTITIONS)]
EPOCH_MS = 1_780_000_000_000
FLOW = (
    "received",
    "allocated",
    "started",
    "transferred",
    "due-changed",
    "completed",
    "reopened",
    "authorised",
)


def said(verb: str, key: str, day: int, number: int, **data: Any) -> dict[str, Any]:
    """One event of the item `key`; `number` makes its id, day 0 is 1 April 2026."""
    month, date = 4 + day // 28, 1 + day % 28
    return {
        "specversion": "1.0",
        "id": f"{key}:{number}",
        "source": "demo/cases",
        "subject": f"demo/cases/{key}",
        "tenant": "demo",
        "type": f"primed.work.{verb}.v1",
        "time": f"2026-{month:02d}-{date:02d}T{8 + number % 9:02d}:00:00+01:00",
        "data": data,
    }


def life(chance: random.Random, key: str) -> Iterator[dict[str, Any]]:
    """The life of one item, in no good order at all."""
    day = chance.randrange(60)
    team = chance.choice(["north", "south", "desk"])
    fields: dict[str, dict[str, Any]] = {
        "received": {"team": team, "kind": chance.choice(["review", "contact"]), "needs_authorisation": True},
        "allocated": {"worker": f"w-{chance.randrange(5)}"},
        "transferred": {"team": chance.choice(["north", "south"])},
        "due-changed": {"due": f"2026-06-{chance.randrange(1, 29):02d}"},
        "completed": {"outcome": chance.choice(["met", "not met"])},
    }
    for number, verb in enumerate(FLOW[: chance.randrange(1, len(FLOW) + 1)], start=1):
        day += chance.randrange(9)
        event = said(verb, key, day, number, **fields.get(verb, {}))
        yield event
        if chance.random() < 0.1:
            yield event
        if chance.random() < 0.05:
            yield event | {
                "recordedtime": "2026-07-01T00:00:00+01:00",
                "data": {**event["data"], "kind": "other"},
            }
        if chance.random() < 0.05:
            withdrawn = {"source": event["source"], "id": event["id"]}
            yield event | {"id": f"{key}:r{number}", "type": "primed.event.retracted.v1", "data": withdrawn}


def council(items: int, seed: int = 7) -> list[dict[str, Any]]:
    """Events of so many items, shuffled within reach of one another, as feeds deliver them."""
    chance = random.Random(seed)
    events = [event for number in range(items) for event in life(chance, str(number))]
    return [event for _, event in sorted(enumerate(events), key=lambda pair: pair[0] + chance.random() * 40)]


def log_of(events: Iterable[Mapping[str, Any]]) -> list[Record]:
    """The events as records, each in the partition of its key."""
    return records(
        (f"{event['tenant']}/{event['subject']}".encode(), json.dumps(event).encode()) for event in events
    )


def records(pairs: Iterable[tuple[bytes | None, bytes | None]]) -> list[Record]:
    """Keys and values as records with places and rising timestamps."""
    found: list[Record] = []
    ends = dict.fromkeys(range(PARTITIONS), 0)
    for number, (key, value) in enumerate(pairs):
        partition = partition_of(key or b"", PARTITIONS)
        found.append(Record(TOPIC, partition, ends[partition], EPOCH_MS + number, key, value))
        ends[partition] += 1
    return found


def batches(log: Sequence[Record], size: int) -> Iterator[dict[TopicPartition, list[Record]]]:
    """The log in batches of a size, each by partition."""
    for start in range(0, len(log), size):
        yield batch(log[start : start + size])


def batch(log: Iterable[Record]) -> dict[TopicPartition, list[Record]]:
    """Some records by partition."""
    found: dict[TopicPartition, list[Record]] = {}
    for record in log:
        found.setdefault((record.topic, record.partition), []).append(record)
    return found


async def table(dsn: str, name: str, columns: str = "*", where: str = "true") -> list[tuple[Any, ...]]:
    """The rows of a table of metrics, sorted."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(f"SELECT {columns} FROM metrics.{name} WHERE {where}")
    finally:
        await connection.close()
    return sorted(tuple(row) for row in rows)
