"""Every number explains itself: lines add up to the figure, each with the event that caused it."""

import datetime as dt
import json
from dataclasses import replace
from fractions import Fraction

import pytest

from schemas import registry
from services.metrics.answers.asking import NotThere
from services.metrics.answers.figures import figures
from services.metrics.answers.trail import event, explain, item
from services.metrics.domain.money import pounds
from services.metrics.domain.periods import parse
from services.metrics.domain.trail import Page
from services.metrics.domain.units import EVERYTHING, Teams
from tests.integration.metrics_read import history

JUNE = parse("2026-06")


async def test_a_stock_is_explained_by_the_lines_that_stand(sources, ask) -> None:
    told = (await explain(sources, ask(), "overdue", JUNE, Page(50), everything=False)).what
    assert [(line.subject, line.amount, line.day.isoformat()) for line in told.lines] == [
        ("demo/cases/G", 1, "2026-06-01"),
        ("demo/cases/D", 1, "2026-06-06"),
    ]
    assert told.sum == told.figure.value == 2
    assert told.lines[1].type == "primed.work.allocated.v1"
    assert told.parts[0].cancelled > 0
    everything = (await explain(sources, ask(), "overdue", JUNE, Page(50), everything=True)).what
    assert sum(line.amount for line in everything.lines) == 2
    assert len(everything.lines) == told.parts[0].lines + told.parts[0].cancelled


async def test_a_percentage_is_explained_by_both_its_sides(sources, ask) -> None:
    may = parse("2026-05")
    told = (await explain(sources, ask(), "completed_on_time_percent", may, Page(50), everything=False)).what
    assert [(part.side, part.sign, part.amount) for part in told.parts] == [
        ("numerator", 1, 2),
        ("numerator", -1, 1),
        ("denominator", 1, 2),
    ]
    assert told.sum == told.figure.numerator == 1
    assert {line.part for line in told.lines} == {0, 1, 2}


async def test_pages_of_lines_leave_none_out(sources, ask) -> None:
    whole = (await explain(sources, ask(), "received", parse("2026-05"), Page(50), everything=False)).what
    found, page = [], Page(2)
    while True:
        told = (await explain(sources, ask(), "received", parse("2026-05"), page, everything=False)).what
        found += told.lines
        if not told.more:
            break
        page = Page(2, told.lines[-1].place)
    assert tuple(found) == whole.lines
    assert len(found) == 6


def days(sources, key, since: dt.date) -> int:
    """How often a line counts: on each day of the period from its own on, where a measure adds up days."""
    if not sources.declared(key.measure).daily:
        return 1
    return (min(key.period.last, history.TODAY) - max(key.period.first, since)).days + 1


@pytest.mark.parametrize("known", [None, "2026-06-05T00:00:00+00:00"])
async def test_lines_add_up_for_every_measure_unit_and_period(sources, ask, known) -> None:
    for unit in ("council", "long", "short", "north", "unassigned"):
        for period in ("2026-05", "2026-06", "2026-W23"):
            asked = ask(unit, as_known=known)
            made = (await figures(sources, asked, sources.catalogue.ids(), [unit], parse(period))).what
            for one in made:
                told = (
                    await explain(sources, asked, one.key.measure, parse(period), Page(500), everything=False)
                ).what
                shown = sum(
                    told.parts[line.part].sign * line.amount * days(sources, one.key, line.day)
                    for line in told.lines
                    if told.parts[line.part].side == "numerator"
                )
                assert told.figure == one
                assert shown == (one.numerator or 0), one


async def test_what_a_cost_is_made_of_and_what_changed_it(placed, ask) -> None:
    told = (await explain(placed, ask(), "spend_cost", parse("2026-05"), Page(50), everything=False)).what
    assert [(part.when, pounds(part.amount), part.lines) for part in told.parts] == [
        ("opening", 850.0, 1),
        ("moved", 337.0, 4),
    ]
    assert [pounds(Fraction(part.counted, 7)) for part in told.parts] == [3764.29, 1298.0]
    assert pounds(Fraction(told.sum, 7)) == told.figure.value == 5062.29
    changes = told.changes
    assert changes is not None
    assert (pounds(changes.opening), pounds(changes.closing), changes.reorganised) == (850, 1187, 0)
    assert {step.term.account: pounds(step.sign * step.amount) for step in changes.steps} == {
        "spend_started": 287,
        "spend_changed": 50,
        "spend_transferred_in": 900,
        "spend_transferred_out": -900,
        "spend_ended": 0,
    }
    assert [(changes.steps[line.part].term.account, line.subject) for line in changes.lines] == [
        ("spend_started", "demo/care/P2"),
        ("spend_changed", "demo/care/P1"),
        ("spend_transferred_in", "demo/care/P1"),
        ("spend_transferred_out", "demo/care/P1"),
    ]


