"""The ledger in Postgres: each event once, whole batches or nothing, bad records beside it."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from eventlog.memory import MemoryLog, MemoryProducer
from eventlog.postgres import connect
from eventlog.records import PositionMoved, Record
from services.metrics.domain.keeping import recall
from services.metrics.flow import absorb
from services.metrics.letters import LetterCarrier
from services.metrics.store import dump
from services.metrics.store.graves import PostgresGraves
from services.metrics.store.ledger import SQL, FoldVersionDiffers, PostgresLedger
from services.metrics.store.numbering import STOCKS
from tests import ledgerbook
from tests.casebook import PLACES, batch, batches, council, log_of, records, said, table
from tests.conftest import Stack
from tests.ledgerbook import everything


@asynccontextmanager
async def ledger_of(dsn: str) -> AsyncIterator[PostgresLedger]:
    pool = await connect(dsn, "metrics", max_size=4)
    try:
        ledger = PostgresLedger(pool)
        await ledger.prepare()
        await ledger.stand(PLACES)
        yield ledger
    finally:
        await pool.close()


async def kept(dsn: str, log: Sequence[Record], size: int) -> dict[str, list[tuple[Any, ...]]]:
    async with ledger_of(dsn) as ledger:
        for one in batches(log, size):
            await absorb(one, ledger, 500)
    return await everything(dsn)


async def test_batch_sizes_do_not_matter_line_for_line(stack: Stack) -> None:
    log = log_of(council(60))
    one_by_one = await kept(stack.new_database(), log, 1)
    assert one_by_one["line"]
    assert one_by_one["fault"]
    for size in (7, 10_000):
        assert await kept(stack.new_database(), log, size) == one_by_one


async def test_the_order_within_a_partition_does_not_matter_to_any_sum(stack: Stack) -> None:
    events = council(50)
    dumps = []
    for seed in (1, 2):
        dsn = stack.new_database()
        random.Random(seed).shuffle(events)
        await kept(dsn, log_of(events), 90)
        dumps.append(await dump.balances(dsn))
    assert dumps[0] == dumps[1] != []


async def test_two_workers_on_the_same_teams_write_one_ledger(stack: Stack, database: str) -> None:
    log = log_of(council(150))

    async def worker(parity: int) -> None:
        async with ledger_of(database) as ledger:
            for one in batches([record for record in log if record.partition % 2 == parity], 40):
                await absorb(one, ledger, 500)

    await asyncio.gather(worker(0), worker(1))
    alone = stack.new_database()
    await kept(alone, log, 1000)
    assert await dump.balances(database) == await dump.balances(alone)


async def test_months_and_their_days_are_the_sums_of_the_lines(database: str) -> None:
    await kept(database, log_of(council(60)), 50)
    summed: Counter[Any] = Counter()
    for line in await ledgerbook.lines(database):
        detail = "" if line["account"] in STOCKS else line["detail"]
        names = (line["tenant"], line["account"], line["team"], line["kind"], line["setting"], detail)
        summed[*names, line["day"]] += line["amount"]
    months = (await everything(database))["month"]
    assert sorted((*key, amount) for key, amount in summed.items() if amount) == sorted(months)


async def test_the_days_of_a_busy_month_are_put_together_and_lose_nothing(database: str) -> None:
    log = log_of(said("received", str(key), key % 27, 1, team="north") for key in range(130))
    async with ledger_of(database) as ledger:
        for one in log:
            await absorb(batch([one]), ledger, 500)
    ((days,),) = await table(
        database,
        "month",
        "cardinality(days)",
        "account = (SELECT id FROM metrics.word WHERE text = 'received')",
    )
    assert 27 <= days < 130
    by_day = Counter(
        line["day"] for line in await ledgerbook.lines(database) if line["account"] == "received"
    )
    months = (await everything(database))["month"]
    assert {row[-2]: row[-1] for row in months if row[1] == "received"} == dict(by_day)


@pytest.mark.parametrize(("first", "last"), [(5, 9), (3, 6), (0, 4)], ids=["gap", "overlap", "repeat"])
async def test_what_does_not_continue_is_refused_whole(database: str, first: int, last: int) -> None:
    log = [record for record in log_of(council(60)) if record.partition == 3]
    async with ledger_of(database) as ledger:
        await absorb(batch(log[:4]), ledger, 500)
        before = await everything(database)
        with pytest.raises(PositionMoved, match=r"stands at 4 of primed\.case-events-3"):
            await absorb(batch(log[first:last]), ledger, 500)
        with pytest.raises(PositionMoved):
            await absorb(batch([*log[4:6], *log[7:9]]), ledger, 500)
        assert await everything(database) == before
        await absorb(batch(log[4:]), ledger, 500)
    assert (await table(database, "position", "next_offset", "partition = 3"))[0][0] == len(log)


async def test_a_poison_record_is_one_dead_letter_and_the_rest_counts(stack: Stack, database: str) -> None:
    log = log_of(council(20))
    good = [(record.key, record.value) for record in log]
    bad: list[tuple[bytes | None, bytes | None]] = [
        (None, good[0][1]),
        (good[1][0], None),
        (good[2][0], b"\xff\xfe"),
        (good[3][0], b"{"),
        (b"other/demo/cases/0", good[0][1]),
    ]
    mixed = [*good[:9], *bad[:3], *good[9:], *bad[3:]]
    await kept(database, records(mixed), 8)
    clean = stack.new_database()
    await kept(clean, log, 8)
    assert await dump.balances(database) == await dump.balances(clean)
    reasons = await table(database, "dead_letter", "reason")
    assert sorted(reason for (reason,) in reasons) == [
        "no-key",
        "no-value",
        "not-json",
        "not-json",
        "wrong-key",
    ]

    heard = MemoryLog({"primed.dead-letters": 1})
    pool = await connect(database, "metrics", max_size=2)
    carrier = LetterCarrier(PostgresGraves(pool), MemoryProducer(heard))
    await carrier.start()
    place = ("primed.dead-letters", 0)
    async with asyncio.timeout(5):
        while heard.end(place) < len(bad):
            await asyncio.sleep(0.01)
    await carrier.stop()
    letters = {dict(record.headers)["primed-reason"]: record for record in heard.read(place, 0, 99)}
    letter = letters[b"wrong-key"]
    assert (letter.key, letter.value) == bad[4]
    assert dict(letter.headers)["primed-topic"] == b"primed.case-events"
    assert dict(letter.headers)["primed-service"] == b"metrics"
    again = LetterCarrier(PostgresGraves(pool), MemoryProducer(heard))
    await again.start()
    await asyncio.sleep(0.3)
    await again.stop()
    await pool.close()
    assert heard.end(place) == len(bad)
    assert await table(database, "dead_letter", "1", "value IS NOT NULL OR sent_at IS NULL") == []


async def test_too_many_dead_letters_in_a_row_stop_the_partition_and_nothing_is_lost(database: str) -> None:
    good = log_of([said("received", "1", 3, 1, team="north")])[0]
    poison = [(good.key, b"{")] * 5
    log = records([*poison, (good.key, good.value)])
    async with ledger_of(database) as ledger:
        taken = await absorb(batch(log), ledger, 3)
        assert list(taken.stopped.values()) == [3]
        assert len(await table(database, "dead_letter")) == 3
        assert await ledgerbook.lines(database) == []
        taken = await absorb(batch(log[3:]), ledger, 10)
        assert taken.stopped == {}
    assert len(await table(database, "dead_letter")) == 5
    assert [line["account"] for line in await ledgerbook.lines(database)].count("received") == 1


async def test_what_postgres_cannot_keep_is_found_and_the_rest_counts(database: str) -> None:
    await _refuse_the_word(database, "poison")
    events = council(20)
    given = said("received", "long", 3, 1, team="north")
    poison = said("allocated", "long", 4, 2, worker="poison")
    ended = said("completed", "long", 5, 3, outcome="met")
    async with ledger_of(database) as ledger:
        await absorb(batch(log_of([*events[:30], given, poison, ended, *events[30:]])), ledger, 500)
    dead = await table(database, "dead_letter", "reason, sentence")
    assert [reason for reason, _ in dead] == ["cannot-keep"]
    ((events_kept,),) = await table(database, "item", "events", "subject = 'demo/cases/long'")
    verbs = [heard.fact.verb for heard in recall(events_kept)]
    assert verbs == ["received", "completed"]
    positions = await table(database, "position", "sum(next_offset)")
    assert positions == [(len(events) + 3,)]


async def _refuse_the_word(dsn: str, text: str) -> None:
    """Let Postgres refuse one text, as it would one that is beyond its bounds."""
    connection = await asyncpg.connect(dsn, server_settings={"search_path": "metrics"})
    await connection.execute(
        f"""CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'cannot be kept' USING ERRCODE = 'program_limit_exceeded'; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON word FOR EACH ROW WHEN (new.text = '{text}')
        EXECUTE FUNCTION refuse()"""
    )
    await connection.close()


async def test_items_are_found_by_their_keys_also_in_a_table_that_grew_unseen(database: str) -> None:
    await kept(database, log_of(council(300)), 5000)
    connection = await asyncpg.connect(database, server_settings={"search_path": "metrics"})
    tenant = await connection.fetchval("SELECT id FROM word WHERE text = 'demo'")
    asked = ([f"demo/cases/{number}" for number in range(99)], [tenant] * 99, [0] * 99)
    async with connection.transaction():
        await connection.fetch(SQL["live_generation"])
        plan = await connection.fetch(f"EXPLAIN {SQL['items'].format(generation=1)}", *asked)
    await connection.close()
    scans = [row[0] for row in plan if "Scan" in row[0] and " on item_1" in row[0]]
    assert len(scans) == 1
    assert "Index Scan using item_1_key" in scans[0]


async def test_a_ledger_of_another_fold_is_not_touched(database: str) -> None:
    async with ledger_of(database) as ledger:
        connection = await asyncpg.connect(database)
        await connection.execute("UPDATE metrics.generation SET fold_version = 99")
        await connection.close()
        with pytest.raises(FoldVersionDiffers, match=r"version 99 of the fold.*primed rebuild"):
            await absorb(batch(log_of(council(2))), ledger, 500)
    assert await ledgerbook.lines(database) == []


async def test_known_at_never_goes_back_within_a_partition(database: str) -> None:
    log = log_of(
        [said("received", "1", 3, 1, team="north"), said("started", "1", 4, 2), said("completed", "1", 5, 3)]
    )
    times = (2_000, 1_000, 3_000)
    moved = [
        Record(one.topic, one.partition, one.offset, at, one.key, one.value)
        for one, at in zip(log, times, strict=True)
    ]
    await kept(database, moved, 1)
    known = {(line["offset"], int(line["known_at"].timestamp())) for line in await ledgerbook.lines(database)}
    assert known == {(0, 2), (1, 2), (2, 3)}


async def test_a_partition_counts_as_read_only_where_the_ledger_stands_at_its_end(database: str) -> None:
    log = [record for record in log_of(council(30)) if record.partition == 3]
    now = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
    async with ledger_of(database) as ledger:
        await absorb(batch(log[:4]), ledger, 500)
        await ledger.mark_read({("primed.case-events", 3): 4, ("primed.case-events", 4): 9}, now)
        assert await ledger.stand([("primed.case-events", 3)]) == {("primed.case-events", 3): 4}
    read = await table(database, "position", "partition, read_at", "read_at IS NOT NULL")
    assert read == [(3, now)]


async def test_the_dump_says_exactly_what_the_ledger_holds(database: str) -> None:
    events = [
        said("received", "1", 3, 1, team="north", kind="review", due="2026-04-20", route="Phone"),
        said("completed", "1", 40, 2, outcome="Mét"),
    ]
    await kept(database, log_of(events), 1)
    april = dt.date(2026, 4, 30)
    key = '"kind":"review","setting":"","team":"north","tenant":"demo","worker":""'
    due = '"detail":{"due":"2026-04-20"}'
    assert await dump.balances(database, as_at=april) == [
        f'{{"account":"open","amount":1,"day":"2026-04-04",{due},{key}}}',
        f'{{"account":"overdue","amount":1,"day":"2026-04-21",{due},{key}}}',
        f'{{"account":"received","amount":1,"day":"2026-04-04","detail":{{"route":"Phone"}},{key}}}',
        f'{{"account":"unallocated","amount":1,"day":"2026-04-04",{due},{key}}}',
    ]
    whole = await dump.balances(database)
    assert (
        f'{{"account":"completed_late","amount":1,"day":"2026-05-13","detail":{{"outcome":"Mét"}},{key}}}'
        in whole
    )
    lines = await dump.lines(database, "demo/cases/1")
    assert len(lines) == len(await ledgerbook.lines(database))
    assert '"event":{"id":"1:1","n":0,"offset":0' in lines[0]
    with pytest.raises(dump.NothingSaid, match=r"never heard of demo/cases/2\."):
        await dump.lines(database, "demo/cases/2")
    first = dt.datetime.fromtimestamp(1_780_000_000, dt.UTC)
    known_first = await dump.balances(database, as_known=first)
    assert not [line for line in known_first if "completed" in line]
    assert len(known_first) == 4
