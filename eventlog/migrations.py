"""Migrations: each service's schema and role, and its numbered SQL files, each run just once."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

import asyncpg

from eventlog.postgres import AWAY, CONNECT_TIMEOUT_S, ROLE_PREFIX, DatabaseUnavailable, statements

SERVICES = ("ingest", "metrics", "actions", "notify")
"""The services that keep something in Postgres."""

LOCK = 0x7072696D
"""One migration at a time in a database ("prim"), whoever starts it."""

_FILE = re.compile(r"(?P<number>\d{4})_[a-z0-9_]+\.sql")
_INCLUDE = re.compile(r"^-- include: (?P<package>[a-z_.]+)/(?P<file>[a-z_]+\.sql)\s*$", re.MULTILINE)


class MigrationRefused(Exception):
    """The database and the files do not fit together; the message says which and what to do."""


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
    sql = statements("eventlog", "migrations.sql")
    try:
        connection = await asyncpg.connect(dsn, timeout=CONNECT_TIMEOUT_S)
    except AWAY as error:
        raise DatabaseUnavailable(f"Postgres cannot be reached: {type(error).__name__}: {error}.") from error
    try:
        async with connection.transaction():
            await connection.execute(sql["lock"], LOCK)
            await _prepare(connection, service)
            ran = {row["number"]: row for row in await connection.fetch(sql["ran"])}
            _check(service, ran, migrations)
            fresh = [migration for migration in migrations if migration.number not in ran]
            for migration in fresh:
                await connection.execute(migration.sql)
                await connection.execute(sql["record"], migration.number, migration.name, migration.checksum)
            await connection.execute(_for(sql["grant"], service))
    finally:
        await connection.close()
    return [migration.name for migration in fresh]


async def _prepare(connection: asyncpg.Connection[asyncpg.Record], service: str) -> None:
    sql = statements("eventlog", "migrations.sql")
    await connection.execute(_for(sql["role"], service))
    await connection.execute(_for(sql["schema"], service))


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
                f"Migration {row['name']} of {service} was changed after it ran: put it back, add a new one."
            )