async def test_a_team_that_moved_in_the_period_explains_the_days_of_each_unit(placed, ask) -> None:
    moving = placed.rollup(history.TENANT).tree.after_all(
        registry.read(history.envelope("unit.moved", "demo/hr", "demo/hr/99", "2026-05-25", 99, data))
        for data in [{"unit": "south", "parent": "short"}]
    )
    moved = replace(placed, tree_of=lambda tenant: moving, _rollups={})
    for unit in ("long", "short", "council"):
        for measure in ("spend_cost", "spend_a_week"):
            told = (
                await explain(moved, ask(unit), measure, parse("2026-05"), Page(50), everything=False)
            ).what
            days = 7 if measure == "spend_cost" else 1
            assert pounds(Fraction(told.sum, days)) == told.figure.value, (unit, measure)
            assert told.changes is not None
            assert pounds(told.changes.reorganised) == {"long": -1187, "short": 1187, "council": 0}[unit]


async def test_lines_of_packages_add_up_too(placed, ask) -> None:
    for unit in ("council", "long", "short", "north"):
        for period in ("2026-05", "2026-06", "2026-W23"):
            names = [one.measure.id for one in placed.catalogue if parse(period).grain in one.measure.grains]
            made = (await figures(placed, ask(unit), names, [unit], parse(period))).what
            for one in made:
                measure = one.key.measure
                told = (
                    await explain(placed, ask(unit), measure, parse(period), Page(500), everything=False)
                ).what
                shown = sum(
                    told.parts[line.part].sign * line.amount * days(placed, one.key, line.day)
                    for line in told.lines
                    if told.parts[line.part].side == "numerator"
                )
                assert shown == told.sum, (measure, unit, period)


async def test_a_cost_is_told_in_pounds(placed_council) -> None:
    body = (await placed_council.get("/v1/explain", measure="spend_cost", period="2026-05", limit=2)).json()
    assert (body["figure"]["value"], body["sum_pounds"]) == (5062.29, 5062.29)
    for part in body["parts"]:
        assert part["pounds"] == pytest.approx(part["amount"] / 130_000, abs=0.005)
    assert [(part["when"], part["from"], part["to"]) for part in body["parts"]] == [
        ("opening", "2026-05-01", "2026-05-31"),
        ("moved", "2026-05-01", "2026-05-31"),
    ]
    changes = body["changes"]
    assert (changes["opening"], changes["closing"], changes["total_lines"]) == (850, 1187, 4)
    exact = changes["exact"]
    assert exact["closing"] == sum(amount for name, amount in exact.items() if name != "closing")
    rest = (
        await placed_council.get(
            "/v1/explain", measure="spend_cost", period="2026-05", changes_cursor=changes["next_cursor"]
        )
    ).json()["changes"]
    assert len(changes["lines"]) == len(rest["lines"]) == 2
    assert rest["next_cursor"] is None
    average = (await placed_council.get("/v1/explain", measure="open_on_average", period="2026-05")).json()
    assert average["changes"] is None


async def test_from_a_line_to_its_event(sources, ask) -> None:
    told = (await explain(sources, ask(), "completed_late", parse("2026-05"), Page(5), everything=False)).what
    line = told.lines[0]
    said, lines = (await event(sources, ask(), EVERYTHING, (line.topic, line.partition, line.offset))).what
    assert json.loads(said.body)["data"] == {"outcome": "care-at-home"}
    assert line.account in {one.account for one in lines}
    with pytest.raises(NotThere):
        await event(sources, ask(), EVERYTHING, (line.topic, line.partition, 999))
    with pytest.raises(NotThere):
        await event(sources, ask(), Teams(frozenset({"south"})), (line.topic, line.partition, line.offset))


async def test_everything_about_a_subject(sources, ask) -> None:
    story = (await item(sources, ask(), Teams(frozenset({"north"})), "demo/cases/B")).what
    assert story.item is not None
    assert (story.item.state, story.item.outcome) == ("completed", "care-at-home")
    assert [said.type.split(".")[2] for said in story.events] == ["received", "allocated", "completed"]
    assert sum(line.amount for line in story.lines if line.account == "open") == 0
    with pytest.raises(NotThere):
        await item(sources, ask(), Teams(frozenset({"south"})), "demo/cases/B")
    with pytest.raises(NotThere):
        await item(sources, ask(), EVERYTHING, "demo/cases/none")
