"""The three reports as tables: each cell that is a measure's own leads to its lines."""

import datetime as dt

from services.dashboard.domain import team_tables
from services.dashboard.domain.answers import Report, ReportRow
from services.dashboard.domain.work_tables import Names


def explain(measure: str, period: str, unit: str = "", **only: str) -> str:
    return " ".join((measure, period, unit, *(f"{name}={value}" for name, value in only.items())))


NAMES = Names(
    unit=str.title,
    person=str.upper,
    work_of=lambda worker: f"/work/{worker}",
    item=lambda subject: f"/items/{subject}",
    today=dt.date(2026, 11, 18),
    explain=explain,
)


def links(told: team_tables.Told) -> list[list[str]]:
    return [[cell.link for cell in row if cell.counted] for row in told.sheet.rows]


def test_open_work_leads_to_what_is_due_in_the_month_of_the_row() -> None:
    months = {"2026-10": 0, "2026-11": 3, "2026-12": 3, None: 3}
    rows = tuple(ReportRow(month=month, overdue=2, due=due, allocated=1) for month, due in months.items())
    assert links(team_tables.workload(Report(by="month", rows=rows), NAMES)) == [
        [
            "overdue 2026-11  due_from=2026-10-01 due_to=2026-10-31",
            "",
            "allocations 2026-10 ",
        ],
        [
            "overdue 2026-11  due_from=2026-11-01 due_to=2026-11-30",
            "open 2026-11  due_from=2026-11-18 due_to=2026-11-30",
            "allocations 2026-11 ",
        ],
        [
            "overdue 2026-11  due_from=2026-12-01 due_to=2026-12-31",
            "open 2026-11  due_from=2026-12-01 due_to=2026-12-31",
            "",
        ],
        ["", "", ""],
    ]


def test_a_row_of_one_worker_leads_to_their_lines_and_one_of_nobody_to_nobodys() -> None:
    rows = tuple(ReportRow(month="2026-10", worker=worker, overdue=2) for worker in ("w-1", ""))
    assert links(team_tables.workload(Report(by="worker", rows=rows), NAMES)) == [
        [
            "overdue 2026-11  worker= due_from=2026-10-01 due_to=2026-10-31",
            "",
            "allocations 2026-10  worker=",
        ],
        [
            "overdue 2026-11  worker=w-1 due_from=2026-10-01 due_to=2026-10-31",
            "",
            "allocations 2026-10  worker=w-1",
        ],
    ]


def test_completed_work_by_kind_and_team() -> None:
    row = ReportRow(month="2026-10", kind="review", team="north", completed=4, late=1)
    by_kind = team_tables.completed(Report(by="kind", rows=(row,)), NAMES)
    assert links(by_kind) == [["completed 2026-10  kind=review", "completed_late 2026-10  kind=review"]]
    by_team = team_tables.completed(Report(by="team", rows=(row,)), NAMES)
    assert links(by_team) == [["completed 2026-10 north", "completed_late 2026-10 north"]]
