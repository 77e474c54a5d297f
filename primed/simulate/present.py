"""The council in the present: one small thing after another, each stamped with the moment it happens."""

from __future__ import annotations

import datetime as dt

from primed.simulate.daily import CLOSING, OPENING, Day, allocate, complete, held, receive, start
from primed.simulate.state import Said, State, chance, keep_chance
from primed.simulate.town import TEAMS, Team


def live_a_moment(state: State, now: dt.datetime) -> list[Said]:
    """One small thing that happens now, somewhere in the council; may be nothing."""
    rng = chance(state)
    day = Day(state, rng, now.date(), now=now)
    team = rng.choices(TEAMS, [max(state.flow.get(team.id, 1.0), 0.3) for team in TEAMS])[0]
    act = rng.choices((_one_arrival, _one_allocation, _one_start, _one_completion), (1.0, 1.0, 0.8, 1.0))[0]
    act(day, team)
    keep_chance(state, rng)
    return day.said


def events_a_second(state: State) -> float:
    """How often something happens in working hours, for living at a speed of one."""
    items = sum(state.flow.get(team.id, 1.0) for team in TEAMS)
    return items * 3.8 / ((CLOSING - OPENING) * 60)


def _one_arrival(day: Day, team: Team) -> None:
    if team.arrivals:
        kinds, rates = zip(*team.arrivals, strict=True)
        receive(day, team.id, day.rng.choices(kinds, rates)[0])


def _one_allocation(day: Day, team: Team) -> None:
    waiting = held(day.state, team.id, allocated=False)
    if waiting:
        allocate(day, min(waiting, key=lambda item: item.due))


def _one_start(day: Day, team: Team) -> None:
    idle = [item for item in held(day.state, team.id, allocated=True) if not item.started]
    if idle:
        start(day, day.rng.choice(idle))


def _one_completion(day: Day, team: Team) -> None:
    ready = [item for item in held(day.state, team.id, allocated=True) if item.started and not item.stuck]
    if ready:
        complete(day, min(ready, key=lambda item: item.due))
