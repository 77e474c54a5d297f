"""Figures, reports and explanations of a random council agree with a slow count, any day, any knowledge.

The slow count takes the events known by then, in the reference ledger that shares no code with the product,
and adds up its balances as the formula says, day by day and in fractions.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pytest

from eventlog.postgres import connect
from eventlog.records import Record
from schemas.tree import Tree
from services.metrics.answers.asking import Ask, Sources
from services.metrics.answers.figures import figures
from services.metrics.answers.reports import completed, outcomes, workload
from services.metrics.answers.spend import spend
from services.metrics.answers.trail import explain
from services.metrics.domain.cuts import Only
from services.metrics.domain.formula import Formula, Quantile, Quotient, Term, Total
from services.metrics.domain.measures import Declared
from services.metrics.domain.periods import Period, containing
from services.metrics.domain.spc import Rules
from services.metrics.domain.trail import Page
from services.metrics.store.catalogue import load
from services.metrics.store.snapshots import PostgresReadings
from tests.casebook import TOPIC, council, said
from tests.conftest import Stack
from tests.integration.metrics.test_telling import organisation
from tests.integration.metrics_read.conftest import tell
from tests.reference import ledger

UNITS: dict[str, tuple[str, ...] | None] = {
    "council": None,
    "adults": ("north", "south"),
    "north": ("north",),
    "south": ("south",),
}
"""The teams of each unit; None: all, also those that nobody registered."""
BEGAN = dt.datetime(2026, 9, 1, 9, tzinfo=dt.UTC)
FIRST, LAST = dt.date(2026, 4, 1), dt.date(2026, 9, 30)
SEED = 20260901
QUESTIONS = 25
MONEY = ("spend_", "weekly_spend", "one_off")


def packages(chance: random.Random) -> Iterator[dict[str, Any]]:
    """Packages that start, change, move and end, with odd prices and units."""
    for number in range(25):
        key, day = f"p{number}", chance.randrange(80)
        price = {"unit_cost": chance.randrange(100, 200_000), "frequency": chance.choice(FREQUENCIES)}
        price["units_per_week"] = f"{chance.randrange(1, 4000) / 100:.2f}"
        where = {"team": chance.choice(["north", "south", "desk"]), "setting": chance.choice(SETTINGS)}
        lives = [("started", {**where, **price}), ("changed", {"unit_cost": chance.randrange(100, 200_000)})]
        lives += [("changed", {"team": "south", "decided_in": "demo/cases/1"}), ("ended", {})]
        for n, (verb, data) in enumerate(lives[: chance.randrange(1, 5)], start=1):
            day += chance.randrange(20)
            yield said(verb, key, day, n, **data) | {"type": f"primed.package.{verb}.v1"}


FREQUENCIES = ("weekly", "hourly", "monthly", "annually", "4-weekly", "one-off")
SETTINGS = ("nursing", "residential", "community")


def log() -> list[dict[str, Any]]:
    chance = random.Random(SEED)
    care = list(packages(chance))
    return [*council(60, SEED), *sorted(care, key=lambda event: (chance.random(), event["id"]))]


LOG = log()


@dataclass(frozen=True)
class Question:
    """Whose figures, of which period, as at which day, as known after so many events (None: all)."""

    unit: str
    period: Period
    as_at: dt.date
    known: int | None

    @property
    def ask(self) -> Ask:
        moment = BEGAN + dt.timedelta(minutes=self.known, seconds=-1) if self.known else None
        return Ask("demo", self.unit, self.as_at, dt.date(2026, 9, 15), moment)

    @property
    def last(self) -> dt.date:
        """The last day that counts."""
        return min(self.period.last, self.as_at)


def questions() -> list[Question]:
    chance = random.Random(SEED + 1)
    found = []
    for number in range(QUESTIONS):
        as_at = FIRST + dt.timedelta(chance.randrange(25, (LAST - FIRST).days))
        day = as_at - dt.timedelta(chance.randrange(0, 25))
        known = chance.randrange(20, len(LOG)) if number % 2 else None
        found.append(
            Question(chance.choice([*UNITS]), containing(day, chance.choice(("month", "week"))), as_at, known)
        )
    return found


@pytest.fixture(scope="module")
def random_council(stack: Stack) -> str:
    dsn = stack.new_database()
    records = [
        Record(
            TOPIC,
            0,
            offset,
            int((BEGAN + dt.timedelta(minutes=offset)).timestamp() * 1000),
            f"demo/{event['subject']}".encode(),
            json.dumps(event).encode(),
        )
        for offset, event in enumerate(LOG)
    ]
    asyncio.run(tell(dsn, {(TOPIC, 0): records}))
    return dsn


@pytest.fixture
async def random_sources(random_council: str) -> AsyncIterator[Sources]:
    pool = await connect(random_council, "metrics")
    tree: Tree = organisation()
    yield Sources(PostgresReadings(pool), load(), lambda tenant: tree, Rules())
    await pool.close()


class Slow:
    """Everything that was known, as balances."""

    def __init__(self, question: Question) -> None:
        self.asked = question
        rows = ledger.balances(LOG[: question.known]).items()
        teams = UNITS[question.unit]
        self.rows = [
            (
                account,
                dt.date.fromisoformat(day),
                {"kind": kind, "setting": setting, **json.loads(detail)},
                amount,
            )
            for (_, account, team, day, kind, setting, _, detail), amount in rows
            if teams is None or team in teams
        ]

    def term(self, term: Term) -> Fraction:
        """What a term comes to; of an average the sum over its days."""
        first, last = self.asked.period.first, self.asked.last
        days = [first + dt.timedelta(n) for n in range((last - first).days + 1)]
        match term.how:
            case "sum":
                return Fraction(sum(n for day, _, n in self.of(term) if first <= day <= last))
            case "end":
                return Fraction(sum(n for day, _, n in self.of(term) if day <= last))
            case "cost" | "average":
                stood = sum(n for on in days for day, _, n in self.of(term) if day <= on)
                return Fraction(stood, 7 if term.how == "cost" else 1)
            case "cohort":
                passed = [
                    (detail["passed"], n) for day, detail, n in self.of(term) if day <= self.asked.as_at
                ]
                return Fraction(sum(n for on, n in passed if first.isoformat() <= on <= last.isoformat()))
            case _:
                until = self.asked.period.last.isoformat()
                due = [(detail.get("due", ""), n) for day, detail, n in self.of(term) if day < first]
                return Fraction(sum(n for on, n in due if first.isoformat() <= on <= until))

    def of(self, term: Term) -> list[tuple[dt.date, Mapping[str, Any], int]]:
        def counts(detail: Mapping[str, Any]) -> bool:
            return all((detail.get(one.word, "") in one.values) != one.negated for one in term.filters)

        return [
            (day, detail, n)
            for account, day, detail, n in self.rows
            if account == term.account and counts(detail)
        ]

    def total(self, total: Total) -> Fraction:
        return sum((sign * self.term(term) for sign, term in total.terms), Fraction())

    def value(self, declared: Declared) -> float | None:
        """The measure's value, from nothing but balances."""
        formula: Formula = declared.formula
        days = (self.asked.last - self.asked.period.first).days + 1
        match formula:
            case Quantile(term=term, percent=percent):
                return self.quantile(term, percent, declared)
            case Total():
                exact = self.total(formula) / (days if formula.terms[0][1].how == "average" else 1)
                if declared.measure.unit == "pounds_a_day":
                    exact /= 7
                return half_up(exact / 1300) / 100 if is_money(formula) else round(float(exact), 4)
            case Quotient(over=over, under=under, per=per):
                above, below = self.total(over), self.total(under)
                if below < max(declared.measure.smallest_denominator, 1):
                    return None
                if is_money(over) and not is_money(under):
                    return half_up(above / below / 1300) / 100
                return round(float(per * above / below), 4)

    def quantile(self, term: Term, percent: int, declared: Declared) -> float | None:
        first, last = self.asked.period.first, self.asked.last
        histogram = Counter[int]()
        for day, detail, n in self.of(term):
            if first <= day <= last:
                histogram[detail["days"]] += n
        all_days = sorted(histogram.elements())
        if len(all_days) < max(declared.measure.smallest_denominator, 1):
            return None
        if percent == 50:
            middle = len(all_days)
            return (all_days[(middle - 1) // 2] + all_days[middle // 2]) / 2
        return all_days[max(1, -(-percent * len(all_days) // 100)) - 1]


def is_money(total: Total) -> bool:
    return total.terms[0][1].account.startswith(MONEY)


def half_up(pence: Fraction) -> int:
    """Whole pence, a half away from nought."""
    whole = (abs(pence) + Fraction(1, 2)).__floor__()
    return whole if pence >= 0 else -whole


async def test_every_measure_is_what_the_slow_count_says(random_sources: Sources) -> None:
    for question in questions():
        slow, catalogue = Slow(question), random_sources.catalogue
        names = [one.measure.id for one in catalogue if question.period.grain in one.measure.grains]
        made = (await figures(random_sources, question.ask, names, [question.unit], question.period)).what
        found = {one.key.measure: one.value for one in made}
        assert found == pytest.approx({name: slow.value(catalogue[name]) for name in names}), question


async def test_explanations_add_up_to_the_figures(random_sources: Sources) -> None:
    for question in questions()[:8]:
        slow, catalogue = Slow(question), random_sources.catalogue
        for name in (
            "open",
            "overdue_percent",
            "completed",
            "spend_cost",
            "placements_average_spend_a_day",
            "work_due",
        ):
            formula = catalogue[name].formula
            if question.period.grain in catalogue[name].measure.grains:
                told = (
                    await explain(
                        random_sources, question.ask, name, question.period, Page(500), everything=False
                    )
                ).what
                over = formula.over if isinstance(formula, Quotient) else formula
                assert isinstance(over, Total)
                assert Fraction(told.sum, 7 if name == "spend_cost" else 1) == slow.total(over), name


async def test_reports_add_up_to_the_slow_count(random_sources: Sources) -> None:
    for question in questions()[8:16]:
        await _adds_up(random_sources, question)


async def _adds_up(random_sources: Sources, question: Question) -> None:
    slow, ask = Slow(question), question.ask
    days = (question.period.first, question.last)

    def count(how: Any, account: str) -> Fraction:
        return slow.term(Term(how, account))

    for by in ("month", "worker", "kind", "team"):
        done = (await completed(random_sources, ask, by, days)).what.rows
        assert sum(row.completed for row in done) == count("sum", "completed")
        assert sum(row.late for row in done) == count("sum", "completed_late")
    ended = (await outcomes(random_sources, ask, days)).what.rows
    assert sum(row.count for row in ended) == count("sum", "completed")
    at_last = Slow(Question(question.unit, containing(ask.as_at, "month"), ask.as_at, question.known))
    laid = (await workload(random_sources, ask, "month", (None, None))).what.laid
    assert sum(row.overdue + row.due for row in laid.rows) == at_last.term(Term("end", "open"))
    assert sum(row.overdue for row in laid.rows) == at_last.term(Term("end", "overdue"))
    bridge = (await spend(random_sources, ask, "setting", days, "period", Only())).what
    assert bridge.total.gap == 0
    assert bridge.total.closing == count("end", "weekly_spend")
    assert Fraction(bridge.total.cost, 7) == count("cost", "weekly_spend")
    assert sum(row.closing for row in bridge.rows) == bridge.total.closing
