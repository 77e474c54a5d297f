"""How fast files become acknowledged events, beside a bare parser (and producer) of the same file in one run.

Client Level Data and a table by a mapping stand beside `csv.reader` and a bare producer of its rows, an XES
log beside `lxml.iterparse` alone, which sends nothing. Imports run in the process of ingest, whose largest
memory is noted.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import kafka
import psutil
from lxml import etree

from bench import cld_file
from bench.load import TENANT
from bench.stand import Stand, running, say, stand
from runtime.auth import TokenIssuer

TOPIC = "primed.case-events"
ENDED = ("done", "failed", "cancelled")
COLUMNS = (
    "rows/s",
    "beside bare",
    "bare rows/s",
    "ingest, largest MB",
    "CPU µs a row, ingest / bare",
    "load",
)
TABLE = """
format: table
source: bench/reviews
key: Review
fields: {received: Received, completed: Completed, team: Team, worker: Worker, due: Due, outcome: Outcome}
constants: {kind: review}
dates: ["%d/%m/%Y"]
"""
LOG = """
format: xes
source: bench/permits
key: concept:name
constants: {kind: permit}
events:
  received: {time: startdate, fields: {team: group, route: channel, due: deadline}}
  allocated: {time: startdate, fields: {worker: responsible}}
  started: {time: {first: "time:timestamp"}}
  completed: {time: enddate, fields: {outcome: {last: "concept:name"}}}
"""


@dataclass(frozen=True, slots=True)
class Bare:
    """Seconds that it takes without us, and CPU seconds."""

    seconds: float
    spent: float


@dataclass(frozen=True, slots=True)
class Imported:
    """A file of `rows`: bare, and as an import with ingest's largest resident bytes and CPU seconds."""

    name: str
    rows: int
    bare: Bare
    ours: float
    resident: int
    spent: float
    load: float


@dataclass(frozen=True, slots=True)
class Load:
    """A file to be imported, and what does the same without us."""

    name: str
    mapping: str
    text: str | None
    write: Callable[[Path, int], None]
    bare: Callable[[Path, str], float]


def measure(rows: int) -> list[Imported]:
    """Import a file of so many rows in each format (a log of a hundredth as many cases), once."""
    loads = (
        Load(
            "Client Level Data",
            "cld",
            None,
            cld_file.write,
            partial(_csv_and_producer, key="Event Reference"),
        ),
        Load(
            "table by a mapping", "bench-table", TABLE, write_table, partial(_csv_and_producer, key="Review")
        ),
        Load("XES", "bench-log", LOG, write_log, _iterparse),
    )
    with stand() as ground, tempfile.TemporaryDirectory() as folder:
        return [_measured(ground, one, Path(folder) / one.mapping, rows) for one in loads]


def _measured(ground: Stand, one: Load, path: Path, rows: int) -> Imported:
    say(f"{one.name}: writing the file")
    one.write(path, rows)
    say(f"{one.name}: {path.stat().st_size / 1e6:,.0f} MB, bare")
    spent = time.process_time()
    seconds = one.bare(path, ground.place.bootstrap)
    bare = Bare(seconds, time.process_time() - spent)
    say(f"{one.name}: as an import")
    with running(ground.service("ingest"), ground.place) as child:
        return _imported(ground, psutil.Process(child.pid), one, path, bare)


def _imported(ground: Stand, ingest: psutil.Process, one: Load, path: Path, bare: Bare) -> Imported:
    issuer = TokenIssuer(ground.place.home / "keys")
    bearer = f"Bearer {issuer.issue('operator', None, TENANT, 'bench', 36_000)}"
    with httpx2.Client(
        base_url=ground.place.url("ingest"), headers={"authorization": bearer}, timeout=600
    ) as client:
        if one.text is not None:
            kind = {"content-type": "application/yaml"}
            client.put(f"/v1/mappings/{one.mapping}", content=one.text, headers=kind).raise_for_status()
        began, spent = dt.datetime.now(dt.UTC), _cpu(ingest)
        asked = {"mapping": one.mapping, "as_of": "2026-04-10T00:00:00+00:00"}
        if one.text is TABLE:
            asked["coverage"] = "none"
        with path.open("rb") as file:
            answer = client.post("/v1/imports", params=asked, content=file)
        answer.raise_for_status()
        job, resident = _watched(client, answer.headers["location"], ingest)
        if job["state"] != "done":
            raise ValueError(f"{one.name}: {job}")
        # Ingest says to the millisecond when it ended; we only look now and then.
        seconds = (dt.datetime.fromisoformat(job["ended_at"]) - began).total_seconds()
        rows, cpu = job["rows_read"], _cpu(ingest) - spent
        return Imported(one.name, rows, bare, seconds, resident, cpu, os.getloadavg()[0])


