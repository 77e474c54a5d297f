"""The way to Postgres: pools that speak as one service's role, and SQL kept in named statements."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib import resources
from types import MappingProxyType
from typing import TypeAlias

import asyncpg

# As text: asyncpg's classes take their parameter in its stubs only.
Connection: TypeAlias = (
    "asyncpg.pool.PoolConnectionProxy[asyncpg.Record] | asyncpg.Connection[asyncpg.Record]"
)
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Row: TypeAlias = asyncpg.Record

ROLE_PREFIX = "primed_"
COMMAND_TIMEOUT_S = 60.0
CONNECT_TIMEOUT_S = 5.0
IDLE_IN_TRANSACTION = "30s"
"""A frozen process may not hold locks, nor hold back the relay's guard, for longer."""

_NAME = re.compile(r"^-- name: (?P<name>[a-z][a-z0-9_]*)\s*$", re.MULTILINE)
_SERVICE = re.compile(r"[a-z][a-z0-9_]{0,40}")

AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    OSError,
    TimeoutError,
)
"""What asyncpg raises when Postgres is away, stopping or too slow: to be tried again."""


GONE = ("is closed", "is closing", "was closed", "released back to the pool")
"""How asyncpg words that a connection went away under our hands; it has no class for it."""


class DatabaseUnavailable(Exception):
    """Postgres cannot be reached: nothing was answered, and a command may or may not be kept; repeat it."""

    reason = "database-unavailable"


async def connect(dsn: str, service: str, *, max_size: int = 8) -> Pool:
    """A pool whose sessions have the service's role and schema, whoever the DSN signs in as.

    JSON comes and goes as text. Raises `DatabaseUnavailable` when Postgres is away.
    """
    if not dsn:
        raise ValueError("PRIMED_POSTGRES_DSN is not set; `primed up` sets it, or point it at your Postgres.")
    _check_service(service)
    try:
        return await asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=max_size,
            command_timeout=COMMAND_TIMEOUT_S,
            timeout=CONNECT_TIMEOUT_S,
            server_settings={
                "application_name": f"primed-{service}",
                "role": ROLE_PREFIX + service,
                "search_path": service,
                "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION,
            },
        )
    except asyncpg.InvalidParameterValueError as error:
        raise DatabaseUnavailable(
            f"Role {ROLE_PREFIX}{service} does not exist yet: run its migrations."
        ) from error
    except AWAY as error:
        raise DatabaseUnavailable(f"Postgres cannot be reached: {type(error).__name__}: {error}.") from error


def is_away(error: BaseException) -> bool:
    """Whether Postgres is away or the connection is gone, rather than the statement being wrong."""
    if isinstance(error, asyncpg.InternalClientError):
        return True  # a connection that was cut in the middle of its protocol; the pool throws it away
    if isinstance(error, asyncpg.InterfaceError) and not isinstance(error, ValueError):
        return any(words in str(error) for words in GONE)
    return isinstance(error, AWAY)


@asynccontextmanager
async def transaction(pool: Pool, *, snapshot: bool = False) -> AsyncIterator[Connection]:
    """One transaction on a connection of the pool; when Postgres goes away, `DatabaseUnavailable`.

    With `snapshot` it only reads, and all its statements see one moment.
    """
    try:
        async with (
            pool.acquire(timeout=CONNECT_TIMEOUT_S) as connection,
            connection.transaction(isolation="repeatable_read" if snapshot else None, readonly=snapshot),
        ):
            yield connection
    except (*AWAY, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        if not is_away(error):
            raise
        raise DatabaseUnavailable(f"Postgres cannot be reached: {type(error).__name__}.") from error


async def reachable(pool: Pool) -> str | None:
    """A check for /readyz: None when Postgres answers, else what to do."""
    try:
        async with asyncio.timeout(2.0), pool.acquire(timeout=2.0) as connection:
            await connection.fetchval("SELECT 1")
    except (*AWAY, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        return f"Postgres does not answer ({type(error).__name__}); start it, or check PRIMED_POSTGRES_DSN."
    return None


def statements(package: str, file: str) -> Mapping[str, str]:
    """The statements of a package's `.sql` file by name; each stands below a line `-- name: what_it_does`."""
    text = resources.files(package).joinpath(file).read_text(encoding="utf-8")
    marks = list(_NAME.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    found = {mark["name"]: text[mark.end() : end].strip() for mark, end in zip(marks, ends, strict=True)}
    if len(found) != len(marks):
        raise ValueError(f"{package}/{file} uses a statement's name twice.")
    return MappingProxyType(found)


def _check_service(service: str) -> None:
    if not _SERVICE.fullmatch(service):
        raise ValueError(f"{service!r} is no service's name: small letters, digits and _ only.")
