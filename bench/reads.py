"""How long it takes to read a ledger of one, five and ten years: reports, series, figures and their reasons.

Measured at the service's answers, over Postgres, one question after the other; what HTTP adds is not in it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import psutil

from bench.load import TENANT
from bench.stand import Stand, say
from bench.years import TODAY, Size, fill, tree
from eventlog.postgres import connect
from primed.stack import postgres
from services.metrics.answers import figures, reports, trail
from services.metrics.answers.asking import Ask, Sources
from services.metrics.domain.periods import Grain, parse
from services.metrics.domain.spc import Rules
from services.metrics.domain.trail import Page
from services.metrics.store.catalogue import load
from services.metrics.store.snapshots import PostgresReadings

ALWAYS = (None, None)
MONTH = parse(f"{TODAY:%Y-%m}")
A_YEAR = (MONTH.back(11).first, None)
"""Twelve months, which every ledger has; a page shows two years where they are there."""
TIMES = 40
THEN = dt.datetime.combine(TODAY - dt.timedelta(14), dt.time(12), dt.UTC)
"""As known a fortnight ago: most was known by then, and lines came since."""
Question = Callable[[Sources, Ask], Awaitable[object]]


class Took(NamedTuple):
    """Seconds at the median and the 95th percentile; of processor, ours and that of Postgres, on average."""

    median: float
    late: float
    processor: float


@dataclass(frozen=True, slots=True)
class Read:
    """One question, by years of history."""

    question: str
    took: dict[int, Took]

    @property
    def growth(self) -> float:
        """How many times more processor the most years take than the fewest."""
        return self.took[max(self.took)].processor / self.took[min(self.took)].processor


def _series(measure: str, grain: Grain) -> Question:
    days = A_YEAR if grain == "month" else ALWAYS
    return lambda sources, ask: figures.series(sources, ask, [measure], grain, days)


def _explain(measure: str, limit: int) -> Question:
    before = MONTH.back(1)
    return lambda sources, ask: trail.explain(sources, ask, measure, before, Page(limit), everything=False)


def _then(question: Question) -> Question:
    return lambda sources, ask: question(sources, replace(ask, as_known=THEN))


def _figure(measure: str) -> Question:
    before = MONTH.back(1)
    return lambda sources, ask: figures.figures(sources, ask, [measure], [ask.unit], before)


TEAM: dict[str, Question] = {
    "team: workload": lambda sources, ask: reports.workload(sources, ask, "month", ALWAYS),
    "team: workload by worker": lambda sources, ask: reports.workload(sources, ask, "worker", ALWAYS),
    "team: completed": lambda sources, ask: reports.completed(sources, ask, "month", ALWAYS),
    "team: completed by worker": lambda sources, ask: reports.completed(sources, ask, "worker", ALWAYS),
    "team: outcomes": lambda sources, ask: reports.outcomes(sources, ask, ALWAYS),
    "team: series by month, a flow": _series("completed", "month"),
    "team: series by week, a flow": _series("completed", "week"),
    "team: series by month, a stock": _series("overdue", "month"),
    "team: series by week, a stock": _series("overdue", "week"),
    "team: one figure": _figure("completed_on_time_percent"),
    "team: why so many were completed": _explain("completed", 50),
    "team: why so many are open, 200 of the lines": _explain("open", 200),
    "team, as known then: series by month, a stock": _then(_series("overdue", "month")),
    "team, as known then: why so many are open, 200 of the lines": _then(_explain("open", 200)),
}
COUNCIL: dict[str, Question] = {
    "council: workload": lambda sources, ask: reports.workload(sources, ask, "month", ALWAYS),
    "council: series by month, a flow": _series("completed", "month"),
    "council: series by week, a flow": _series("completed", "week"),
    "council: series by month, a stock": _series("overdue", "month"),
    "council: series by week, a stock": _series("overdue", "week"),
    "council: why so many were completed, 1,000 of the lines": _explain("completed", 1000),
    "council, as known then: series by month, a flow": _then(_series("completed", "month")),
    "council, as known then: series by month, a stock": _then(_series("overdue", "month")),
}


def measure(stand: Stand, years: Sequence[int] = (1, 5, 10), events_a_year: int = 500_000) -> list[Read]:
    """Fill a ledger of each size, and ask it everything again and again."""
    took: dict[str, dict[int, Took]] = {}
    for size in (Size(one, events_a_year) for one in years):
        name = f"reads_{size.years}"
        postgres.create(stand.place, name, "primed")
        fill(stand.place.database(name), size)
        for question, found in asyncio.run(ask_all(stand.place.database(name), size)).items():
            took.setdefault(question, {})[size.years] = found
    return [Read(question, found) for question, found in took.items()]


async def ask_all(dsn: str, size: Size, only: str = "") -> dict[str, Took]:
    """Every question, of one team after the other, as a page is read that nobody has just looked at."""
    say("reading")
    pool = await connect(dsn, "metrics", max_size=1)
    async with pool.acquire() as connection:
        backend = psutil.Process(connection.get_server_pid())
    known = tree(size)
    sources = Sources(PostgresReadings(pool), load(), lambda tenant: known, Rules())
    teams = sorted(name for name in known.histories if name[-1].isdigit())
    found = {}
    for question, asked in {**TEAM, **COUNCIL}.items():
        if only in question:
            units = teams if question in TEAM else ["council"]
            found[question] = await _timed(sources, asked, units, backend)
    await pool.close()
    return found


async def _timed(sources: Sources, asked: Question, units: Sequence[str], backend: psutil.Process) -> Took:
    chance, took = random.Random(7), []
    spent = _processor(backend)
    for _ in range(TIMES):
        ask = Ask(TENANT, chance.choice(units), TODAY, TODAY)
        began = time.perf_counter()
        await asked(sources, ask)
        took.append(time.perf_counter() - began)
    took.sort()
    spent = _processor(backend) - spent
    return Took(took[TIMES // 2], took[-(-TIMES * 95 // 100) - 1], spent / TIMES)


def _processor(backend: psutil.Process) -> float:
    used = backend.cpu_times()
    return time.process_time() + used.user + used.system


def table(reads: Sequence[Read]) -> str:
    """The results in Markdown, in milliseconds."""
    sizes = sorted(reads[0].took)
    head = " | ".join(f"{years} year{'s' * (years > 1)}" for years in sizes)
    rows = [
        f"| {read.question} | {' | '.join(_ms(read.took[years]) for years in sizes)} | {read.growth:.1f} |"
        for read in reads
    ]
    title = f"| p50 / p95 ms (processor) | {head} | growth |"
    return "\n".join([title, f"|---|{'---:|' * (len(sizes) + 1)}", *rows, ""])


def _ms(took: Took) -> str:
    return f"{took.median * 1000:,.0f} / {took.late * 1000:,.0f} ({took.processor * 1000:,.0f})"
