"""The council's people: who founds it, who joins and leaves, who leads; their names stay outside the log."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import yaml

from primed.simulate import saying
from primed.simulate.names import FIRST_NAMES, LAST_NAMES
from primed.simulate.state import Said, State, Worker
from primed.simulate.town import COUNCIL, DIRECTORATE, TEAM, TEAMS, UNITS

LEADERS: tuple[tuple[str, str, str, str], ...] = (
    ("s-director", DIRECTORATE, "director", "Helen Marsh"),
    ("s-head-door", "front-door", "head", "Joan Pryce"),
    ("s-head-long", "long-term-support", "head", "Dan Whitlock"),
    ("s-head-short", "short-term-support", "head", "Nadia Rahman"),
    ("s-manager-north-locality", "north-locality", "manager", "Leah Brook"),
    ("s-finance", DIRECTORATE, "finance", "Owen Castle"),
    ("s-analyst", COUNCIL, "analyst", "Mina Laurent"),
)
"""Staff id, unit, role, name; every other team's manager is named by chance."""


def leaders(seed: int) -> list[tuple[str, str, str, str]]:
    """Everybody who holds a role: staff id, unit, role, name."""
    named = {unit for _, unit, role, _ in LEADERS if role == "manager"}
    others = [
        (f"s-manager-{team.id}", team.id, "manager", name_of(seed, f"s-manager-{team.id}"))
        for team in TEAMS
        if team.id not in named
    ]
    return [*LEADERS, *others]


def found(state: State, rng: random.Random) -> list[Said]:
    """The events that found the council on its first day: units, leaders and the first workers."""
    day = state.began
    units = [*UNITS, *((team.id, "team", team.name, team.service) for team in TEAMS)]
    said = [
        saying.organisation(
            state,
            "unit.registered",
            unit,
            day,
            unit=unit,
            level=level,
            name=name,
            **({"parent": parent} if parent else {}),
        )
        for unit, level, name, parent in units
    ]
    said += [
        saying.organisation(state, "role.assigned", unit, day, unit=unit, role=role, person=person)
        for person, unit, role, _ in leaders(state.seed)
    ]
    for team in TEAMS:
        said += [join(state, rng, team.id, day, settled=True) for _ in range(team.staff)]
    return said


def join(state: State, rng: random.Random, team: str, day: dt.date, *, settled: bool = False) -> Said:
    """A new worker joins the team; one who is `settled` may have been there for years and leaves sooner."""
    number, state.next_worker = state.next_worker, state.next_worker + 1
    stays = rng.expovariate(1 / 1100) + (30 if settled else 120)
    worker = Worker(f"w-{number:04d}", team, day, day + dt.timedelta(stays))
    state.workers[worker.id] = worker
    return saying.organisation(state, "worker.joined", worker.id, day, worker=worker.id, team=team)


def turnover(state: State, rng: random.Random, day: dt.date) -> list[Said]:
    """Who leaves today, and who joins because a team is short; leavers' open work stays with them."""
    said: list[Said] = []
    for worker in at_work(state):
        if worker.leaves <= day:
            worker.left = True
            said.append(saying.organisation(state, "worker.left", worker.id, day, worker=worker.id))
    for team in TEAMS:
        short = team.staff - sum(worker.team == team.id for worker in at_work(state))
        if short > 0 and rng.random() < 0.02 * short:
            said.append(join(state, rng, team.id, day))
    return said


def at_work(state: State) -> list[Worker]:
    """Everybody who has not left."""
    return [worker for worker in state.workers.values() if not worker.left]


def name_of(seed: int, person: str) -> str:
    """An invented name, always the same for the same person of the same council."""
    rng = random.Random(f"{seed}-{person}")
    return f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"


def write_directory(path: Path, state: State) -> None:
    """Write the staff directory (names and addresses), which lives outside the log."""
    people: dict[str, dict[str, Any]] = {
        person: _entry(name, role, unit) for person, unit, role, name in leaders(state.seed)
    }
    for worker in state.workers.values():
        people[worker.id] = _entry(name_of(state.seed, worker.id), "practitioner", worker.team)
    text = yaml.safe_dump({"people": people}, sort_keys=True, allow_unicode=True)
    if path.exists() and path.read_text("utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.write_text(text, "utf-8")
    beside.replace(path)


def _entry(name: str, role: str, unit: str) -> dict[str, Any]:
    assert role != "practitioner" or unit in TEAM
    address = name.lower().replace(" ", ".").replace("'", "") + "@demo.example"
    return {"name": name, "email": address, "role": role, "unit": unit}
