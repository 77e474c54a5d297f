"""What the event store promises, in memory and in Postgres."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from importlib import resources
from typing import Any

import asyncpg
import pytest

from eventlog.event_store import AlreadyDone, Command, Conflict, KeyReused, NewEvent, PostgresEventStore
from eventlog.memory import MemoryEventStore
from eventlog.migrations import Migration, migrate_files
from eventlog.postgres import Pool, connect, transaction


async def pool_of(stack: Any) -> Pool:
    """A fresh database with an event store of the service `keeper`."""
    dsn = stack.new_database(None)
    ddl = resources.files("eventlog").joinpath("event_store.sql").read_text("utf-8")
    await migrate_files(dsn, "keeper", [Migration(1, "0001_event_store", ddl)])
    return await connect(dsn, "keeper", max_size=20)


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.real)])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    if request.param == "memory":
        yield MemoryEventStore()
        return
    pool = await pool_of(request.getfixturevalue("stack"))
    yield PostgresEventStore(pool)
    await pool.close()


def said(what: str) -> NewEvent:
    return NewEvent("primed.test.said.v1", b'{"what":"%s"}' % what.encode(), b'{"by":"w-1"}')


async def test_a_stream_that_does_not_exist_is_empty(store: Any) -> None:
    assert await store.load("nothing") == []


async def test_versions_follow_one_another(store: Any) -> None:
    assert await store.append("a", 0, [said("one"), said("two")]) == 2
    assert await store.append("a", 2, [said("three")]) == 3
    assert await store.append("b", 0, [said("other")]) == 1
    found = await store.load("a")
    assert [(event.version, event.data) for event in found] == [
        (1, b'{"what":"one"}'),
        (2, b'{"what":"two"}'),
        (3, b'{"what":"three"}'),
    ]
    assert {event.meta for event in found} == {b'{"by":"w-1"}'}
    assert found[0].pos < found[1].pos < found[2].pos


async def test_bytes_are_kept_as_they_were_said(store: Any) -> None:
    data = '{ "b": 1,  "a": "\\u0000 é ☃", "b2": 10000000000000000000000.10 }'.encode()
    await store.append("a", 0, [NewEvent("t", data)])
    assert (await store.load("a"))[0].data == data


@pytest.mark.parametrize("expected", [0, 1, 3, 9])
async def test_another_version_than_expected_is_a_conflict_and_nothing_is_kept(
    store: Any, expected: int
) -> None:
    await store.append("a", 0, [said("one"), said("two")])
    with pytest.raises(Conflict, match="it is now 2"):
        await store.append("a", expected, [said("late")])
    assert len(await store.load("a")) == 2


async def test_of_racing_writers_one_wins(store: Any) -> None:
    await store.append("a", 0, [said("first")])
    racing = [store.append("a", 1, [said(f"racer {n}")]) for n in range(20)]
    results = await asyncio.gather(*racing, return_exceptions=True)
    assert [result for result in results if not isinstance(result, Exception)] == [2]
    assert {type(result) for result in results} == {int, Conflict}
    assert [event.version for event in await store.load("a")] == [1, 2]


async def test_the_same_command_again_gives_the_first_answer(store: Any) -> None:
    command = Command("demo/w-1/key", b"same").answering(b"first answer")
    assert await store.answered(command) is None
    await store.append("a", 0, [said("one")], command=command)
    assert await store.answered(command) == b"first answer"
    with pytest.raises(AlreadyDone) as done:
        await store.append("a", 1, [said("again")], command=command.answering(b"second answer"))
    assert done.value.answer == b"first answer"
    assert len(await store.load("a")) == 1


async def test_the_same_key_for_something_else_is_refused(store: Any) -> None:
    await store.append("a", 0, [said("one")], command=Command("key", b"one body", b"answer"))
    with pytest.raises(KeyReused):
        await store.answered(Command("key", b"another body"))
    with pytest.raises(KeyReused):
        await store.append("b", 0, [said("two")], command=Command("key", b"another body"))
    assert await store.load("b") == []


async def test_a_command_that_met_a_conflict_may_come_again(store: Any) -> None:
    command = Command("key", b"body", b"answer")
    await store.append("a", 0, [said("one")])
    with pytest.raises(Conflict):
        await store.append("a", 0, [said("two")], command=command)
    assert await store.answered(command) is None
    assert await store.append("a", 1, [said("two")], command=command) == 2


async def test_of_fifty_equal_commands_at_once_one_is_carried_out(store: Any) -> None:
    command = Command("key", b"body", b"answer")
    racing = [store.append("a", 0, [said("one")], command=command) for _ in range(50)]
    results = await asyncio.gather(*racing, return_exceptions=True)
    assert [result for result in results if not isinstance(result, Exception)] == [1]
    assert {result.answer for result in results if isinstance(result, AlreadyDone)} == {b"answer"}
    assert {type(result) for result in results} == {int, AlreadyDone}
    assert len(await store.load("a")) == 1


@pytest.mark.real
async def test_events_and_read_tables_stand_or_fall_together(stack: Any) -> None:
    pool = await pool_of(stack)
    store = PostgresEventStore(pool)

    async def break_off() -> None:
        async with transaction(pool) as connection:
            await store.append("a", 0, [said("one")], command=Command("key", b"body"), within=connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await break_off()
    assert await store.load("a") == []
    assert await store.answered(Command("key", b"body")) is None
    async with transaction(pool) as connection:
        await store.append("a", 0, [said("one")], within=connection)
        assert len(await store.load("a", within=connection)) == 1
        assert len(await store.load("a")) == 0
    assert len(await store.load("a")) == 1
    await pool.close()


@pytest.mark.real
async def test_what_happened_cannot_be_changed_or_deleted(stack: Any) -> None:
    pool = await pool_of(stack)
    await PostgresEventStore(pool).append("a", 0, [said("one")])
    for statement in ("UPDATE event SET type = 'x'", "DELETE FROM event"):
        with pytest.raises(asyncpg.RaiseError, match="not changed or deleted"):
            await pool.execute(statement)
    await pool.close()
