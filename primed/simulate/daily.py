"""A day in the council: work comes in, is allocated, begun, finished, passed on, put off, got wrong."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from math import prod
from typing import Any

from primed.simulate import care, people, saying
from primed.simulate.state import Item, Later, Said, State, Worker, chance, keep_chance
from primed.simulate.town import CHANGES, KINDS, PASSED_ON, TEAM, TEAMS, Change, Team, season, strength

OPENING, CLOSING = 8.5 * 60, 17.5 * 60


@dataclass
class Day:
    """One day as it is lived: its chance, its date, what was said; `now` stamps what happens at present."""

    state: State
    rng: random.Random
    date: dt.date
    said: list[Said] = field(default_factory=list)
    now: dt.datetime | None = None
    """Set while living at the present moment; else each event gets a time of the working day."""
    minute: dict[str, float] = field(default_factory=dict)
    """The minute of the day in which each item was last heard of."""

    def work(self, verb: str, item: Item, **data: Any) -> Said:
        """An event of the item, later on this day than the one before; not yet said."""
        return saying.work(self.state, verb, item.key, self._moment(item.key), data)

    def say(self, verb: str, item: Item, **data: Any) -> None:
        """Say an event of the item."""
        self.said.append(self.work(verb, item, **data))

    def withdraw(self, item: Item) -> None:
        """Say that the item's completion should not have been entered."""
        self.said.append(saying.retracted(self.state, item.key, self._moment(item.key), item.ended_by))

    def _moment(self, key: str) -> dt.datetime:
        if self.now is not None:
            return self.now
        earliest = self.minute.get(key, OPENING)
        self.minute[key] = self.rng.uniform(earliest, max(CLOSING, earliest + 5)) + 1
        return saying.local(self.date, self.minute[key])


def live_through(state: State) -> list[Said]:
    """The next day's events in the order in which the sources record them; the state moves on by a day."""
    rng = chance(state)
    day = Day(state, rng, state.day)
    if state.day == state.began:
        day.said += people.found(state, rng)
        day.said += care.found(state)
    day.said += people.turnover(state, rng, state.day)
    day.said += care.goes_on(state)
    for team in TEAMS:
        _arrivals(day, team)
        _allocations(day, team)
        _efforts(day, team)
    _corrections(day)
    due = [late.event for late in state.later if late.day <= state.day]
    state.later = [late for late in state.later if late.day > state.day]
    state.day += dt.timedelta(1)
    keep_chance(state, rng)
    return sorted([*day.said, *due], key=lambda event: str(event["recordedtime"]))


def _arrivals(day: Day, team: Team) -> None:
    """What comes to the team of itself today; the smoothed flow also knows what others pass on."""
    more = prod(change.arrivals for change in _changes(day.state, team, day.date))
    for kind, rate in team.arrivals:
        for _ in range(_about(day.rng, rate * season(day.date) * more)):
            receive(day, team.id, kind)


