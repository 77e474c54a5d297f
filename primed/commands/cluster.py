"""`primed migrate` and `primed topics`: bring Postgres and Kafka into the state that the services expect."""

import asyncio

from eventlog.migrations import migrate_all

from primed.commands.speaking import say
from primed.trouble import Trouble
from runtime.settings import Settings


def migrate() -> None:
    """Bring every service's tables up to date in PRIMED_POSTGRES_DSN; safe to repeat."""
    dsn = Settings().postgres_dsn
    if not dsn:
        raise Trouble(
            "No database is named.", "Set PRIMED_POSTGRES_DSN, or run primed up, which migrates its own."
        )
    asyncio.run(migrate_all(dsn))
    say("Tables are up to date.")
