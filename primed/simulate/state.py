"""What the simulated council remembers, so that it can stop at any moment and go on where it was."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from primed.simulate.town import TEAMS

RngState = tuple[int, tuple[int, ...], float | None]
Said = dict[str, Any]
"""A CloudEvent as plain JSON."""


class Item(Struct):
    """A piece of work that is open, as its team knows it."""

    key: str
    kind: str
    team: str
    received: dt.date
    due: dt.date
    worker: str | None = None
    started: bool = False
    due_changes: int = 0
    stuck: bool = False
    """Work that waits for somebody outside; it is left lying."""
    ended_by: str = ""
    """Id of the event that completed it."""


class Worker(Struct):
    """A worker; `leaves` is known to nobody but the simulation."""

    id: str
    team: str
    joined: dt.date
    leaves: dt.date
    left: bool = False


class Package(Struct):
    """A package of care that runs; `ends` is known to nobody but the simulation."""

    key: str
    team: str
    setting: str
    component: str
    unit_cost: int
    frequency: str
    units: str | None
    started: dt.date
    ends: dt.date
    reviewed: dt.date


class Later(Struct):
    """An event that the source records on a later day than it happened."""

    day: dt.date
    event: Said


class State(Struct):
    """Everything that the next day depends on. Events in `unsent` were made but not acknowledged yet."""

    seed: int
    began: dt.date
    ends: dt.date
    """The last day of the history that was asked for; changes are placed relative to it."""
    day: dt.date
    """The next day to live through."""
    rng: RngState
    next_item: int = 4000
    next_worker: int = 1
    next_event: int = 1
    next_package: int = 1
    packages: dict[str, Package] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    closed: list[Item] = field(default_factory=list)
    """Lately completed items, which may be reopened or corrected."""
    workers: dict[str, Worker] = field(default_factory=dict)
    flow: dict[str, float] = field(default_factory=dict)
    """Smoothed number of items that come to a team on a working day."""
    later: list[Later] = field(default_factory=list)
    unsent: list[Said] = field(default_factory=list)
    meetings_at: dt.datetime | None = None
    meetings_held: bool = False


def fresh(seed: int, began: dt.date, ends: dt.date) -> State:
    """A council that has not lived a day yet."""
    rng = _state_of(random.Random(f"{seed}-{began}"))
    flow = {team.id: sum(rate for _, rate in team.arrivals) + team.passed_on for team in TEAMS}
    return State(seed=seed, began=began, ends=ends, day=began, rng=rng, flow=flow)


def chance(state: State) -> random.Random:
    """The council's chance, where it stopped; give it back with `keep_chance`."""
    rng = random.Random()
    rng.setstate(state.rng)
    return rng


def keep_chance(state: State, rng: random.Random) -> None:
    """Remember where chance stands, so that the next day continues from here."""
    state.rng = _state_of(rng)


def load(path: Path) -> State | None:
    """The remembered council, or None when there is none; raises `ValueError` when the file is damaged."""
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=State)
    except msgspec.DecodeError as error:
        raise ValueError(f"{path} is damaged ({error}); delete it to begin a new council.") from error


def save(path: Path, state: State) -> None:
    """Write the state so that a kill at any moment leaves the old one or the new one, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.write_bytes(msgspec.json.encode(state))
    beside.replace(path)


def _state_of(rng: random.Random) -> RngState:
    version, numbers, gauss = rng.getstate()
    return (version, numbers, gauss)
