"""Why figures differ from what was given: each cause with its lines, and the causes add up exactly."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from eventlog.memory import MemoryProducer
from eventlog.postgres import connect
from schemas.organisation import UnitMoved
from schemas.tree import Tree
from services.metrics.answers.asking import Ask, Sources
from services.metrics.answers.figures import evaluate
from services.metrics.answers.restatements import BEFORE, NOT_CLOSED, Past, restatements
from services.metrics.closing import Closer
from services.metrics.domain.closing import Calendar
from services.metrics.domain.declaring import catalogue
from services.metrics.domain.figures import Key
from services.metrics.domain.periods import parse
from services.metrics.domain.restatement import Restatement, together
from services.metrics.domain.spc import Rules
from services.metrics.domain.units import Rollup
from services.metrics.restating import Restater
from services.metrics.store.given import PostgresGiven
from services.metrics.store.ledger import PostgresLedger
from services.metrics.store.snapshots import PostgresReadings
from services.metrics.telling import Teller
from tests.casebook import PLACES, said
from tests.integration.metrics.test_standing import JULY, LONDON, Dated, close_all, in_month
from tests.integration.metrics.test_telling import grown

DONE = "sum(completed)"
MEASURES = """measures:
  - {{id: done, name: Done, definition: Done, formula: "{done}", polarity: higher}}
  - {{id: came, name: Came, definition: Came, formula: "sum(received)", polarity: neither}}
  - {{id: open, name: Open, definition: Open, formula: "end(open)", polarity: lower}}
  - {{id: late, name: Late, definition: Late, formula: "percent(sum(completed_late), sum(completed))",
     unit: percent, polarity: lower}}
  - {{id: took, name: Took, definition: Took, formula: "median(days_to_complete)", unit: days,
     polarity: lower}}
  - {{id: stood, name: Stood, definition: Stood, formula: "average(open)", unit: count, polarity: lower}}
