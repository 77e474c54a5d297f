"""How fast `POST /v1/events` acknowledges, one event a request and 500, beside bare producers in one run.

The callers are sockets with requests made beforehand, so that ingest and the log are measured, not a client.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import kafka
from aiokafka import AIOKafkaProducer

from bench.load import TENANT, case_records
from bench.probes import percentiles
from bench.stand import Stand, running, say, stand
from runtime.auth import TokenIssuer
from schemas.envelope import BATCH_CONTENT_TYPE, CONTENT_TYPE

TOPIC = "primed.case-events"
HEADERS = [("content-type", CONTENT_TYPE.encode())]
BATCH = 500
CALLERS = 50
ENOUGH_S = 15.0
"""Whatever is sent one by one ends after so long: a busy disk may flush a few hundred times a second."""

LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
Record = tuple[bytes, bytes]
Act = Callable[[Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Posted:
    """One way of sending: events a second, median and 99th percentile of seconds, the machine's load then."""

    name: str
    rate: float
    waited: tuple[float, float] | None
    load: float
    bare: str | None = None


def measure(events: int) -> list[Posted]:
    """Send `events` records each way, to a broker and an ingest that run for it alone."""
    records = list(case_records(events))
    with stand() as ground:
        found = asyncio.run(_bare(ground.place.bootstrap, records))
        with running(ground.service("ingest"), ground.place):
            return found + asyncio.run(_ours(ground, records))


async def _bare(broker: str, records: Sequence[Record]) -> list[Posted]:
    found = [await asyncio.to_thread(_kafka_python_at_once, broker, records)]
    async with AIOKafkaProducer(
        bootstrap_servers=broker, acks="all", linger_ms=5, max_batch_size=262_144
    ) as bulk:
        await bulk.send_and_wait(TOPIC, records[0][1], key=records[0][0], headers=HEADERS)
        began = time.perf_counter()
        sent = [await bulk.send(TOPIC, value, key=key, headers=HEADERS) for key, value in records]
        await asyncio.gather(*sent)
        found.append(_said("bare aiokafka, all at once", len(records) / (time.perf_counter() - began)))
    found.append(await _kafka_python_one_by_one(broker, records))
    async with AIOKafkaProducer(bootstrap_servers=broker, acks="all") as single:

        async def send(record: Record) -> None:
            await single.send_and_wait(TOPIC, record[1], key=record[0], headers=HEADERS)

        found.append(await _acted("bare aiokafka, 50 callers", records, [send] * CALLERS, 1))
    return found


def _kafka_python(broker: str, **settings: int) -> Any:
    return kafka.KafkaProducer(bootstrap_servers=broker, acks="all", **settings)


def _kafka_python_at_once(broker: str, records: Sequence[Record]) -> Posted:
    producer = _kafka_python(broker, linger_ms=5, batch_size=262_144)
    producer.send(TOPIC, records[0][1], records[0][0], HEADERS).get(30)
    began = time.perf_counter()
    sent = [producer.send(TOPIC, value, key, HEADERS) for key, value in records]
    for future in sent:
        future.get(60)
    rate = len(records) / (time.perf_counter() - began)
    producer.close()
    return _said("bare kafka-python, all at once", rate)


async def _kafka_python_one_by_one(broker: str, records: Sequence[Record]) -> Posted:
    loop = asyncio.get_running_loop()
    producer = await asyncio.to_thread(_kafka_python, broker)

    async def send(record: Record) -> None:
        answered = loop.create_future()
        sent = producer.send(TOPIC, record[1], record[0], HEADERS)
        sent.add_both(lambda _: loop.call_soon_threadsafe(answered.set_result, None))
        await answered

    await send(records[0])
    found = await _acted("bare kafka-python, 50 callers", records, [send] * CALLERS, 1)
    await asyncio.to_thread(producer.close)
    return found


async def _ours(ground: Stand, records: Sequence[Record]) -> list[Posted]:
    token = TokenIssuer(ground.place.home / "keys").issue("feeder", None, TENANT, "bench", 3600)
    singles = [_request(token, CONTENT_TYPE, value) for _, value in records]
    parts = [records[at : at + BATCH] for at in range(0, len(records), BATCH)]
    batches = [_request(token, BATCH_CONTENT_TYPE, _array(part)) for part in parts]
    found = [await _posted(ground, f"`POST`, {CALLERS} callers, one event", singles, CALLERS, 1)]
    for callers in (1, 4, 8):
        name = f"`POST`, {callers} caller{'s' if callers > 1 else ''}, batches of {BATCH}"
        found.append(await _posted(ground, name, batches, callers, BATCH))
    return found


def _array(part: Iterable[Record]) -> bytes:
    return b"[" + b",".join(value for _, value in part) + b"]"


def _request(token: str, kind: str, body: bytes) -> bytes:
    head = (
        "POST /v1/events HTTP/1.1\r\nHost: ingest\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _posted(ground: Stand, name: str, requests: Sequence[bytes], callers: int, each: int) -> Posted:
    port = ground.place.port_base + 1
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(callers)]
    await _exchange(*lines[0], requests[0])
    found = await _acted(name, requests, [_caller(*line) for line in lines], each)
    for _, writer in lines:
        writer.close()
    return found


def _caller(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Act:
    return lambda request: _exchange(reader, writer, request)


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
    """One request and its whole answer; raises `ValueError` for any answer but 202."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    body = await reader.readexactly(int(length[1])) if length else b""
    if not head.startswith(b"HTTP/1.1 202"):
        raise ValueError(f"{head.split(maxsplit=2)[1].decode()}: {body[:300].decode()}")


async def _acted(name: str, work: Sequence[Any], callers: Sequence[Act], each: int) -> Posted:
    """Let the callers share the work, each waiting for its answer before the next."""
    say(name)
    left: Iterator[Any] = iter(work)
    waited: list[float] = []
    began = time.perf_counter()

    async def call(act: Act) -> None:
        for one in left:
            at = time.perf_counter()
            await act(one)
            waited.append(time.perf_counter() - at)
            if waited[-1] + at - began > ENOUGH_S:
                return

    await asyncio.gather(*map(call, callers))
    rate = len(waited) * each / (time.perf_counter() - began)
    return _said(name, rate, percentiles(sorted(waited)))


def _said(name: str, rate: float, waited: tuple[float, float] | None = None) -> Posted:
    bare = None if name.startswith("bare") else "callers" if f"{CALLERS} callers" in name else "all at once"
    return Posted(name, rate, waited, os.getloadavg()[0], bare)


def table_rows(found: Sequence[Posted]) -> Iterator[tuple[str, ...]]:
    """Rows of the report: what, events a second, beside both bare producers, seconds until acknowledged."""
    for one in found:
        beside = [
            f"{one.rate / bare.rate:.2f}"
            for bare in found
            if one.bare and bare.name.startswith("bare") and bare.name.endswith(one.bare)
        ]
        waits = "" if one.waited is None else " / ".join(f"{1000 * wait:,.0f}" for wait in one.waited)
        yield one.name, f"{one.rate:,.0f}", " / ".join(beside), waits, f"{one.load:.1f}"
