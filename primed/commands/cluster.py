"""`primed migrate` and `primed topics`: bring Postgres and Kafka into the state that the services expect."""

import asyncio
from typing import Annotated

import typer

from eventlog import topics as log_topics
from eventlog.migrations import MigrationRefused, make_anew, migrate_all
from eventlog.postgres import DatabaseUnavailable
from eventlog.records import LogUnavailable
from primed.commands.settings import shared
from primed.commands.speaking import say, say_json
from primed.trouble import Trouble

Check = Annotated[bool, typer.Option("--check", help="Create nothing; exit code 1 when something differs.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")]

Anew = Annotated[
    str | None,
    typer.Option(metavar="SERVICE", help="Drop what metrics keeps first: the log gives it again."),
]


def migrate(anew: Anew = None) -> None:
    """Bring every service's tables up to date; safe to repeat, and by several at once."""
    settings = shared()
    try:
        if anew is not None:
            asyncio.run(make_anew(settings.postgres_dsn, anew))
        ran = asyncio.run(migrate_all(settings.postgres_dsn))
    except MigrationRefused as error:
        raise Trouble(str(error), "Nothing was changed.") from error
    except DatabaseUnavailable as error:
        raise Trouble(str(error), "Check PRIMED_POSTGRES_DSN, and that Postgres runs.") from error
    for service, names in ran.items():
        say(f"{service}: {', '.join(names) if names else 'up to date'}")


def topics(check: Check = False, as_json: Json = False) -> None:
    """Create the missing topics, and report where the cluster differs from what is declared."""
    bootstrap = shared().kafka_bootstrap
    try:
        differences = asyncio.run(log_topics.ensure(bootstrap, create=not check))
    except LogUnavailable as error:
        raise Trouble(str(error), "Check PRIMED_KAFKA_BOOTSTRAP, and that Kafka runs.") from error
    if as_json:
        declared = [{"name": t.name, "partitions": t.partitions, "why": t.why} for t in log_topics.declared()]
        say_json({"bootstrap": bootstrap, "topics": declared, "differences": differences})
    else:
        for topic in log_topics.declared():
            say(f"{topic.name} ({topic.partitions} partitions): {topic.why}")
        for difference in differences:
            say(f"Differs: {difference}")
    if check and differences:
        raise typer.Exit(1)
