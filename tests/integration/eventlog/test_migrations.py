"""Migrations: once each, never changed, safe for several at once; and pools with a role of their own."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest

from eventlog.migrations import (
    Migration,
    MigrationRefused,
    connected,
    make_anew,
    migrate,
    migrate_files,
)
from eventlog.postgres import DatabaseUnavailable, connect, reachable, transaction

pytestmark = pytest.mark.real

FIRST = Migration(
    1, "0001_things", "CREATE TABLE thing (id int PRIMARY KEY, name text); INSERT INTO thing VALUES (1, 'a');"
)
SECOND = Migration(2, "0002_more", "ALTER TABLE thing ADD COLUMN size int NOT NULL DEFAULT 0;")


async def test_each_runs_once_and_the_service_sees_its_own_schema(stack: Any) -> None:
    dsn = stack.new_database(None)
    assert await migrate_files(dsn, "keeper", [FIRST]) == ["0001_things"]
    assert await migrate_files(dsn, "keeper", [FIRST]) == []
    assert await migrate_files(dsn, "keeper", [FIRST, SECOND]) == ["0002_more"]
    pool = await connect(dsn, "keeper")
    assert await pool.fetchval("SELECT current_user") == "primed_keeper"
    assert await pool.fetchval("SELECT count(*) FROM thing WHERE size = 0") == 1
    await pool.execute("INSERT INTO thing VALUES (2, 'b')")
    await pool.close()


async def test_several_processes_may_migrate_at_once(stack: Any) -> None:
    dsn = stack.new_database(None)
    running = [
        migrate_files(dsn, service, [FIRST, SECOND]) for service in ("one", "two", "three") for _ in range(3)
    ]
    ran = await asyncio.gather(*running)
    assert sorted(map(len, ran)) == [0, 0, 0, 0, 0, 0, 2, 2, 2]


async def test_several_databases_may_make_the_same_role_at_once(stack: Any) -> None:
    dsns = [stack.new_database(None) for _ in range(4)]
    service = stack.new_name("svc").replace("-", "_")
    ran = await asyncio.gather(*(migrate_files(dsn, service, [FIRST]) for dsn in dsns))
    assert ran == [["0001_things"]] * 4


async def test_a_changed_file_is_refused(stack: Any) -> None:
    dsn = stack.new_database(None)
    await migrate_files(dsn, "keeper", [FIRST])
    with pytest.raises(
        MigrationRefused, match=r"0001_things was changed after it ran.*is nowhere else: run the"
    ):
        await migrate_files(dsn, "keeper", [Migration(1, "0001_things", "SELECT 1;")])


async def test_nobody_starts_on_tables_of_another_version(stack: Any) -> None:
    dsn = stack.new_database()
    await (await connected(dsn, "metrics")).close()
    owner = await asyncpg.connect(dsn)
    await owner.execute("UPDATE metrics.migration SET checksum = 'of before' WHERE number = 1")
    with pytest.raises(MigrationRefused, match=r"made by another version .* primed migrate --anew metrics"):
        await connected(dsn, "metrics")
    with pytest.raises(MigrationRefused, match="primed migrate --anew metrics"):
        await migrate(dsn, "metrics")
    await owner.execute("DELETE FROM actions.migration WHERE number = 2")
    with pytest.raises(MigrationRefused, match=r"actions lack 0002_read_tables\. Run: primed migrate"):
        await connected(dsn, "actions")
    await owner.close()


async def test_what_follows_from_the_log_is_made_anew_with_higher_numbers(stack: Any) -> None:
    dsn = stack.new_database()
    owner = await asyncpg.connect(dsn)
    await owner.execute("UPDATE metrics.migration SET checksum = 'of before' WHERE number = 1")
    await owner.execute("INSERT INTO metrics.word (text) VALUES ('of before')")
    before = await owner.fetchval("SELECT nextval('metrics.revision')")
    assert "0001_ledger" in await make_anew(dsn, "metrics")
    pool = await connected(dsn, "metrics")
    assert await pool.fetchval("SELECT nextval('revision')") == before + 1
    assert await pool.fetchval("SELECT count(*) FROM word WHERE text = 'of before'") == 0
    with pytest.raises(MigrationRefused, match="What ingest keeps is nowhere else"):
        await make_anew(dsn, "ingest")
    await pool.close()
    await owner.close()


async def test_an_older_version_does_not_run_on_a_newer_database(stack: Any) -> None:
    dsn = stack.new_database(None)
    await migrate_files(dsn, "keeper", [FIRST, SECOND])
    with pytest.raises(MigrationRefused, match="0002_more, which this version does not know"):
        await migrate_files(dsn, "keeper", [FIRST])


async def test_a_broken_migration_leaves_nothing_behind(stack: Any) -> None:
    dsn = stack.new_database(None)
    broken = Migration(2, "0002_broken", "CREATE TABLE other (id int); SELECT 1 / 0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate_files(dsn, "keeper", [FIRST, broken])
    assert await migrate_files(dsn, "keeper", [FIRST, SECOND]) == ["0001_things", "0002_more"]


async def test_a_role_reaches_no_other_schema_and_cannot_rewrite_its_own_past(stack: Any) -> None:
    dsn = stack.new_database(None)
    await migrate_files(dsn, "one", [FIRST])
    await migrate_files(dsn, "two", [FIRST])
    pool = await connect(dsn, "one")
    for forbidden in (
        "SELECT * FROM two.thing",
        "INSERT INTO migration VALUES (9, 'x', 'y')",
        "CREATE TABLE more (id int)",
        "DROP TABLE thing",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(forbidden)
    await pool.close()


async def test_a_pool_before_its_migrations_says_what_to_do(stack: Any) -> None:
    with pytest.raises(DatabaseUnavailable, match="run its migrations"):
        await connect(stack.new_database(None), stack.new_name("nobody").replace("-", "_"))


async def test_a_database_that_is_away_is_said_as_such(stack: Any) -> None:
    away = "postgresql://postgres@127.0.0.1:1/nowhere"
    with pytest.raises(DatabaseUnavailable):
        await connect(away, "keeper")
    with pytest.raises(DatabaseUnavailable):
        await migrate_files(away, "keeper", [FIRST])
    dsn = stack.new_database(None)
    await migrate_files(dsn, "keeper", [FIRST])
    pool = await connect(dsn, "keeper", max_size=1)
    assert await reachable(pool) is None

    async def cut_in_the_middle() -> None:
        async with transaction(pool) as connection:
            other = await asyncpg.connect(dsn)
            await other.execute("SELECT pg_terminate_backend($1)", connection.get_server_pid())
            await other.close()
            await connection.fetchval("SELECT 1")

    with pytest.raises(DatabaseUnavailable):
        await cut_in_the_middle()
    await pool.close()
    assert "PRIMED_POSTGRES_DSN" in (await reachable(pool) or "")


async def test_a_wrong_statement_is_not_taken_for_an_outage(stack: Any) -> None:
    dsn = stack.new_database(None)
    await migrate_files(dsn, "keeper", [FIRST])
    pool = await connect(dsn, "keeper")
    with pytest.raises(asyncpg.DataError):
        async with transaction(pool) as connection:
            await connection.fetchval("SELECT $1::int", "not a number")
    with pytest.raises(asyncpg.UndefinedTableError):
        async with transaction(pool) as connection:
            await connection.fetchval("SELECT * FROM nothing")
    await pool.close()
