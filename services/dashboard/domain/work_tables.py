"""Reports on work: how old what is overdue is, how long it waited, who passed it on, what was left behind."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from services.dashboard.domain import narrowing, sheets, words
from services.dashboard.domain.marks import Lot
from services.dashboard.domain.narrowing import Days
from services.dashboard.domain.reported import (
    Age,
    Ages,
    Band,
    Interfaces,
    Leavers,
    Left,
    Passage,
    Wait,
    Waits,
)
from services.dashboard.domain.reporting import Told
from services.dashboard.domain.sheets import HIDDEN, Cell, Sheet

OLD = 28
"""Overdue for longer than so many days is old."""
SHOWN = 12
EXPLAINED = {"start": "median_days_to_start", "completion": "median_days_to_complete"}


@dataclass(frozen=True, slots=True)
class Names:
    """How units and people are called, and where the work of a person is."""

    unit: Callable[[str], str]
    person: Callable[[str], str]
    work_of: Callable[[str], str]
    item: Callable[[str], str]
    today: dt.date
    explain: Callable[..., str] = lambda measure, period, unit="", **only: ""
    """Where it is told what a measure of a unit in a period is made of; the page's own unit where blank.

    Further words choose a part of it (narrowing.py).
    """

    def worker(self, worker: str | None) -> Cell:
        """A person, leading to their work; not named in a view for many eyes."""
        if not worker:
            return sheets.said("Nobody")
        name = self.person(worker)
        return Cell(name, name, self.work_of(worker), telling=True)

    def by(self, by: str, row: Age | Wait | Passage, month: str | None) -> Cell:
        """What names a row that is cut in this way."""
        if by == "worker":
            return self.worker(getattr(row, "worker", None))
        if by == "team":
            team = getattr(row, "team", None)
            return sheets.said(self.unit(team) if team else "No team")
        if by == "kind":
            return sheets.said(words.coded(row.kind) or "No kind")
        return sheets.said(words.capital(words.month(month, self.today)) if month else "All")

    def explained(self, measure: str, row: object, by: str, month: str, *due: Days) -> str:
        """Where a cell is explained, which is that of a month, of the unit or its team, in the row's part."""
        team = getattr(row, "team", None) or ""
        if by == "team" and not team:
            return ""
        part = narrowing.cut(by, row) | narrowing.due(*due)
        return self.explain(measure, month, team if by == "team" else "", **part)


def band(one: Band) -> str:
    """`1 to 7 days`, `over a year`."""
    if one.last is None:
        return "Over a year" if one.first == 366 else f"{one.first} days and more"
    return f"{one.first} to {one.last} days"


def _summed(rows: Iterable[Sequence[Band]]) -> tuple[tuple[Band, int], ...]:
    counts: Counter[Band] = Counter()
    for bands in rows:
        for one in bands:
            counts[Band(first=one.first, last=one.last)] += one.count
    return tuple(counts.items())


def _lots(bands: Sequence[tuple[Band, int]]) -> tuple[Lot, ...]:
    return tuple(Lot(band(one), count, count, words.number(count)) for one, count in bands)


def ages(answer: Ages, names: Names) -> Told:
    """Overdue work by the days since it was due."""
    bands = _summed(row.bands for row in answer.rows)

    def counted(count: int, row: Age, *days: Days) -> Cell:
        within = (*days, *((narrowing.due_in(row.due_in),) if row.due_in else ()))
        month = words.month_of(names.today)
        link = names.explained("overdue", row, answer.by, month, *within) if count else ""
        return sheets.count(count, link)

    rows = [
        (
            names.by(answer.by, row, row.due_in),
            counted(row.overdue, row),
            sheets.said(words.day(row.oldest_due, names.today)),
            *(counted(one.count, row, _due(one, names.today)) for one in row.bands),
        )
        for row in answer.rows
    ]
    first = {"worker": "Worker", "team": "Team", "kind": "Kind of work", "month": "Due in"}.get(
        answer.by, "Work"
    )
    heads = sheets.columns(first, figures=("Overdue",)) + sheets.columns("Oldest was due")
    heads += sheets.columns(figures=tuple(band(one) for one, _ in bands))
    old = sum(count for one, count in bands if one.first > OLD)
    asked = (
        f"Which of the {words.number(old)} that are overdue for more than four weeks can end this week?",
    )
    return Told(
        answer.finding,
        Sheet("Overdue work by age", heads, _in_order(rows, answer.by)),
        lots=(("", _lots(bands)),) if answer.rows else (),
        prompts=(*(asked if old > 1 else ()), "What do the oldest have in common?") if answer.rows else (),
    )


def _due(one: Band, today: dt.date) -> Days:
    """When work of an age was due."""
    first = None if one.last is None else today - dt.timedelta(one.last)
    return first, today - dt.timedelta(one.first)


def _in_order(rows: list[tuple[Cell, ...]], by: str) -> tuple[tuple[Cell, ...], ...]:
    """By name, for nobody is ranked; months and what is not cut stay in their order."""
    return tuple(rows if by in ("month", "all") else sorted(rows, key=lambda row: row[0].text.casefold()))


