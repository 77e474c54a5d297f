"""Events to measure with: the simulated council's history, copied as often as needed under other keys."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Protocol

from aiokafka import AIOKafkaProducer

from primed.simulate import daily
from primed.simulate.state import Said, fresh

TENANT = "demo"
FIRST_DAY, LAST_DAY = dt.date(2024, 11, 1), dt.date(2026, 11, 1)


def history() -> list[Said]:
    """Two years of a council, always the same."""
    state, said = fresh(7, FIRST_DAY, LAST_DAY), []
    while state.day < LAST_DAY:
        said += daily.live_through(state)
    return [{**event, "tenant": TENANT} for event in said]


def case_records(count: int) -> Iterator[tuple[bytes, bytes]]:
    """`count` records of `primed.case-events` as (key, value), about 380 bytes each."""
    cases = [event for event in history() if event["source"] == "demo/cases"]
    made = 0
    while made < count:
        copy = f"c{made // len(cases)}-"
        for event in cases[: count - made]:
            subject = event["subject"].replace("demo/cases/", f"demo/cases/{copy}")
            data = json.dumps({**event, "subject": subject}, separators=(",", ":"), ensure_ascii=False)
            yield f"{TENANT}/{subject}".encode(), data.encode()
        made += len(cases[: count - made])


class Acknowledged(Protocol):
    """Where the broker put a record."""

    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...


async def produce(bootstrap: str, topic: str, count: int) -> None:
    """Put the records into the topic, each once, as fast as the client can.

    Without idempotence a busy broker that answers late gets a batch again, and what is repeated has no lines.
    """
    headers = [("content-type", b"application/cloudevents+json")]
    async with AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        linger_ms=5,
        max_batch_size=262_144,
    ) as producer:
        sent = [
            await producer.send(topic, value, key=key, headers=headers) for key, value in case_records(count)
        ]
        await producer.flush()
        refuse_others([await future for future in sent])


def refuse_others(acknowledged: Iterable[Acknowledged]) -> None:
    """Raises `ValueError` where records of somebody else stand among these: they would be measured too."""
    offsets = defaultdict[int, list[int]](list)
    for one in acknowledged:
        offsets[one.partition].append(one.offset)
    between = sum(max(some) - min(some) + 1 - len(set(some)) for some in offsets.values())
    if between:
        raise ValueError(
            f"{between} records of another producer are in the topic: is it another run's broker?"
        )
