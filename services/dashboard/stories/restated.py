"""What changed since a measure's figures were given: as given, as they are, and why they differ."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass

from services.dashboard.domain import narrowing, questions, words
from services.dashboard.domain.answers import Catalogue, Number
from services.dashboard.domain.reported import Cause, Restated
from services.dashboard.domain.trail import Line
from services.dashboard.flow import Asked

BACK = 12
CAUSES = {
    "late": "told late",
    "corrected": "corrected",
    "retracted": "withdrawn",
    "reorganisation": "other teams belong here now",
    "definition": "the measure is made otherwise now",
}


@dataclass(frozen=True)
class Why:
    """One cause's part and the lines that made it."""

    text: str
    amount: str
    lines: tuple[Line, ...]
    more: int
    detail: str


@dataclass(frozen=True)
class Change:
    """A figure that is no longer as it was given."""

    period: str
    key: str
    given_at: str
    given: str
    now: str
    difference: str
    causes: list[Why]


@dataclass(frozen=True)
class Changes:
    """The last twelve periods: what changed, how many stand as given, and how many were never given."""

    title: str
    rows: list[Change]
    standing: int
    never: int
    note: str


@dataclass(frozen=True)
class Given:
    """What was said of one figure when its period closed, beside what is known now."""

    change: Change | None
    stands: str
    """When it was given, where it has not changed since."""
    note: str
    """Why it was never given."""


async def given(asked: Asked) -> Given | None:
    """How the figure of the page's period stood at its closing; None where metrics tells nothing of it.

    Only whole figures are given, not parts of them.
    """
    if narrowing.chosen(asked.options):
        return None
    measure, period = asked.options["measure"], asked.options["period"]
    grain = "week" if "W" in period else "month"
    span: dict[str, str | int] = {"from": period, "to": period, "grain": grain, "limit": 1}
    found, catalogue = await asyncio.gather(
        asked.reader.read(questions.restatements(measure, asked.unit, asked.when, span)),
        asked.reader.read(questions.catalogue()),
    )
    one = next(iter(found.restatements), None)
    if one is None:
        return None
    if one.given is None:
        return Given(None, "", one.note or "")
    if not _moved(one):
        return Given(None, words.day(one.given_at, asked.when.today), "")
    return Given(_change(one, _unit(catalogue, measure), asked), "", "")


async def changes(asked: Asked) -> Changes:
    """What changed of a measure over the last twelve closed periods."""
    measure, grain = asked.options["measure"], asked.options.get("grain") or "month"
    today = asked.when.today
    first = words.month_of(today - dt.timedelta(weeks=BACK)) if grain == "week" else None
    first = first or words.months_after(words.month_of(today), -BACK)
    given: dict[str, str | int] = {
        "from": first,
        "to": words.months_after(words.month_of(today), -1),
        "grain": grain,
        "limit": 20,
    }
    found, catalogue = await asyncio.gather(
        asked.reader.read(questions.restatements(measure, asked.unit, asked.when, given)),
        asked.reader.read(questions.catalogue()),
    )
    unit = _unit(catalogue, measure)
    changed = [one for one in found.restatements if one.given and _moved(one)]
    never = [one for one in found.restatements if one.given is None]
    return Changes(
        title=_title(len(changed), len(never), len(found.restatements), grain),
        rows=[_change(one, unit, asked) for one in reversed(changed)],
        standing=len(found.restatements) - len(changed) - len(never),
        never=len(never),
        note=next((one.note for one in never if one.note), ""),
    )


def _unit(catalogue: Catalogue, measure: str) -> str:
    return next((one.unit_of_measure for one in catalogue.measures if one.id == measure), "count")


def _moved(one: Restated) -> bool:
    moved = one.difference
    return moved is not None and bool(moved.value or moved.numerator or moved.denominator)


def _title(changed: int, never: int, all_: int, grain: str) -> str:
    if not all_:
        return "No figure of this measure has been given yet"
    if never == all_:
        return "What changed since figures were given cannot be told yet"
    if not changed:
        return f"No figure of the last {words.plural(all_, grain)} has changed since it was given"
    have = "figure has" if changed == 1 else "figures have"
    return f"{words.number(changed)} {have} changed since {'it was' if changed == 1 else 'they were'} given"


def _change(one: Restated, unit: str, asked: Asked) -> Change:
    given = one.given.value if one.given else None
    return Change(
        period=words.capital(words.month(one.period, asked.when.today)),
        key=one.period,
        given_at=words.day(one.given_at, asked.when.today),
        given=words.shown(given, unit),
        now=words.shown(one.now.value, unit),
        difference=_signed(one.difference.value if one.difference else None, unit),
        causes=[_why(cause, one, unit, asked) for cause in one.causes],
    )


def _why(cause: Cause, one: Restated, unit: str, asked: Asked) -> Why:
    detail = ""
    if cause.cause == "definition" and one.formula_then:
        detail = f"It was made by {one.formula_then}."
    if cause.cause == "reorganisation":
        joined, left = (
            [asked.tree.name(team) for team in found] for found in (one.teams_joined, one.teams_left)
        )
        said = ([f"{words.listed(joined)} joined"] if joined else []) + (
            [f"{words.listed(left)} left"] if left else []
        )
        detail = f"{' and '.join(said)}." if said else ""
    return Why(
        text=CAUSES.get(cause.cause, words.coded(cause.cause).lower()),
        amount=_signed(cause.value, unit),
        lines=cause.lines,
        more=max(0, cause.total_lines - len(cause.lines)),
        detail=detail,
    )


def _signed(value: Number | None, unit: str) -> str:
    if value is None:
        return "–"
    return f"{'+' if value > 0 else ''}{words.shown(value, unit)}"