def waits(answer: Waits, names: Names) -> Told:
    """How long work waited until its start, and until its completion."""
    until = {"start": "Until it was started", "completion": "Until it was completed"}
    first = {"worker": "Worker", "team": "Team", "kind": "Kind of work"}.get(answer.by, "Month")
    rows: list[tuple[Cell, ...]] = []
    lots: list[tuple[str, tuple[Lot, ...]]] = []

    def explain(which: str, row: Wait) -> str:
        return names.explained(EXPLAINED[which], row, answer.by, row.month) if row.month else ""

    for which, said in until.items():
        found = [row for row in answer.rows if row.until == which and row.count]
        made = [
            (
                names.by(answer.by, row, row.month),
                sheets.said(said),
                sheets.count(row.count),
                sheets.figure(row.median, "days", explain(which, row)),
                sheets.figure(row.percentile_90, "days"),
                *(sheets.count(one.count) for one in row.bands),
            )
            for row in found
        ]
        rows += _in_order(made, answer.by)
        if found:
            lots.append((said, _lots(_summed(row.bands for row in found))))
    bands = next((row.bands for row in answer.rows), ())
    heads = ("Pieces of work", "Half within", "Nine in ten within", *(band(one) for one in bands))
    return Told(
        answer.finding,
        Sheet("How long work waited", sheets.columns(first, "Waited", figures=heads), tuple(rows)),
        lots=tuple(lots),
        prompts=("What held up the tenth that waited longest?",) if rows else (),
    )


def interfaces(answer: Interfaces, names: Names) -> Told:
    """Who passes work to whom, and how it ended."""
    pairs = answer.by in ("team", "kind")
    rows: list[tuple[Cell, ...]] = []
    for row in answer.rows:
        named = [sheets.said(names.unit(one) if one else "–") for one in (row.from_team, row.to_team)]
        start = named if pairs else [names.by("month", row, row.month)]
        kind = [sheets.said(words.coded(row.kind) or "No kind")] if answer.by == "kind" else []
        sent = row.month and answer.by == "month" and answer.direction == "sent"
        explain = names.explain("referred_on", row.month or "", "") if sent else ""
        counts = [sheets.count(row.passed_on, explain), *map(sheets.count, (row.ended, row.not_ended))]
        ends = _ends(row)
        rows.append((*start, *kind, *counts, Cell(ends, ends, telling=True)))
    first = ("From", "To", *(("Kind of work",) if answer.by == "kind" else ())) if pairs else ("Month",)
    heads = sheets.columns(*first, figures=("Passed on", "Ended", "Open or called off"))
    lots = tuple(_lot(row, names) for row in answer.rows[:SHOWN]) if answer.by == "team" else ()
    return Told(
        answer.finding,
        Sheet("Work passed from team to team", heads + sheets.columns("How it ended"), tuple(rows)),
        lots=(("", lots),) if lots else (),
        key=("Ended", "Open or called off"),
        prompts=_asked(answer),
    )


def _lot(row: Passage, names: Names) -> Lot:
    label = f"{names.unit(row.from_team or '')} to {names.unit(row.to_team or '')}"
    return Lot(label, row.passed_on, row.ended, words.number(row.passed_on))


def _ends(row: Passage, most: int = 3) -> str:
    ends = sorted(row.outcomes.items(), key=lambda pair: (-pair[1], pair[0]))
    said = [f"{words.number(count)} {_outcome(name)}" for name, count in ends[:most]]
    rest = sum(count for _, count in ends[most:])
    return ", ".join([*said, *([f"{words.number(rest)} otherwise"] if rest else [])]) or HIDDEN


def _outcome(code: str) -> str:
    return words.coded(code).lower() or "with no outcome given"


def _asked(answer: Interfaces) -> tuple[str, ...]:
    if not answer.rows:
        return ()
    if answer.direction == "received":
        return ("What do we wish they had asked before they passed it to us?",)
    return ("What do those who receive our work wish we had asked first?",)


def leavers(answer: Leavers, names: Names) -> Told:
    """Open work of people who have left and of closed teams."""
    extra = {"kind": ("Kind of work",), "item": ("Work",)}.get(answer.by, ())
    rows = sorted(
        (_left(row, answer.by, names) for row in answer.rows), key=lambda row: row[0].text.casefold()
    )
    figures = () if answer.by == "item" else ("Open", "Overdue")
    heads = sheets.columns("Held by", "Team", *extra, "Why it is left", figures=figures)
    whole = answer.rows and sum(row.open for row in answer.rows)
    asked = (
        ("Who takes it over, and by which day?",)
        if whole == 1
        else (f"Who takes over these {words.number(whole or 0)}, and by which day?",)
    )
    return Told(
        answer.finding,
        Sheet("Work left behind", heads + sheets.columns("Oldest due"), tuple(rows)),
        prompts=asked if answer.rows else (),
    )


def _left(row: Left, by: str, names: Names) -> tuple[Cell, ...]:
    extra = {
        "kind": [sheets.said(words.coded(row.kind) or "No kind")],
        "item": [sheets.said((row.item or "").rsplit("/", 1)[-1], names.item(row.item or ""))],
    }.get(by, [])
    counts = [] if by == "item" else [sheets.count(row.open), sheets.count(row.overdue)]
    due = sheets.said(words.day(row.oldest_due, names.today) if row.oldest_due else HIDDEN)
    why = sheets.said(_why(row, names))
    return (names.worker(row.worker), sheets.said(names.unit(row.team)), *extra, why, *counts, due)


def _why(row: Left, names: Names) -> str:
    said = []
    if row.worker_left:
        said.append(f"left {words.day(row.worker_left, names.today)}")
    if row.team_closed:
        follows = f", followed by {names.unit(row.successor)}" if row.successor else ""
        said.append(f"team closed {words.day(row.team_closed, names.today)}{follows}")
    return words.capital("; ".join(said))
