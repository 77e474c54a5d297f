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
import psutil
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
COLUMNS = (
    "events/s",
    "beside bare kafka-python / aiokafka",
    "acknowledged p50 / p99 ms",
    "CPU µs an event",
    "load",
)
Record = tuple[bytes, bytes]
Act = Callable[[Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Posted:
    """One way of sending: events a second, seconds waited (median, 99th percentile), and under which load.

    `spent`: CPU seconds of the sending process an event (of ingest, where it sends), whoever else works.
    """

    name: str
    rate: float
    waited: tuple[float, float] | None
    spent: float
    load: float
    bare: str | None = None


def measure(events: int) -> list[Posted]:
    """Send `events` records each way, to a broker and an ingest that run for it alone."""
    records = list(case_records(events))
    with stand() as ground:
        found = asyncio.run(_bare(ground.place.bootstrap, records))
        with running(ground.service("ingest"), ground.place) as child:
            return found + asyncio.run(_ours(ground, child.pid, records))


async def _bare(broker: str, records: Sequence[Record]) -> list[Posted]:
    return [
        await asyncio.to_thread(_kafka_python_at_once, broker, records),
        await _aiokafka_at_once(broker, records),
        await _kafka_python_one_by_one(broker, records),
        await _aiokafka_one_by_one(broker, records),
    ]


def _kafka_python(broker: str, **settings: int) -> Any:
    return kafka.KafkaProducer(bootstrap_servers=broker, acks="all", **settings)


def _kafka_python_at_once(broker: str, records: Sequence[Record]) -> Posted:
    producer = _kafka_python(broker, linger_ms=5, batch_size=262_144)
    producer.send(TOPIC, records[0][1], records[0][0], HEADERS).get(30)
    watch = Watch("bare kafka-python, all at once")
    sent = [producer.send(TOPIC, value, key, HEADERS) for key, value in records]
    for future in sent:
        future.get(60)
    found = watch.stop(len(records))
    producer.close()
    return found


async def _aiokafka_at_once(broker: str, records: Sequence[Record]) -> Posted:
    async with AIOKafkaProducer(
        bootstrap_servers=broker, acks="all", linger_ms=5, max_batch_size=262_144
    ) as producer:
        await producer.send_and_wait(TOPIC, records[0][1], key=records[0][0], headers=HEADERS)
        watch = Watch("bare aiokafka, all at once")
        sent = [await producer.send(TOPIC, value, key=key, headers=HEADERS) for key, value in records]
        await asyncio.gather(*sent)
        return watch.stop(len(records))


async def _kafka_python_one_by_one(broker: str, records: Sequence[Record]) -> Posted:
    loop = asyncio.get_running_loop()
    producer = await asyncio.to_thread(_kafka_python, broker)

    async def send(record: Record) -> None:
        answered = loop.create_future()
        sent = producer.send(TOPIC, record[1], record[0], HEADERS)
        sent.add_both(lambda _: loop.call_soon_threadsafe(answered.set_result, None))
        await answered

    await send(records[0])
    found = await _shared(Watch(f"bare kafka-python, {CALLERS} callers"), records, [send] * CALLERS, 1)
    await asyncio.to_thread(producer.close)
    return found


async def _aiokafka_one_by_one(broker: str, records: Sequence[Record]) -> Posted:
    async with AIOKafkaProducer(bootstrap_servers=broker, acks="all") as producer:

        async def send(record: Record) -> None:
            await producer.send_and_wait(TOPIC, record[1], key=record[0], headers=HEADERS)

        return await _shared(Watch(f"bare aiokafka, {CALLERS} callers"), records, [send] * CALLERS, 1)


async def _ours(ground: Stand, ingest: int, records: Sequence[Record]) -> list[Posted]:
    token = TokenIssuer(ground.place.home / "keys").issue("feeder", None, TENANT, "bench", 3600)
    singles = [_request(token, CONTENT_TYPE, value) for _, value in records]
    parts = [records[at : at + BATCH] for at in range(0, len(records), BATCH)]
    batches = [_request(token, BATCH_CONTENT_TYPE, _array(part)) for part in parts]
    ways = [(f"`POST`, {CALLERS} callers, one event", singles, CALLERS, 1)]
    for callers in (1, 4, 8):
        many = "caller" if callers == 1 else "callers"
        ways.append((f"`POST`, {callers} {many}, batches of {BATCH}", batches, callers, BATCH))
    port = ground.place.port_base + 1
    return [await _posted(port, Watch(name, ingest), *how) for name, *how in ways]


def _array(part: Iterable[Record]) -> bytes:
    return b"[" + b",".join(value for _, value in part) + b"]"


def _request(token: str, kind: str, body: bytes) -> bytes:
    head = (
        "POST /v1/events HTTP/1.1\r\nHost: ingest\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _posted(port: int, watch: Watch, requests: Sequence[bytes], callers: int, each: int) -> Posted:
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(callers)]
    await _exchange(*lines[0], requests[0])
    found = await _shared(watch, requests, [_caller(*line) for line in lines], each)
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


async def _shared(watch: Watch, work: Sequence[Any], callers: Sequence[Act], each: int) -> Posted:
    """Let the callers share the work, each waiting for its answer before the next."""
    left: Iterator[Any] = iter(work)
    waited: list[float] = []
    watch.begin()

    async def call(act: Act) -> None:
        for one in left:
            at = time.perf_counter()
            await act(one)
            waited.append(time.perf_counter() - at)
            if watch.seconds > ENOUGH_S:
                return

    await asyncio.gather(*map(call, callers))
    return watch.stop(len(waited) * each, percentiles(sorted(waited)))


class Watch:
    """Measures one way of sending, and the CPU of the process that sends: this one, or the given one."""

    def __init__(self, name: str, process: int | None = None) -> None:
        self._name = name
        self._process = psutil.Process(process)
        self.begin()

    def begin(self) -> None:
        """From now on."""
        say(self._name)
        self._began, self._spent = time.perf_counter(), self._cpu()

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.perf_counter() - self._began

    def stop(self, events: int, waited: tuple[float, float] | None = None) -> Posted:
        """What it came to."""
        rate, spent = events / self.seconds, (self._cpu() - self._spent) / events
        name = self._name
        beside = "callers" if f"{CALLERS} callers" in name else "all at once"
        bare = None if name.startswith("bare") else beside
        return Posted(name, rate, waited, spent, os.getloadavg()[0], bare)

    def _cpu(self) -> float:
        spent = self._process.cpu_times()
        return float(spent.user + spent.system)


def table_rows(found: Sequence[Posted]) -> Iterator[tuple[str, ...]]:
    """Rows of the report, in the order of `COLUMNS`."""
    for one in found:
        beside = [
            f"{one.rate / bare.rate:.2f}"
            for bare in found
            if one.bare and bare.name.startswith("bare") and bare.name.endswith(one.bare)
        ]
        waits = "" if one.waited is None else " / ".join(f"{1000 * wait:,.0f}" for wait in one.waited)
        yield (
            one.name,
            f"{one.rate:,.0f}",
            " / ".join(beside),
            waits,
            f"{1e6 * one.spent:,.0f}",
            f"{one.load:.0f}",
        )
