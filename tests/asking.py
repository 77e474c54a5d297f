"""Words for tests that stand outside, as a program would: ask a running product, wait for what must come."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import httpx2
from kafka import KafkaConsumer, TopicPartition

from tests.conftest import Product
from tests.patience import PATIENCE_S

Answer = TypeVar("Answer")


def eventually(
    ask: Callable[[], Answer], holds: Callable[[Answer], bool], seconds: float = PATIENCE_S
) -> Answer:
    """Ask until the answer holds; fails with the last answer."""
    until = time.monotonic() + seconds
    while True:
        answer = ask()
        if holds(answer):
            return answer
        assert time.monotonic() < until, f"after {seconds} s still: {answer!r}"
        time.sleep(0.2)


class Caller:
    """One person or program with a token."""

    def __init__(self, product: Product, role: str, unit: str | None = None, subject: str = "test") -> None:
        self._product = product
        self._headers = {"authorization": f"Bearer {product.token(role, unit, subject)}"}

    def get(self, service: str, path: str, **asked: Any) -> Any:
        """The JSON of an answer that must be a good one."""
        url = self._product.url(service) + path
        answer = httpx2.get(url, params=asked, headers=self._headers, timeout=PATIENCE_S)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, service: str, path: str, body: Any, **headers: str) -> httpx2.Response:
        """The answer, whatever it is."""
        url = self._product.url(service) + path
        return httpx2.post(url, json=body, headers={**self._headers, **headers}, timeout=PATIENCE_S)

    def figure(self, measure: str, unit: str, period: str, **asked: Any) -> Any:
        """The value of one figure."""
        answer = self.get("metrics", "/v1/figures", measure=measure, unit=unit, period=period, **asked)
        return answer["figures"][0]["value"]

    def send(self, events: Iterable[dict[str, Any]], size: int = 500) -> int:
        """Post events in batches; repeats while ingest is away; answers how many were accepted."""
        batch, accepted = list(events), 0
        for at in range(0, len(batch), size):
            accepted += self._send(batch[at : at + size])
        return accepted

    def _send(self, batch: list[dict[str, Any]]) -> int:
        headers = {**self._headers, "content-type": "application/cloudevents-batch+json"}
        url, until = self._product.url("ingest") + "/v1/events", time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = httpx2.post(url, json=batch, headers=headers, timeout=PATIENCE_S)
            except httpx2.TransportError:
                answer = None
            if answer is not None and answer.status_code == 202:
                assert not answer.json().get("refused"), answer.text
                return int(answer.json()["accepted"])
            assert answer is None or answer.status_code == 503, answer.text
            assert time.monotonic() < until, "ingest did not come back within a minute"
            time.sleep(0.5)


def records(product: Product, topic: str) -> list[Any]:
    """Every record of a topic as it stands in the log, read by a client of its own."""
    consumer = KafkaConsumer(bootstrap_servers=product.place.bootstrap, enable_auto_commit=False)
    try:
        parts = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
        consumer.assign(parts)
        ends = consumer.end_offsets(parts)
        consumer.seek_to_beginning()
        found: list[Any] = []
        while any(consumer.position(part) < ends[part] for part in parts):
            for polled in consumer.poll(timeout_ms=500).values():
                found += polled
        return found
    finally:
        consumer.close()


def log_of(product: Product, *topics: str) -> list[dict[str, Any]]:
    """The readable events of some topics as plain JSON."""
    return [json.loads(record.value) for topic in topics for record in records(product, topic)]


def absorbed(product: Product, caller: Caller) -> None:
    """Wait until the ledger has taken in everything that is in the log now."""
    ends = {
        f"{topic}-{partition}": offset
        for topic in ("primed.case-events", "primed.action-events")
        for partition, offset in _ends(product, topic).items()
    }

    def behind() -> dict[str, int]:
        at = caller.get("metrics", "/v1/figures", measure="open", period="2026-01")["positions"]
        return {part: end - at.get(part, 0) for part, end in ends.items() if at.get(part, 0) < end}

    eventually(behind, lambda found: not found, 90)


def _ends(product: Product, topic: str) -> dict[int, int]:
    consumer = KafkaConsumer(bootstrap_servers=product.place.bootstrap, enable_auto_commit=False)
    try:
        parts = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
        return {part.partition: offset for part, offset in consumer.end_offsets(parts).items()}
    finally:
        consumer.close()
