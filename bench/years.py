"""Years of a council in a ledger: the simulated history, copied into more teams and into earlier years.

The ledger is filled by partitions, as a rebuild fills it; only Kafka is left out, since reads do not need it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from typing import Any

from bench.load import FIRST_DAY, LAST_DAY, TENANT, history
from bench.stand import say
from eventlog.postgres import connect
from eventlog.records import Record
from schemas.envelope import Event
from schemas.registry import read
from schemas.tree import Tree
from services.metrics.domain.batch import fold
from services.metrics.domain.hearing import Heard, Place, hear, moment_of
from services.metrics.domain.shares import Share
from services.metrics.domain.taking import Position
from services.metrics.flow import absorb
from services.metrics.store import openings
from services.metrics.store.filling import Filling
from services.metrics.store.generations import PostgresGenerations
from services.metrics.store.ledger import PostgresLedger

TOPIC, PARTITIONS = "primed.case-events", 12
A_TEAM = 10_000
"""Events of one team in a year: so the ten teams of the simulated council become as many as it takes."""
TODAY = LAST_DAY - dt.timedelta(days=2)
"""Near the end of a month, when most has happened since it began."""
BLOCK = dt.timedelta(days=728)
"""Two years of whole weeks, by which a copy of the history goes back in time."""
AT_ONCE = 4_000
WAITING = 5_000
"""Events that are absorbed at the end, so that some lines are not settled."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAMED = re.compile(r'"(team|from_team|worker)":"([^"]+)"')


@dataclass(frozen=True, slots=True)
class Size:
    """So many years, each with about so many events."""

    years: int
    events_a_year: int

    @property
    def groups(self) -> int:
        """For how many teams each one of the simulated council stands."""
        return max(round(self.events_a_year / A_TEAM / 10), 1)


@dataclass(frozen=True, slots=True)
class Told:
    """An event of the history as text, with gaps for the copy it goes into; `item` counts the items."""

    text: str
    item: int
    moment_ms: int


def fill(dsn: str, size: Size) -> int:
    """Fill an empty ledger; answers how many events it holds."""
    say(f"filling {size.years} year(s) of {size.events_a_year:,} events")
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        generation = asyncio.run(_begin(dsn))
        counted = sum(
            pool.map(_share, *zip(*((dsn, generation, size, n) for n in range(PARTITIONS)), strict=True))
        )
    asyncio.run(_finish(dsn, generation, size))
    return counted + WAITING


def tree(size: Size) -> Tree:
    """The council with all its teams in two services."""
    names = sorted({name for event in _cases() if (name := event["data"].get("team"))})
    units = [("council", "council", None), ("one", "service", "council"), ("other", "service", "council")]
    units += [
        (f"{name}-{group}", "team", ("one", "other")[group % 2])
        for name in names
        for group in range(size.groups)
    ]
    return Tree().after_all(_registered(*unit) for unit in units)


def _registered(unit: str, level: str, parent: str | None) -> Event:
    data = {"unit": unit, "level": level, "name": unit, **({"parent": parent} if parent else {})}
    said = {
        "specversion": "1.0",
        "id": unit,
        "source": "bench/hr",
        "type": "primed.unit.registered.v1",
        "subject": f"bench/hr/{unit}",
        "time": "2010-01-01T00:00:00+00:00",
        "tenant": TENANT,
        "data": data,
    }
    return read(json.dumps(said).encode())


async def _begin(dsn: str) -> int:
    pool = await connect(dsn, "metrics", max_size=2)
    plan = [Share(n + 1, (((TOPIC, n), 0),)) for n in range(PARTITIONS)]
    generation = await PostgresGenerations(pool).begin("building", plan)
    await pool.close()
    return generation.id


async def _finish(dsn: str, generation: int, size: Size) -> None:
    pool = await connect(dsn, "metrics", max_size=4)
    generations = PostgresGenerations(pool)
    for kind in await generations.not_indexed(generation):
        await generations.index(generation, kind)
    await generations.attach(generation)
    async with pool.acquire() as connection, connection.transaction():
        await openings.build(connection, generation, TODAY)
        await connection.execute("UPDATE generation SET state = 'live' WHERE id = $1", generation)
        await connection.execute("ANALYZE")
    await _absorb_the_last(PostgresLedger(pool), size)
    await pool.close()


async def _absorb_the_last(ledger: PostgresLedger, size: Size) -> None:
    """Some events of the last day, as they come in."""
    received = [told.text for told in _block(0, 2) if "work.received" in told.text][-WAITING // 20 :]
    place = (TOPIC, PARTITIONS)
    await ledger.stand([place])
    for start in range(0, WAITING, 100):
        records = [
            _record(PARTITIONS, at, _ms(LAST_DAY), received[at % len(received)], f"z{at}-", at % size.groups)
            for at in range(start, start + 100)
        ]
        await absorb({place: records}, ledger, most_dead=0)


def _share(dsn: str, generation: int, size: Size, partition: int) -> int:
    return asyncio.run(_fill(dsn, generation, size, partition))


async def _fill(dsn: str, generation: int, size: Size, partition: int) -> int:
    """One partition: all its items, each with its events in the order of the log."""
    items, end, moment_ms = _items(size, partition)
    pool = await connect(dsn, "metrics", max_size=2)
    filling = Filling(pool)
    some: list[Heard] = []
    for records in items:
        some += [_heard(record) for record in records]
        if len(some) >= AT_ONCE:
            await filling.add(fold(some, {}))
            some = []
    await filling.add(fold(some, {}))
    filling.stand((TOPIC, partition), Position(end, moment_of(moment_ms), 0))
    await filling.write(generation, Share(partition + 1, (((TOPIC, partition), end),)))
    await pool.close()
    return end


def _heard(record: Record) -> Heard:
    place = Place(record.topic, record.partition, record.offset)
    heard = hear(place, moment_of(record.timestamp_ms), record.key, record.value)
    assert isinstance(heard, Heard), heard
    return heard


def _items(size: Size, partition: int) -> tuple[list[list[Record]], int, int]:
    """The records of a partition by item, its end and its last moment."""
    copies = max(round(size.events_a_year / (len(_cases()) / 2)), 1)
    items: dict[tuple[int, int, int], list[Record]] = defaultdict(list)
    offset = moment_ms = 0
    for block, years in reversed(list(enumerate(_blocks(size.years)))):
        for told in _block(block, years):
            moment_ms = max(moment_ms, told.moment_ms)
            for copy in range((partition - told.item) % PARTITIONS, copies, PARTITIONS):
                prefix = f"b{block}c{copy}-"
                record = _record(partition, offset, moment_ms, told.text, prefix, copy % size.groups)
                items[block, copy, told.item].append(record)
                offset += 1
    return list(items.values()), offset, moment_ms


def _blocks(years: int) -> Iterator[int]:
    """How many of its two years each copy of the history stands for, the newest first."""
    while years > 0:
        yield min(years, 2)
        years -= 2


def _record(partition: int, offset: int, moment_ms: int, text: str, prefix: str, group: int) -> Record:
    value = text.replace("\x01", prefix).replace("\x02", f"-{group}")
    subject = value[value.index('"subject":"') + 11 :].split('"', 1)[0]
    return Record(TOPIC, partition, offset, moment_ms, f"{TENANT}/{subject}".encode(), value.encode())


def _block(block: int, years: int) -> Sequence[Told]:
    """The history so many times two years earlier; of one year only the items that came in its second one."""
    shifted: dict[str, str] = {}

    def earlier(found: re.Match[str]) -> str:
        day = found.group()
        if day not in shifted:
            shifted[day] = (dt.date.fromisoformat(day) - block * BLOCK).isoformat()
        return shifted[day]

    number: dict[str, int] = {}
    told = []
    for event in _cases():
        item = number.setdefault(event["subject"], len(number) if _counts(event["time"], years) else -1)
        if item >= 0:
            text = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
            text = _NAMED.sub('"\\1":"\\2\x02"', text).replace("demo/cases/", "demo/cases/\x01")
            day = dt.date.fromisoformat(event["time"][:10]) - block * BLOCK
            told.append(Told(_DAY.sub(earlier, text), item, _ms(day)))
    return told


@lru_cache(maxsize=1)
def _cases() -> Sequence[dict[str, Any]]:
    return [event for event in history() if event["source"] == "demo/cases"]


def _counts(time: str, years: int) -> bool:
    return years > 1 or time >= (FIRST_DAY + BLOCK / 2).isoformat()


def _ms(day: dt.date) -> int:
    return int(dt.datetime(day.year, day.month, day.day, 12, tzinfo=dt.UTC).timestamp() * 1000)
