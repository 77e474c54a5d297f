"""The history that rows of an export tell, as the events that they imply: docs/ledger.md on rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.reference.counting import MILESTONES, given, recorded, verb

Json = dict[str, Any]

ALWAYS_FROM_THE_NEWEST = ("kind", "route", "urgency", "from_team", "from_work", "person", "start_by")
THE_PRICE = ("unit_cost", "frequency", "units_per_week")


def by_as_of(rows: list[Json]) -> list[Json]:
    """The rows in the order of their as-ofs, one for each: the one with the larger id."""
    kept: dict[datetime, Json] = {}
    for row in sorted(rows, key=lambda row: (row["id"], row["source"])):
        kept[datetime.fromisoformat(recorded(row))] = row
    return [kept[as_of] for as_of in sorted(kept)]


def shown_on(row: Json) -> str:
    """The day of the row's as-of, as it is written."""
    return str(row["time"][:10])


def status_of(row: Json) -> str:
    """How the row shows the item."""
    return str(row["data"]["status"])


def is_absent(row: Json) -> bool:
    """The export no longer holds the item."""
    return status_of(row) == "absent"


@dataclass(frozen=True)
class Change:
    """What rows show from a day on."""

    day: str
    value: tuple[Any, ...]
    first: Json
    """The row that first shows it."""


def changes(shown: list[Json], names: tuple[str, ...], since: str, opening: str) -> list[Change]:
    """The values that rows show, each from its own day; older ones on or after a newer one are dropped.

    The first value holds from the opening; only a worker's own date tells when even the first came.
    """
    found: list[Change] = []
    for number, run in enumerate(runs(shown, lambda row: tuple(given(row).get(name, "") for name in names))):
        value = tuple(given(run[0]).get(name, "") for name in names)
        told = [given(row)[since] for row in run if given(row).get(since)]
        if since == "allocated" and value == ("",):
            told = []  # no worker, so it is not the date of this change
        if number == 0 and since != "allocated":
            day = opening
        else:
            day = told[-1] if told else (opening if number == 0 else shown_on(run[0]))
        found.append(Change(day, value, run[0]))
    kept: list[Change] = []
    for change in reversed(found):
        if not kept or change.day < kept[-1].day:
            kept.append(change)
    return kept[::-1]


def runs(rows: list[Json], of: Any) -> list[list[Json]]:
    """Neighbouring rows that show the same."""
    found: list[list[Json]] = []
    for row in rows:
        if found and of(found[-1][-1]) == of(row):
            found[-1].append(row)
        else:
            found.append([row])
    return found


def at_and_after(found: list[Change], opening: str) -> tuple[Change | None, list[Change]]:
    """The change that holds at the opening, and those after it."""
    before = [change for change in found if change.day <= opening]
    return before[-1] if before else None, [change for change in found if change.day > opening]


def event(noun: str, what: str, day: str, data: Json) -> Json:
    """An implied event."""
    return {"type": f"primed.{noun}.{what}.v1", "time": f"{day}T00:00:00+00:00", "data": data}


def of_work(rows: list[Json]) -> list[Json]:
    """What the rows of a work item imply, in order."""
    ordered = by_as_of(rows)
    if is_absent(ordered[-1]):
        return []
    shown = [row for row in ordered if not is_absent(row)]
    newest = given(shown[-1])
    events = openings_and_closings(ordered, shown, newest)
    if not newest.get("received"):
        return [one for one in events[-1:] if verb(one) == "completed"]
    events += holding(shown, newest)
    for what in ("started", "authorised"):
        if newest.get(what):
            events.append(event("work", what, newest[what], {}))
    milestones = [f"primed.work.{name}.v1" for name in MILESTONES]
    return sorted(events, key=lambda e: (e["time"], "received" not in e["type"], milestones.index(e["type"])))


def holding(shown: list[Json], newest: Json) -> list[Json]:
    """The receipt, and who held the item and when it was due from day to day."""
    opening = newest["received"]
    team, teams = at_and_after(changes(shown, ("team",), "team_since", opening), opening)
    due, dues = at_and_after(changes(shown, ("due",), "due_since", opening), opening)
    worker, workers = at_and_after(changes(shown, ("worker",), "allocated", opening), opening)
    events = [
        event("work", "transferred", change.day, {"team": change.value[0], "keeps the worker": True})
        for change in teams
    ]
    events += [event("work", "due-changed", change.day, {"due": change.value[0] or None}) for change in dues]
    receipt = {name: newest[name] for name in ALWAYS_FROM_THE_NEWEST if newest.get(name)}
    receipt |= {"team": team.value[0] if team else "", "due": (due.value[0] if due else "") or None}
    if "needs_authorisation" in newest:
        receipt["needs_authorisation"] = newest["needs_authorisation"]
    events.append(event("work", "received", opening, receipt))
    if worker and worker.value[0]:
        workers = [Change(opening, worker.value, worker.first), *workers]
    for change in workers:
        if change.value[0]:
            events.append(event("work", "allocated", change.day, {"worker": change.value[0]}))
        else:
            events.append(event("work", "unallocated", change.day, {}))
    return events


