"""Events to measure with: the simulated council's history, copied as often as needed under other keys."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

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


async def produce(bootstrap: str, topic: str, count: int) -> None:
    """Put the records into the topic, as fast as the client can."""
    headers = [("content-type", b"application/cloudevents+json")]
    async with AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", linger_ms=5, max_batch_size=262_144
    ) as producer:
        sent = [
            await producer.send(topic, value, key=key, headers=headers) for key, value in case_records(count)
        ]
        await producer.flush()
        for future in sent:
            await future