def _watched(client: httpx2.Client, place: str, ingest: psutil.Process) -> tuple[dict[str, Any], int]:
    largest = 0
    while True:
        job: dict[str, Any] = client.get(place).json()
        largest = max(largest, ingest.memory_info().rss)
        if job["state"] in ENDED:
            return job, largest
        time.sleep(0.1)


def _cpu(process: psutil.Process) -> float:
    spent = process.cpu_times()
    return float(spent.user + spent.system)


def _csv_and_producer(path: Path, broker: str, key: str) -> float:
    """Seconds that `csv.reader` and kafka-python need until every row is acknowledged as one record.

    Keyed by the column that names the item, so that rows spread over all partitions as our events do.
    """
    producer = kafka.KafkaProducer(bootstrap_servers=broker, acks="all", linger_ms=5, batch_size=262_144)
    producer.partitions_for(TOPIC)
    refused: list[Exception] = []
    began = time.perf_counter()
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        place = next(rows).index(key)
        for row in rows:
            producer.send(TOPIC, ",".join(row).encode(), row[place].encode()).add_errback(refused.append)
    producer.flush()
    seconds = time.perf_counter() - began
    producer.close()
    if refused:
        raise refused[0]
    return seconds


def _iterparse(path: Path, _broker: str) -> float:
    """Seconds that `lxml.iterparse` alone needs for the log, forgetting each trace."""
    began = time.perf_counter()
    for _, trace in etree.iterparse(str(path), tag="{*}trace"):
        trace.clear()
        while trace.getprevious() is not None:
            del trace.getparent()[0]
    return time.perf_counter() - began


def write_table(path: Path, rows: int) -> None:
    """A table of reviews."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("Review,Received,Completed,Team,Worker,Due,Outcome\r\n")
        for number in range(rows):
            day, month = 1 + number % 28, 1 + number % 12
            done = f"{day:02}/{month:02}/2026" if number % 3 else ""
            file.write(
                f"R{number},{day:02}/{month:02}/2025,{done},team-{number % 40},w-{number % 700:04},"
                f"{day:02}/{month:02}/2026,{'continue' if done else ''}\r\n"
            )


def write_log(path: Path, rows: int) -> None:
    """An event log with a case for a hundred rows asked for: 10,000 cases are 50 MB."""
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<log xmlns="http://www.xes-standard.org/">\n')
        for number in range(rows // 100):
            file.write("".join(_trace(number)))
        file.write("</log>\n")


def _trace(number: int) -> Iterator[str]:
    start = f"2025-{1 + number % 12:02}-{1 + number % 28:02}T"
    yield f'<trace><string key="concept:name" value="case-{number}"/>'
    yield f'<date key="startdate" value="{start}08:00:00+00:00"/>'
    yield f'<date key="enddate" value="{start}17:00:00+00:00"/>'
    yield f'<date key="deadline" value="2026-{1 + number % 12:02}-01T00:00:00+00:00"/>'
    yield f'<string key="group" value="group-{number % 9}"/><string key="channel" value="Internet"/>'
    yield f'<string key="responsible" value="resource-{number % 50}"/>\n'
    for step in range(20):
        yield (
            f'<event><string key="concept:name" value="T{step:02} Check confirmation of receipt"/>'
            f'<date key="time:timestamp" value="{start}{8 + step // 3:02}:{step:02}:00+00:00"/>'
            '<string key="lifecycle:transition" value="complete"/>'
            f'<string key="org:resource" value="resource-{step % 7}"/></event>\n'
        )
    yield "</trace>\n"


def table_rows(found: list[Imported]) -> Iterator[tuple[str, ...]]:
    """Rows of the report, in the order of `COLUMNS`."""
    for one in found:
        yield (
            f"{one.name}, {one.rows:,} rows",
            f"{one.rows / one.ours:,.0f}",
            f"{one.bare.seconds / one.ours:.2f}",
            f"{one.rows / one.bare.seconds:,.0f}",
            f"{one.resident / 1e6:,.0f}",
            f"{1e6 * one.spent / one.rows:,.0f} / {1e6 * one.bare.spent / one.rows:,.0f}",
            f"{one.load:.0f}",
        )