def openings_and_closings(ordered: list[Json], shown: list[Json], newest: Json) -> list[Json]:
    """How the item was closed and opened again."""
    turns: list[tuple[str, str, Json]] = []
    """What, on which day, as the last row of its run shows it."""
    stretches = runs(shown, lambda row: status_of(row) == "open")
    for number, stretch in enumerate(stretches):
        last = given(stretch[-1])
        if last["status"] != "open":
            turns.append((last["status"], closed_on(ordered, stretch[-1]), last))
        elif number > 0:
            if number >= len(stretches) - 2:  # no later one opens it again
                told = newest.get("reopened")
            else:
                told = ([given(row)["reopened"] for row in stretch if given(row).get("reopened")] or [""])[-1]
            no_earlier = max(turns[-1][1], newest.get("received") or "")
            turns.append(("reopened", max(told or shown_on(stretch[0]), no_earlier), last))
    standing: list[tuple[str, str, Json]] = []
    while turns:
        what, day, last = turns.pop()
        if what == "reopened" and standing and standing[-1][1] <= day:
            turns.pop()  # it was closed no later than it was opened again, so it never was
        else:
            standing.append((what, day, last))
    named = {name: newest[name] for name in ("team", "worker", "kind") if newest.get(name)}
    return [
        event("work", what, day, {**named, "outcome": last.get("outcome", "")} if what == "completed" else {})
        for what, day, last in reversed(standing)
    ]


def closed_on(ordered: list[Json], last: Json) -> str:
    """The day of a closing: its date, else the first as-of of the unbroken run that shows it."""
    status = status_of(last)
    if told := given(last).get(status):
        return str(told)
    run = next(run for run in runs(ordered, status_of) if last in run)
    return shown_on(run[0])


def of_package(rows: list[Json]) -> list[Json]:
    """What the rows of a package imply, in order."""
    ordered = by_as_of(rows)
    if is_absent(ordered[-1]):
        return []
    shown = [row for row in ordered if not is_absent(row)]
    newest = given(shown[-1])
    opening = newest.get("started") or ""
    parts = ((("team",), "team_since"), (("setting",), "setting_since"), (THE_PRICE, "cost_since"))
    start: Json = {}
    found: list[tuple[str, int, Json]] = []
    """By day and place in it: the start, then team, setting and price, then the end."""
    for place, (names, since) in enumerate(parts, 1):
        at_start, after = at_and_after(changes(shown, names, since, opening), opening)
        if at_start:
            start |= dict(zip(names, at_start.value, strict=True))
        for change in after:
            said = clearing(dict(zip(names, change.value, strict=True)))
            implied = event("package", "changed", change.day, {**said, **cites(change.first)})
            found.append((change.day, place, implied))
    if opening:
        first = next(row for row in shown if given(row).get("started"))
        started = event("package", "started", opening, {**clearing(start), **cites(first)})
        found.append((opening, 0, started))
    if ending := ended(ordered, shown):
        day, first = ending
        found.append((day, len(parts) + 1, event("package", "ended", day, cites(first))))
    return [implied for *_, implied in sorted(found, key=lambda one: one[:2])]


def clearing(said: Json) -> Json:
    """The values, and the names of those that are blank."""
    return {**said, "clears": [name for name, value in said.items() if value == ""]}


def cites(row: Json) -> Json:
    """The decision that an implied event names: that of the row which first shows it."""
    return {"decided_in": given(row).get("decided_in", "")}


def ended(ordered: list[Json], shown: list[Json]) -> tuple[str, Json] | None:
    """The last day of a package, and the row that first shows an end: the date decides, else the status."""
    newest = given(shown[-1])
    if not shows_an_end(shown[-1]):
        return None
    first = runs(ordered, shows_an_end)[-1][0]
    return str(newest.get("ended") or shown_on(runs(ordered, status_of)[-1][0])), first


def shows_an_end(row: Json) -> bool:
    """Whether the row says that the package ends or has ended."""
    return not is_absent(row) and (status_of(row) == "ended" or bool(given(row).get("ended")))
