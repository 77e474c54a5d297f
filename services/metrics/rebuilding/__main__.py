"""Joins the rooms; alone reads settings and the clock. `primed rebuild` and `primed verify` start it."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from zoneinfo import ZoneInfo

import uvloop

from eventlog.migrations import MigrationRefused, connected
from eventlog.postgres import DatabaseUnavailable, Pool
from eventlog.records import LogUnavailable, PositionLost, PositionMoved
from eventlog.stretches import stretches
from runtime import telemetry
from services.metrics.flow import CannotKeep, NotNow
from services.metrics.rebuilding import story
from services.metrics.rebuilding.comparing import verify
from services.metrics.rebuilding.crew import Crew
from services.metrics.rebuilding.hand import WHEN_MENDED, Hand, orders_from_stdin, without_looking_for_cycles
from services.metrics.rebuilding.saying import CannotRebuild, Voice
from services.metrics.settings import MetricsSettings
from services.metrics.store.audit import PostgresAudit
from services.metrics.store.generations import PostgresGenerations
from services.metrics.store.ledger import PostgresLedger

CONNECTIONS = 12
HAND = (sys.executable, "-m", "services.metrics.rebuilding", "hand")
BUSY = CannotRebuild(
    "Another rebuild or verify is at work on this ledger.",
    "Wait until it is done, or stop it: what it has done is kept.",
)
ADVICE = {
    PositionLost: "Nothing was changed for readers: the ledger that is live stays as it is and goes on.",
    PositionMoved: "Nothing was changed for readers. Run it again.",
    MigrationRefused: "Nothing was read or changed.",
    LogUnavailable: "Check PRIMED_KAFKA_BOOTSTRAP, and that Kafka runs. Then run it again: it goes on.",
    DatabaseUnavailable: "Check PRIMED_POSTGRES_DSN, and that Postgres runs. Then run it again: it goes on.",
    NotNow: "Check that Postgres runs. Nothing was changed for readers. Then run it again: it goes on.",
    CannotKeep: WHEN_MENDED,
}


async def main(asked: argparse.Namespace) -> int:
    """Do what was asked; 0 when it is done, 1 when it could not be, which is said."""
    settings, voice = MetricsSettings(), Voice(sys.stdout)
    telemetry.configure("metrics", settings.log_level)
    try:
        async with _site(settings, voice, asked.workers) as (site, pool):
            return await _do(site, pool, asked)
    except CannotRebuild as trouble:
        voice.stopped(trouble)
    except tuple(ADVICE) as error:
        advice = next(advice for kind, advice in ADVICE.items() if isinstance(error, kind))
        voice.stopped(CannotRebuild(str(error), advice))
    return 1


async def _do(site: story.Site, pool: Pool, asked: argparse.Namespace) -> int:
    match asked.what:
        case "rebuild":
            made = await story.rebuild(site, switch=asked.switch)
            site.voice.result(generation=made.id, live=asked.switch)
        case "rollback":
            site.voice.result(generation=(await story.roll_back(site)).id, live=True)
        case "drop":
            await story.drop(site, asked.generation)
            site.voice.result(dropped=asked.generation)
        case "verify":
            return await _verify(site, pool, asked.generation)
    return 0


async def _verify(site: story.Site, pool: Pool, generation: int | None) -> int:
    verdict = await verify(site, lambda number: PostgresAudit(pool, number, site.voice.further), generation)
    site.voice.result(
        equal=verdict.equal, said=verdict.said, differences=[asdict(one) for one in verdict.differences]
    )
    return 0 if verdict.equal else 1


@asynccontextmanager
async def _site(
    settings: MetricsSettings, voice: Voice, workers: int
) -> AsyncIterator[tuple[story.Site, Pool]]:
    async with AsyncExitStack() as stack:
        pool = await connected(settings.postgres_dsn, "metrics", max_size=CONNECTIONS)
        stack.push_async_callback(pool.close)
        generations = PostgresGenerations(pool)
        if not await stack.enter_async_context(generations.alone()):
            raise BUSY
        log = await stack.enter_async_context(stretches(settings.kafka_bootstrap))
        site = story.Site(
            generations=generations,
            log=log,
            crew=Crew(HAND, workers, voice.further),
            voice=voice,
            ledger=lambda generation: PostgresLedger(pool, building=generation),
            today=dt.datetime.now(ZoneInfo(settings.zone)).date(),
            at_once=settings.batch_records,
            most_dead=settings.dead_letters_in_a_row,
        )
        yield site, pool


async def hand() -> int:
    """One process of the crew: never ends by itself."""
    settings = MetricsSettings()
    telemetry.configure("metrics", settings.log_level)
    without_looking_for_cycles()
    async with AsyncExitStack() as stack:
        pool = await connected(settings.postgres_dsn, "metrics", max_size=2)
        stack.push_async_callback(pool.close)
        log = await stack.enter_async_context(stretches(settings.kafka_bootstrap))
        await Hand(log, pool, Voice(sys.stdout), settings.dead_letters_in_a_row).follow(orders_from_stdin())
    return 0


def _asked() -> argparse.Namespace:
    words = argparse.ArgumentParser(prog="python -m services.metrics.rebuilding")
    words.add_argument("what", choices=("rebuild", "rollback", "drop", "verify", "hand"))
    words.add_argument("--generation", type=int)
    words.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    words.add_argument("--switch", action="store_true")
    return words.parse_args()


if __name__ == "__main__":
    chosen = _asked()
    sys.exit(uvloop.run(hand() if chosen.what == "hand" else main(chosen)))
