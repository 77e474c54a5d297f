"""Migrations: each service's schema and role, and its numbered SQL files, each run just once."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

import asyncpg

from eventlog.postgres import (
    AWAY,
    CONNECT_TIMEOUT_S,
    ROLE_PREFIX,
    DatabaseUnavailable,
    Pool,
    connect,
    statements,
    transaction,
)

SERVICES = ("ingest", "metrics", "actions", "notify")
"""The services that keep something in Postgres."""

DERIVED = ("metrics",)
"""Of these all that is kept follows from the log, so that it may be dropped and made again from there."""

LOCK = 0x7072696D
"""One migration at a time in a database ("prim"), whoever starts it."""

SQL = statements("eventlog", "migrations.sql")

_FILE = re.compile(r"(?P<number>\d{4})_[a-z0-9_]+\.sql")
_INCLUDE = re.compile(r"^-- include: (?P<package>[a-z_.]+)/(?P<file>[a-z_]+\.sql)\s*$", re.MULTILINE)


class MigrationRefused(Exception):
    """The database and the files do not fit together; the message says which and what to do."""

    reason = "tables-of-another-version"


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file with what it includes already in place."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the SQL as it runs."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


async def migrate(dsn: str, service: str) -> list[str]:
    """Bring the service's schema up to date; answers with the names of what ran now.

    Safe to run at any time and by several processes at once. All of it is one transaction: it runs wholly or
    not at all. Raises `MigrationRefused` when a file that ran before was changed or is missing.
    """
    return await migrate_files(dsn, service, found(f"services.{service}"))


async def migrate_all(dsn: str) -> dict[str, list[str]]:
    """Migrate every service that keeps something; answers with what ran for each."""
    return {service: await migrate(dsn, service) for service in SERVICES}


async def connected(dsn: str, service: str, *, max_size: int = 8) -> Pool:
    """A pool for the service, whose tables are those that this program knows.

    Raises `DatabaseUnavailable` when Postgres is away, `MigrationRefused` when the tables are other ones.
    """
    pool = await connect(dsn, service, max_size=max_size)
    try:
        async with transaction(pool) as connection:
            ran = {row["number"]: row for row in await connection.fetch(SQL["ran"])}
        migrations = found(f"services.{service}")
        _check(service, ran, migrations)
        if len(ran) < len(migrations):
            missing = ", ".join(one.name for one in migrations if one.number not in ran)
            raise MigrationRefused(f"The tables of {service} lack {missing}. Run: primed migrate")
    except BaseException:
        await pool.close()
        raise
    return pool


async def make_anew(dsn: str, service: str) -> list[str]:
    """Drop all that a service keeps and make its tables again; answers with the names of what ran.

    Only for services in `DERIVED`; numbers that its sequences gave are not given again. Raises
    `MigrationRefused` for others, and while somebody uses the tables.
    """
    if service not in DERIVED:
        raise MigrationRefused(f"What {service} keeps is nowhere else, so it is not dropped.")
    return await _migrated(dsn, service, found(f"services.{service}"), anew=True)


def found(package: str) -> list[Migration]:
    """The migrations of a package in order, from its folder `migrations`; numbered from 1."""
    folder = resources.files(package).joinpath("migrations")
    files = sorted(
        (entry for entry in folder.iterdir() if _FILE.fullmatch(entry.name)), key=lambda file: file.name
    )
    migrations = [_read(file) for file in files]
    if [migration.number for migration in migrations] != list(range(1, len(migrations) + 1)):
        raise MigrationRefused(f"The migrations of {package} are not numbered 0001, 0002, … without a gap.")
    return migrations


def _read(file: Traversable) -> Migration:
    sql = _INCLUDE.sub(
        lambda line: resources.files(line["package"]).joinpath(line["file"]).read_text(encoding="utf-8"),
        file.read_text(encoding="utf-8"),
    )
    return Migration(int(file.name[:4]), file.name.removesuffix(".sql"), sql)


async def migrate_files(dsn: str, service: str, migrations: list[Migration]) -> list[str]:
    """As `migrate`, with the migrations given."""
    return await _migrated(dsn, service, migrations, anew=False)


async def _migrated(dsn: str, service: str, migrations: list[Migration], *, anew: bool) -> list[str]:
    try:
        connection = await asyncpg.connect(dsn, timeout=CONNECT_TIMEOUT_S)
    except AWAY as error:
        raise DatabaseUnavailable(f"Postgres cannot be reached: {type(error).__name__}: {error}.") from error
    try:
        async with connection.transaction():
            await connection.execute(SQL["lock"], LOCK)
            reached = await _drop(connection, service) if anew else []
            await _prepare(connection, service)
            ran = {row["number"]: row for row in await connection.fetch(SQL["ran"])}
            _check(service, ran, migrations)
            fresh = [migration for migration in migrations if migration.number not in ran]
            for migration in fresh:
                await connection.execute(migration.sql)
                await connection.execute(SQL["record"], migration.number, migration.name, migration.checksum)
            await connection.execute(_for(SQL["grant"], service))
            for sequence, value in reached:
                await connection.execute(SQL["go_on"], service, sequence, value)
    except asyncpg.LockNotAvailableError as error:
        raise MigrationRefused(
            f"Somebody still uses the tables of {service}: stop Primed first, all but Postgres."
        ) from error
    finally:
        await connection.close()
    return [migration.name for migration in fresh]


async def _drop(connection: asyncpg.Connection[asyncpg.Record], service: str) -> list[tuple[str, int]]:
    """Drop the schema with all in it; answers how far its sequences had come."""
    await connection.execute(SQL["patience"])
    rows = await connection.fetch(SQL["reached"], service)
    await connection.execute(_for(SQL["drop"], service))
    return [(row["sequencename"], row["last_value"]) for row in rows]


async def _prepare(connection: asyncpg.Connection[asyncpg.Record], service: str) -> None:
    await connection.execute(_for(SQL["role"], service))
    await connection.execute(_for(SQL["schema"], service))


def _for(statement: str, service: str) -> str:
    """Names cannot be parameters in DDL; services' names are checked to be plain words."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", service):
        raise MigrationRefused(f"{service!r} is no service's name: small letters, digits and _ only.")
    return statement.replace("{role}", ROLE_PREFIX + service).replace("{schema}", service)


def _check(service: str, ran: dict[int, asyncpg.Record], migrations: list[Migration]) -> None:
    known = {migration.number: migration for migration in migrations}
    for number, row in ran.items():
        if number not in known:
            raise MigrationRefused(
                f"The database of {service} has migration {row['name']}, which this version does not know: "
                "run the newer version."
            )
        if known[number].checksum != row["checksum"]:
            raise MigrationRefused(
                f"The tables of {service} in this database were made by another version of Primed "
                f"({row['name']} was changed after it ran), and nothing turns them into those of this one. "
                f"{_remedy(service)}"
            )


def _remedy(service: str) -> str:
    if service in DERIVED:
        return (
            f"All that {service} keeps follows from the log. To drop it and have it made again from there: "
            f"primed migrate --anew {service}"
        )
    return (
        f"What {service} keeps is nowhere else: run the version that made it, or begin with an empty "
        "database (PRIMED_POSTGRES_DSN, or another PRIMED_HOME)."
    )