def receive(day: Day, team: str, kind: str, came: tuple[str, str] | None = None) -> Item:
    """A new item; `came` is the team and the item that passed it on."""
    state = day.state
    number, state.next_item = state.next_item, state.next_item + 1
    rules = KINDS[kind]
    urgent = day.rng.random() < 0.06
    due = day.date + dt.timedelta(rules.due_days // 2 if urgent else rules.due_days)
    item = Item(str(number), kind, team, day.date, due, stuck=kind != "contact" and day.rng.random() < 0.06)
    data = {
        "kind": kind,
        "team": team,
        "route": "passed-on" if came else day.rng.choice(rules.routes),
        "due": due,
        "start_by": day.date + dt.timedelta(rules.start_days),
        "urgency": "urgent" if urgent else "routine",
    }
    if came:
        data |= {"from_team": came[0], "from_work": f"{saying.CASES}/{came[1]}"}
    day.say("received", item, **data)
    state.items[item.key] = item
    state.flow[team] = state.flow.get(team, 0.0) + 0.02
    return item


def _allocations(day: Day, team: Team) -> None:
    state = day.state
    state.flow[team.id] = state.flow.get(team.id, 0.0) * (0.98 if season(day.date) else 1.0)
    for item in held(state, team.id, allocated=False):
        quick = item.kind == "contact" or item.due < day.date + dt.timedelta(5)
        if strength(day.date) and day.rng.random() < (0.97 if quick else 0.45):
            allocate(day, item)


def allocate(day: Day, item: Item) -> None:
    """Give the item to whoever of its team holds least; with nobody free it stays where it is."""
    worker = _least_loaded(day.state, item)
    if worker is None:
        return
    item.worker = worker.id
    day.say("allocated", item, worker=worker.id)


def _efforts(day: Day, team: Team) -> None:
    """What the team gets done today: about what comes to it, more when work piles up."""
    taken = held(day.state, team.id, allocated=True)
    for item in taken:
        if not item.started and strength(day.date) and day.rng.random() < 0.22:
            start(day, item)
    pace = strength(day.date) * _pace(day.state, team, day.date)
    waiting = [item for item in taken if not item.stuck and _at_work(day.state, item)]
    waiting.sort(key=lambda item: item.due.toordinal() + day.rng.gauss(0, KINDS[item.kind].due_days / 4))
    for item in waiting[: _about(day.rng, pace)]:
        complete(day, item)
    left = [item for item in taken if item.key in day.state.items]
    for item in left:
        _loosen(day, item)
    for item in day.rng.sample(left, min(len(left), _about(day.rng, len(left) * 0.004))):
        disturb(day, item)


def _pace(state: State, team: Team, date: dt.date) -> float:
    flow = max(state.flow.get(team.id, 0.0), 0.2)
    content = team.patience * 5 * flow
    open_items = len(held(state, team.id))
    pressure = min(max(open_items / content, 0.5), 1.8) ** 0.6 if content else 1.0
    return flow * pressure * 1.22 * prod(change.pace for change in _changes(state, team, date))


def _changes(state: State, team: Team, date: dt.date) -> list[Change]:
    """What is different for the team on the day."""
    ends = state.ends
    return [one for one in CHANGES if one.team == team.id and ends - one.since <= date < ends - one.until]


def start(day: Day, item: Item) -> None:
    """The worker begins."""
    item.started = True
    day.say("started", item)


def complete(day: Day, item: Item) -> None:
    """The item ends with an outcome; some outcomes pass work to another team."""
    state, rng = day.state, day.rng
    if not item.started and item.kind != "contact":
        start(day, item)
    outcome = _outcome(day, item)
    event = day.work("completed", item, outcome=outcome)
    day.said += care.decided(state, item, outcome, dt.datetime.fromisoformat(event["time"]))
    if day.now is None and rng.random() < 0.03:
        delay = dt.timedelta(rng.randint(1, 20))
        event["recordedtime"] = (dt.datetime.fromisoformat(event["time"]) + delay).isoformat(
            timespec="seconds"
        )
        state.later.append(Later(day.date + delay, event))
    else:
        day.said.append(event)
    del state.items[item.key]
    item.ended_by = str(event["id"])
    state.closed = [*state.closed[-300:], item]
    if outcome in PASSED_ON and rng.random() < 0.9:
        kind, teams = PASSED_ON[outcome]
        receive(day, rng.choice(teams), kind, (item.team, item.key))


def _outcome(day: Day, item: Item) -> str:
    """How the item ends; where short-term help is tried first, fewer people move into a home."""
    outcomes = KINDS[item.kind].outcomes
    fewer = prod(change.placements for change in _changes(day.state, TEAM[item.team], day.date))
    weights = [weight * (fewer if name == care.PLACED else 1) for name, weight in outcomes]
    return day.rng.choices([name for name, _ in outcomes], weights)[0]


def _loosen(day: Day, item: Item) -> None:
    """What was stuck comes free some day; what a leaver held is found and given back to the team."""
    rng = day.rng
    if item.stuck and strength(day.date) and rng.random() < 0.025:
        item.stuck = False
    if (
        item.worker
        and not _at_work(day.state, item)
        and rng.random() < (0.5 if item.kind == "contact" else 0.035)
    ):
        item.worker = None
        day.say("unallocated", item, reason="worker-left")


def disturb(day: Day, item: Item) -> None:
    """What goes otherwise than planned: put off, handed over, moved to another team, cancelled."""
    match day.rng.choices(("put off", "handed over", "moved", "cancelled"), (4, 2, 1, 2))[0]:
        case "put off" if item.due_changes < 2:
            item.due, item.due_changes = item.due + dt.timedelta(14), item.due_changes + 1
            day.say("due-changed", item, due=item.due, reason="hospital-stay")
        case "moved":
            service = TEAM[item.team].service
            near = [team.id for team in TEAMS if team.service == service and team.id != item.team]
            item.team, item.worker = day.rng.choice(near), None
            day.say("transferred", item, team=item.team)
        case "cancelled":
            del day.state.items[item.key]
            day.say("cancelled", item, reason="no-longer-needed")
        case _:
            item.worker = None
            day.say("unallocated", item, reason="worker-away")


def _corrections(day: Day) -> None:
    """Lately completed work that turns out otherwise than it was said."""
    if not strength(day.date):
        return
    for item in day.rng.sample(day.state.closed, min(len(day.state.closed), _about(day.rng, 0.4))):
        correct(day, item)


def correct(day: Day, item: Item) -> None:
    """Put right what was said of a completed item: amended, reopened, or its completion withdrawn."""
    match day.rng.choices(("amended", "reopened", "withdrawn"), (4, 4, 1))[0]:
        case "amended":
            day.say("completed", item, outcome=day.rng.choice(KINDS[item.kind].outcomes)[0])
            return
        case "reopened":
            item.due = day.date + dt.timedelta(14)
            day.say("reopened", item, due=item.due)
        case _:
            day.withdraw(item)
    day.state.closed.remove(item)
    day.state.items[item.key] = item


def held(state: State, team: str, allocated: bool | None = None) -> list[Item]:
    return [
        item
        for item in state.items.values()
        if item.team == team and (allocated is None or (item.worker is not None) == allocated)
    ]


def _at_work(state: State, item: Item) -> bool:
    return item.worker is not None and not state.workers[item.worker].left


def _least_loaded(state: State, item: Item) -> Worker | None:
    loads = {worker.id: 0 for worker in people.at_work(state) if worker.team == item.team}
    for other in state.items.values():
        if other.worker in loads:
            loads[other.worker] += 1
    free = {worker: load for worker, load in loads.items() if load < 22}
    return state.workers[min(free, key=lambda worker: (free[worker], worker))] if free else None


def _about(rng: random.Random, mean: float) -> int:
    """A whole number with this mean, as often as chance would have it (Poisson)."""
    count, left = 0, rng.expovariate(1.0)
    while left < mean:
        count, left = count + 1, left + rng.expovariate(1.0)
    return count
