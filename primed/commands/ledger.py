"""`primed ledger` and `primed positions`: the books as auditors read them, straight from the tables."""

import asyncio
import datetime as dt
import sys
from collections.abc import AsyncIterator, Coroutine, Iterable
from typing import Annotated, TypeVar

import typer

from eventlog.migrations import MigrationRefused
from eventlog.postgres import DatabaseUnavailable
from primed.commands.settings import shared
from primed.trouble import Trouble
from services.metrics.store import dump as books
from services.metrics.store.reading import NotLive

Found = TypeVar("Found")
app = typer.Typer(no_args_is_help=True, help="The books: every sum, or every line of one item.")

AsAt = Annotated[str | None, typer.Option(help="YYYY-MM-DD: lines up to the end of that day.")]
AsKnown = Annotated[str | None, typer.Option(help="RFC 3339: what was known at that moment.")]
Subject = Annotated[str, typer.Option(help="The work item, as its events name it.")]
Tenant = Annotated[str | None, typer.Option(help="The council; all if not given.")]


Generation = Annotated[int | None, typer.Option(help="One making of the ledger; the live one if not given.")]


@app.command()
def dump(as_at: AsAt = None, as_known: AsKnown = None, generation: Generation = None) -> None:
    """Print every balance, one JSON object a line, sorted: two ledgers are equal when these bytes are."""
    _run(_say(books.told(shared().postgres_dsn, day(as_at), moment(as_known), generation)))


@app.command()
def lines(subject: Subject, tenant: Tenant = None) -> None:
    """Print every line of one work item with the event that caused it."""
    _print(books.lines(shared().postgres_dsn, subject, tenant))


def positions() -> None:
    """Print how far the ledger has read each partition of the log."""
    _print(books.positions(shared().postgres_dsn))


def day(text: str | None) -> dt.date | None:
    """A day as YYYY-MM-DD."""
    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError:
        raise Trouble(f"'{text}' is no day.", "Give it as YYYY-MM-DD, for example 2026-11-23.") from None


def moment(text: str | None) -> dt.datetime | None:
    """A moment with its offset from UTC."""
    if text is None:
        return None
    try:
        found = dt.datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found
    except ValueError:
        pass  # the same words as for a moment without its offset
    raise Trouble(f"'{text}' is no moment.", "Give it with its offset: 2026-11-23T09:00:00+00:00.")


def _print(asked: Coroutine[object, object, Iterable[str]]) -> None:
    for line in _run(asked):
        _write(line)


async def _say(lines: AsyncIterator[str]) -> None:
    """Line by line, for they are more than fit into memory."""
    async for line in lines:
        _write(line)


def _write(line: str) -> None:
    """The bytes that are compared are UTF-8, whatever the terminal says."""
    sys.stdout.buffer.write(f"{line}\n".encode())


def _run(asked: Coroutine[object, object, Found]) -> Found:
    try:
        return asyncio.run(asked)
    except (NotLive, MigrationRefused) as error:
        raise Trouble(str(error), "Nothing was read.") from error
    except books.NothingSaid as error:
        raise Trouble(
            str(error),
            "Name it as its events do: source/key. To see how far the log was read: primed positions.",
        ) from error
    except DatabaseUnavailable as error:
        raise Trouble(str(error), "Is Primed up? See primed status.") from error
