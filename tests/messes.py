"""Rows of exports and packages of care for tests that need the store: in no order, doubled, withdrawn."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from tests.exports import package_row, row
from tests.placements import package

Json = dict[str, Any]
TEAMS, WORKERS = ("north", "south", "desk", ""), ("ann", "bob", "")
PRICES: tuple[Json, ...] = (
    {"unit_cost": 85_000, "frequency": "weekly"},
    {"unit_cost": 100_001, "frequency": "monthly"},
    {"unit_cost": 333, "frequency": "hourly", "units_per_week": "10.25"},
    {"unit_cost": 120_000, "frequency": "one-off"},
    {"frequency": "weekly"},
)


def messes(items: int, seed: int) -> list[Json]:
    """The histories of so many pieces of work shown by rows and so many packages, all shuffled together."""
    chance = random.Random(seed)
    found = [event for number in range(items) for event in _one(chance, number)]
    found += chance.sample(found, len(found) // 10)
    chance.shuffle(found)
    return found


def _one(chance: random.Random, number: int) -> Iterator[Json]:
    makers = (_shown, _shown_package, _placed)
    for event in makers[number % 3](chance):
        fresh = f"{event['id']}-{chance.randrange(10**9)}" if chance.random() < 0.9 else event["id"]
        yield event | {"id": fresh, "subject": f"{event['subject']}-{number}"}


def _shown(chance: random.Random) -> Iterator[Json]:
    """Some looks at a piece of work by exports."""
    for as_of in chance.sample(range(10, 28), chance.randrange(1, 6)):
        fields = {"received": str(chance.randrange(1, 10)), "team": chance.choice(TEAMS), "kind": "review"}
        fields |= {"worker": chance.choice(WORKERS), "due": str(chance.randrange(10, 28))}
        status = chance.choice(("open", "open", "completed", "cancelled", "absent"))
        if status == "completed":
            fields |= {"completed": str(as_of), "outcome": chance.choice(("Met", "Not met"))}
        yield row(str(as_of), status, **fields)


def _shown_package(chance: random.Random) -> Iterator[Json]:
    for as_of in chance.sample(range(10, 28), chance.randrange(1, 5)):
        fields = {"started": "3", "team": chance.choice(TEAMS), "setting": "home care"}
        status = chance.choice(("running", "running", "ended", "absent"))
        if status == "ended":
            fields["ended"] = str(as_of)
        yield package_row(str(as_of), status, **fields, **chance.choice(PRICES))


def _placed(chance: random.Random) -> Iterator[Json]:
    """A package by single events, some of them before its start."""
    for verb in ("started", "changed", "changed", "ended")[: chance.randrange(1, 5)]:
        day = str(chance.randrange(1, 28))
        yield package(verb, day, team=chance.choice(TEAMS[:3]), setting="nursing", **chance.choice(PRICES))
