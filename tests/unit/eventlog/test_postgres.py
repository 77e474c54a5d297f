"""Named statements, and what counts as Postgres being away."""

from __future__ import annotations

import asyncpg
import pytest

from eventlog import postgres
from eventlog.postgres import connect, is_away, statements


def test_statements_are_found_by_name() -> None:
    found = statements("eventlog", "event_store_statements.sql")
    assert found["load"].startswith("SELECT stream, version")
    assert found["cursor"].endswith("WHERE name = $1")
    assert "-- name" not in "".join(found.values())


def test_a_name_that_is_used_twice_is_refused(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    class Twice:
        def joinpath(self, file: str) -> Twice:
            return self

        def read_text(self, encoding: str) -> str:
            return "-- name: a\nSELECT 1\n-- name: a\nSELECT 2\n"

    monkeypatch.setattr(postgres.resources, "files", lambda package: Twice())
    with pytest.raises(ValueError, match="twice"):
        statements("anything", "x.sql")


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (ConnectionRefusedError(), True),
        (TimeoutError(), True),
        (asyncpg.ConnectionDoesNotExistError("gone"), True),
        (asyncpg.AdminShutdownError("bye"), True),
        (asyncpg.InterfaceError("connection is closed"), True),
        (asyncpg.InterfaceError("pool is closing"), True),
        (asyncpg.InterfaceError("cannot call fetch(): connection has been released back to the pool"), True),
        (asyncpg.InternalClientError("cannot switch to state 12"), True),
        (asyncpg.InterfaceError("the server expects 1 argument"), False),
        (asyncpg.DataError("invalid input"), False),
        (asyncpg.UniqueViolationError("twice"), False),
        (ValueError("other"), False),
    ],
)
def test_only_an_outage_is_an_outage(error: Exception, away: bool) -> None:
    assert is_away(error) is away


async def test_without_a_dsn_it_says_which_setting_is_missing() -> None:
    with pytest.raises(ValueError, match="PRIMED_POSTGRES_DSN is not set"):
        await connect("", "metrics")


async def test_a_service_name_goes_into_sql_only_when_it_is_a_plain_word() -> None:
    with pytest.raises(ValueError, match="no service's name"):
        await connect("postgresql://x", "metrics; DROP")
