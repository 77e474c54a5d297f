"""Simulated packages of care are repeatable and believable, and an intervention shows in what they cost."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from typing import Any

import pytest

from primed.simulate import daily, prices
from primed.simulate.state import Said, fresh
from services.metrics.domain.book import Fault, Key
from services.metrics.domain.facts import NO_FACTS, evolve
from services.metrics.domain.money import pounds
from services.metrics.domain.postings import reckoning
from tests.casework import fact

BEGAN, ENDS = dt.date(2025, 7, 1), dt.date(2026, 8, 1)
PLACED = ("nursing", "residential")


@pytest.fixture(scope="module")
def history() -> list[Said]:
    state = fresh(7, BEGAN, ENDS)
    said: list[Said] = []
    while state.day < ENDS:
        said += daily.live_through(state)
    return said


def as_sent(said: list[Said]) -> list[Said]:
    """The events of packages as they travel: plain JSON."""
    care = [event for event in said if event["type"].startswith("primed.package.")]
    return [json.loads(json.dumps(event)) for event in care]


@pytest.fixture(scope="module")
def packages(history: list[Said]) -> list[Said]:
    return as_sent(history)


@pytest.fixture(scope="module")
def books(packages: list[Said]) -> tuple[Counter[Key], Counter[Fault]]:
    """What the ledger makes of the packages."""
    facts: dict[str, Any] = defaultdict(lambda: NO_FACTS)
    for event in packages:
        facts[event["subject"]] = evolve(facts[event["subject"]], fact({"tenant": "demo"} | event))
    lines, faults = Counter[Key](), Counter[Fault]()
    for known in facts.values():
        found = reckoning(known)
        lines.update(found.postings)
        faults.update(found.faults)
    return lines, faults


def weekly(books: tuple[Counter[Key], Counter[Fault]], day: dt.date, *settings: str) -> float:
    return pounds(
        sum(
            amount
            for key, amount in books[0].items()
            if key.account == "weekly_spend" and key.day <= day and (not settings or key.setting in settings)
        )
    )


def test_the_same_seed_gives_the_same_care(packages: list[Said]) -> None:
    until, state = dt.date(2025, 8, 1), fresh(7, BEGAN, ENDS)
    said: list[Said] = []
    while state.day < until:
        said += daily.live_through(state)
    again = as_sent(said)
    assert again == packages[: len(again)]
    assert len(again) > 1000


def test_nothing_is_said_of_a_package_that_cannot_be(books: tuple[Counter[Key], Counter[Fault]]) -> None:
    assert books[1] == {}


def test_packages_are_a_small_part_of_what_is_said(history: list[Said], packages: list[Said]) -> None:
    assert 0.05 < len(packages) / len(history) < 0.2


def test_spend_is_that_of_a_small_council(books: tuple[Counter[Key], Counter[Fault]]) -> None:
    month = dt.date(2025, 8, 1)
    while month <= ENDS:
        spend, placements = weekly(books, month), weekly(books, month, *PLACED)
        assert 400_000 < spend < 900_000
        assert 0.5 < placements / spend < 0.85
        month = (month + dt.timedelta(32)).replace(day=1)


def test_prices_rise_each_april_without_a_decision(packages: list[Said]) -> None:
    risen = [event for event in packages if event["data"].get("reason") == "annual-uplift"]
    assert {event["time"][:10] for event in risen} == {"2026-04-01"}
    assert not any("decided_in" in event["data"] for event in risen)
    assert len(risen) > 900


def test_an_intervention_shows_in_the_spend_on_placements(
    books: tuple[Counter[Key], Counter[Fault]],
) -> None:
    before = [weekly(books, day, *PLACED) for day in (dt.date(2025, 8, 1), dt.date(2026, 2, 12))]
    after = [weekly(books, day, *PLACED) for day in (dt.date(2026, 4, 15), ENDS)]
    assert before[1] > 1.02 * before[0]
    assert after[1] < 0.97 * after[0]


def test_what_began_or_changed_by_decision_names_work_that_was_completed(
    history: list[Said], packages: list[Said]
) -> None:
    completed = {event["subject"] for event in history if event["type"] == "primed.work.completed.v1"}
    decided = [event["data"]["decided_in"] for event in packages if "decided_in" in event["data"]]
    assert len(decided) > 500
    late = [subject for subject in decided if subject not in completed]
    assert len(late) / len(decided) < 0.02, "only work whose completion is recorded after the history ends"


def test_there_is_every_kind_of_care_and_every_way_to_change(packages: list[Said]) -> None:
    seen = Counter(event["data"].get("setting") for event in packages)
    assert {"nursing", "residential", "community", "short-term", "equipment", "carer"} <= set(seen)
    assert {event["data"]["frequency"] for event in packages if "frequency" in event["data"]} == {
        "weekly",
        "4-weekly",
        "monthly",
        "hourly",
        "per-session",
        "one-off",
    }
    moved = [event for event in packages if event["data"].get("reason") == "moved"]
    assert 5 < len(moved) < 50


@pytest.mark.parametrize(("units", "text"), [(10.0, "10"), (10.6, "10.5"), (0.01, "0.25"), (12.25, "12.25")])
def test_units_are_planned_in_quarters(units: float, text: str) -> None:
    assert prices.quarters(units) == text


def test_a_financial_year_begins_in_april() -> None:
    assert prices.financial_year(dt.date(2026, 3, 31)) == 2025
    assert prices.financial_year(dt.date(2026, 4, 1)) == 2026