"""
EVERYTHING = ["done", "came", "open", "late", "took", "stood"]


def completed(key: str, month: int, day: int, number: int = 5, **data: Any) -> dict[str, Any]:
    time = {"time": f"2026-{month:02d}-{day:02d}T15:00:00+00:00"}
    return said("completed", key, 0, number, outcome="met", **data) | time


def withdrawn(event: dict[str, Any], id_: str) -> dict[str, Any]:
    data = {"source": event["source"], "id": event["id"]}
    return event | {"id": id_, "type": "primed.event.retracted.v1", "data": data}


class Looked(Dated):
    """A world in which periods close, and somebody asks why figures changed."""

    formula = DONE
    tree_then: Tree | None = None

    def sources(self, complete: Any = None) -> Sources:
        shown = MEASURES.format(done=self.formula)
        return Sources(PostgresReadings(self.pool), catalogue(shown), lambda tenant: self.tree, Rules())

    def past(self) -> Past:
        return Past(PostgresGiven(self.pool), lambda tenant, at: self.tree_then or self.tree)

    async def close(self) -> None:
        sources, book = self.sources(), PostgresGiven(self.pool)
        teller = Teller(self.notebook, sources, MemoryProducer(self.topic), Restater(book))
        await teller.begin({})
        await close_all(teller, Closer(sources, book, Calendar(LONDON), self.past().tree_known, teller), JULY)

    async def why(
        self, measure: str, unit: str = "north", as_known: str | None = None, period: str = "2026-05"
    ) -> Restatement:
        known = dt.datetime.fromisoformat(as_known) if as_known else None
        ask = Ask("demo", unit, JULY.date(), JULY.date(), known)
        found = await restatements(self.sources(), self.past(), ask, [measure], [parse(period)])
        return found.what[0]


@pytest.fixture
async def world(database: str) -> AsyncIterator[Looked]:
    pool = await connect(database, "metrics", max_size=4)
    ledger = PostgresLedger(pool)
    await ledger.prepare()
    await ledger.stand(PLACES)
    yield Looked(pool, ledger)
    await pool.close()


CAME = [in_month(str(number), 5, 2 + number, due="2026-05-20") for number in range(8)]
FIRST = [completed("0", 5, 12), completed("1", 5, 22), completed("2", 5, 14)]
LATE = completed("3", 5, 19)
CORRECTED = completed("0", 6, 2) | {"recordedtime": "2026-06-20T09:00:00+00:00"}
WITHDRAWN = withdrawn(FIRST[2], "2:r")


async def told(world: Looked) -> None:
    """Three are done in May when it closes; then one comes late, one is moved to June, one is withdrawn."""
    await world.at("2026-05-30T09:00:00+00:00", *CAME, *FIRST)
    await world.at("2026-06-20T09:00:00+00:00", LATE, CORRECTED, WITHDRAWN)
    await world.read_until("2026-07-20T12:00:00+00:00")
    await world.close()


def causes(one: Restatement) -> dict[str, Any]:
    return {share.cause: share.change.value for share in one.shares}


def adds_up(one: Restatement) -> bool:
    parts = together(share.change for share in one.shares)
    return (parts.numerator or 0, parts.denominator or 0) == (
        one.change.numerator or 0,
        one.change.denominator or 0,
    )


async def test_each_cause_has_its_part_and_its_lines(world: Looked) -> None:
    await told(world)
    done = await world.why("done")
    assert done.given is not None
    assert (done.given.value, done.now.value, done.change.value) == (3, 2, -1)
    assert causes(done) == {"late": 1, "corrected": -1, "retracted": -1}
    lines = {share.cause: [(line.subject, line.amount) for line in share.lines] for share in done.shares}
    assert lines == {
        "late": [("demo/cases/3", 1)],
        "corrected": [("demo/cases/0", -1)],
        "retracted": [("demo/cases/2", -1)],
    }
    assert done.shares[0].lines[0].id == LATE["id"]


async def test_the_parts_add_up_of_stocks_shares_and_medians_too(world: Looked) -> None:
    await told(world)
    for measure in EVERYTHING:
        one = await world.why(measure)
        assert adds_up(one), (measure, one)
    opened = await world.why("open")
    assert (opened.given.value if opened.given else None, opened.now.value) == (5, 6)
    assert causes(opened) == {"late": -1, "corrected": 1, "retracted": 1}
    late = await world.why("late")
    assert (late.change.numerator, late.change.denominator) == (0, -1)


async def test_the_lines_since_lead_from_what_was_given_to_what_is(world: Looked) -> None:
    await told(world)
    sources = world.sources()
    for measure in EVERYTHING:
        one = await world.why(measure)
        async with sources.readings.snapshot("demo", one.at) as then:
            key = Key(measure, "north", parse("2026-05"))
            keyed = [(key, sources.declared(measure))]
            made = (await evaluate(then, keyed, Rollup(world.tree), JULY.date(), JULY.date()))[0]
        assert one.given == (made.value, made.numerator, made.denominator)


async def test_as_known_between_only_what_was_known_by_then_counts(world: Looked) -> None:
    await told(world)
    await world.at("2026-07-21T09:00:00+00:00", completed("4", 5, 20), completed("5", 5, 20))
    assert causes(await world.why("done"))["late"] == 3
    between = await world.why("done", as_known="2026-07-20T09:00:00+00:00")
    assert causes(between)["late"] == 1
    before = await world.why("done", as_known="2026-06-01T09:00:00+00:00")
    assert (before.given, before.note) == (None, NOT_CLOSED)


async def test_a_team_that_moved_since_is_a_reorganisation(world: Looked) -> None:
    world.tree_then = world.tree
    await told(world)
    world.tree = grown(world.tree, "moved", UnitMoved(unit="north", parent="children"), "2026-05-01")
    adults = await world.why("done", "adults")
    assert (adults.given.value if adults.given else None, adults.now.value) == (3, 0)
    assert causes(adults) == {"late": 1, "corrected": -1, "retracted": -1, "reorganisation": -2}
    assert adults.teams == ((), ("north",))
    children = await world.why("done", "children")
    assert (children.given.value if children.given else None, children.now.value) == (0, 2)
    assert causes(children) == {"reorganisation": 2}
    assert "north" in children.teams[0]


async def test_a_team_that_moved_in_the_middle_is_named_too(world: Looked) -> None:
    world.tree_then = world.tree
    await told(world)
    world.tree = grown(world.tree, "moved", UnitMoved(unit="north", parent="children"), "2026-05-20")
    for unit, here, teams in (("adults", -1, ((), ("north",))), ("children", 1, (("north",), ()))):
        one = await world.why("done", unit)
        assert causes(one)["reorganisation"] == here, "of the two that are done, the one of the 22nd"
        assert one.teams == teams


async def test_another_formula_is_a_changed_definition(world: Looked) -> None:
    await told(world)
    world.formula = "sum(completed) + sum(received)"
    done = await world.why("done")
    assert done.given is not None
    assert (done.given.value, done.now.value) == (3, 10)
    assert causes(done) == {"late": 1, "corrected": -1, "retracted": -1, "definition": 8}
    assert done.then == DONE


async def test_what_was_never_given_says_why(world: Looked) -> None:
    await told(world)
    assert (await world.why("done", period="2026-04")).note == BEFORE
    assert (await world.why("done", period="2026-07")).note == NOT_CLOSED


async def test_without_measures_all_that_changed_and_nothing_else(world: Looked) -> None:
    await told(world)
    ask = Ask("demo", "north", JULY.date(), JULY.date())
    periods = [parse("2026-05"), parse("2026-06")]
    found = await restatements(world.sources(), world.past(), ask, [], periods)
    assert {(one.now.key.measure, one.now.key.period.label) for one in found.what} == {
        ("done", "2026-05"),
        ("open", "2026-05"),
        ("late", "2026-05"),
        ("took", "2026-05"),
        ("stood", "2026-05"),
    }
    assert json.dumps([one.change.value for one in found.what])
