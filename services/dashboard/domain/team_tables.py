"""The three reports of a team as tables: work due, work completed, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator

from services.dashboard.domain import findings, narrowing, sheets, words
from services.dashboard.domain.answers import Report, ReportRow
from services.dashboard.domain.reporting import Told
from services.dashboard.domain.sheets import Cell, Sheet
from services.dashboard.domain.work_tables import Names

FIRST = {"worker": "Worker", "kind": "Kind of work", "team": "Team"}


def workload(answer: Report, names: Names) -> Told:
    """Report 1: open work by the month in which it is due."""
    heads = ("Overdue", "Due, not yet overdue", "Allocated in the month")
    rows = [
        (
            *_named(row, answer.by, names),
            *_waiting(row, answer.by, names),
            sheets.count(row.allocated, _explained("allocations", row, answer.by, names)),
        )
        for row in answer.rows
    ]
    return _told(answer, "Work by the month in which it is due", heads, rows)


def completed(answer: Report, names: Names) -> Told:
    """Report 2: work completed each month."""
    rows = [
        (
            *_named(row, answer.by, names),
            sheets.count(row.completed, _explained("completed", row, answer.by, names)),
            sheets.count(row.late, _explained("completed_late", row, answer.by, names)),
        )
        for row in answer.rows
    ]
    return _told(answer, "Completed work", ("Completed", "Of these late"), rows)


def outcomes(answer: Report) -> Told:
    """Report 3: how completed work ended."""
    rows = tuple(
        (
            sheets.said(words.coded(row.outcome) or "No outcome given"),
            sheets.count(row.count),
            Cell(words.shown(row.share, "percent"), row.share, telling=row.count > 0),
            sheets.count(row.before_count),
        )
        for row in sorted(answer.rows, key=lambda row: (-row.count, row.outcome or ""))
    )
    heads = sheets.columns("Outcome", figures=("Completed", "Share", "A year before"))
    shifted = findings.outcome_shifts(answer.rows)
    asked = ("Did we mean this change? What did people say of it?",) if shifted else ()
    return Told(answer.finding or "", Sheet("Outcomes of completed work", heads, rows), prompts=asked)


def _explained(measure: str, row: ReportRow, by: str, names: Names) -> str:
    """Where a figure of a month is explained that is a measure's own, in the part that the row is about."""
    if not row.month or row.month > words.month_of(names.today):
        return ""
    return names.explained(measure, row, by, row.month)


def _waiting(row: ReportRow, by: str, names: Names) -> Iterator[Cell]:
    """What was due in the month of the row and is still open: overdue, and not yet."""
    for measure, count, days in (
        ("overdue", row.overdue, (None, None)),
        ("open", row.due, (names.today, None)),
    ):
        month, link = words.month_of(names.today), ""
        if row.month and count:
            link = names.explained(measure, row, by, month, days, narrowing.due_in(row.month))
        yield sheets.count(count, link)


def _named(row: ReportRow, by: str, names: Names) -> list[Cell]:
    month = words.capital(words.month(row.month, names.today))
    if by not in FIRST:
        return [sheets.said(month)]
    named = {
        "worker": names.worker(row.worker),
        "kind": sheets.said(words.coded(row.kind) or "No kind"),
        "team": sheets.said(names.unit(row.team) if row.team else "No team"),
    }[by]
    return [named, Cell(month if row.month else "No date", row.month)]


def _told(answer: Report, title: str, figures: tuple[str, ...], rows: list[tuple[Cell, ...]]) -> Told:
    """By worker, kind or team in the order of names, for nobody is ranked."""
    cut = answer.by in FIRST
    if cut:
        rows.sort(key=lambda row: (row[0].text.casefold(), str(row[1].value or "")))
    first = (FIRST[answer.by], "Month") if cut else ("Month",)
    return Told(answer.finding or "", Sheet(title, sheets.columns(*first, figures=figures), tuple(rows)))
