"""Reports on work as tables: nobody is ranked, and every band is counted."""

import datetime as dt
from dataclasses import replace

from services.dashboard.domain import work_tables
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
from services.dashboard.domain.work_tables import Names

NAMES = Names(
    unit=lambda unit: {"north": "North locality", "reviews": "Reviews"}.get(unit, unit),
    person=lambda person: {"w-1": "Zoe Amin", "w-2": "Ann Blake"}.get(person, person),
    work_of=lambda worker: f"/work/{worker}",
    item=lambda subject: f"/items/{subject}",
    today=dt.date(2026, 11, 18),
)
BANDS = (Band(first=1, last=7, count=8), Band(first=29, last=91, count=3), Band(first=366, count=1))


def test_overdue_work_by_worker_goes_by_name_and_leads_to_their_work() -> None:
    rows = tuple(
        Age(worker=one, overdue=12, oldest_due="2026-09-12", bands=BANDS) for one in ("w-1", "w-2", "")
    )
    found = work_tables.ages(Ages(by="worker", finding="36 are overdue", rows=rows), NAMES)
    assert [row[0].text for row in found.sheet.rows] == ["Ann Blake", "Nobody", "Zoe Amin"]
    assert found.sheet.rows[0][0].link == "/work/w-2"
    ((_, lots),) = found.lots
    assert [(lot.label, lot.amount) for lot in lots] == [
        ("1 to 7 days", 24),
        ("29 to 91 days", 9),
        ("Over a year", 3),
    ]
    assert "12 that are overdue for more than four weeks" in found.prompts[0]


def explain(measure: str, period: str, unit: str = "", **only: str) -> str:
    return " ".join((measure, period, unit, *(f"{name}={value}" for name, value in only.items())))


def test_each_age_of_a_row_leads_to_its_lines() -> None:
    names = replace(NAMES, explain=explain)
    by_kind = Age(kind="", overdue=12, oldest_due="2025-09-12", bands=BANDS)
    (row,) = work_tables.ages(Ages(by="kind", rows=(by_kind,)), names).sheet.rows
    assert [cell.link for cell in row if cell.counted] == [
        "overdue 2026-11  kind=",
        "overdue 2026-11  kind= due_from=2026-11-11 due_to=2026-11-17",
        "overdue 2026-11  kind= due_from=2026-08-19 due_to=2026-10-20",
        "overdue 2026-11  kind= due_to=2025-11-17",
    ]
    due_in = Age(due_in="2026-10", overdue=8, oldest_due="2026-10-02", bands=(BANDS[1],))
    (row,) = work_tables.ages(Ages(by="month", rows=(due_in,)), names).sheet.rows
    assert [cell.link for cell in row if cell.counted] == [
        "overdue 2026-11  due_from=2026-10-01 due_to=2026-10-31",
        "overdue 2026-11  due_from=2026-10-01 due_to=2026-10-20",
    ]
    team = Age(team="north", overdue=8, oldest_due="2026-10-02")
    nobodys = Age(team="", overdue=8, oldest_due="2026-10-02")
    rows = work_tables.ages(Ages(by="team", rows=(team, nobodys)), names).sheet.rows
    assert sorted(row[1].link for row in rows) == ["", "overdue 2026-11 north"]


def test_nothing_overdue_draws_and_asks_nothing() -> None:
    found = work_tables.ages(Ages(by="all", finding="Nothing is overdue"), NAMES)
    assert (found.lots, found.prompts, found.sheet.rows) == ((), (), ())


def test_waits_are_told_until_the_start_and_until_the_end() -> None:
    rows = tuple(
        Wait(until=until, month="2026-10", count=12, median=5, percentile_90=14, bands=BANDS)
        for until in ("completion", "start")
    )
    found = work_tables.waits(Waits(by="month", rows=rows), NAMES)
    assert [(row[0].text, row[1].text, row[3].text) for row in found.sheet.rows] == [
        ("October", "Until it was started", "5 days"),
        ("October", "Until it was completed", "5 days"),
    ]
    assert [said for said, _ in found.lots] == ["Until it was started", "Until it was completed"]


def test_interfaces_say_how_work_ended_and_what_has_not() -> None:
    ends = {"care-at-home": 7, "": 2, "no-change": 1, "a": 1}
    row = Passage(from_team="north", to_team="reviews", passed_on=14, ended=11, not_ended=3, outcomes=ends)
    found = work_tables.interfaces(Interfaces(by="team", rows=(row,)), NAMES)
    assert found.sheet.rows[0][-1].text == "7 care at home, 2 with no outcome given, 1 a, 1 otherwise"
    ((_, (lot,)),) = found.lots
    assert (lot.label, lot.amount, lot.dark) == ("North locality to Reviews", 14, 11)


def test_work_left_behind_says_why_and_who_follows() -> None:
    left = Left(
        team="north", worker="w-1", worker_left="2026-11-01", open=2, overdue=1, oldest_due="2026-10-01"
    )
    closed = Left(team="old", worker="", team_closed="2026-10-01", successor="reviews", open=1)
    found = work_tables.leavers(Leavers(by="worker", rows=(closed, left)), NAMES)
    assert [(row[0].text, row[2].text) for row in found.sheet.rows] == [
        ("Nobody", "Team closed 1 Oct, followed by Reviews"),
        ("Zoe Amin", "Left 1 Nov"),
    ]
    assert found.prompts == ("Who takes over these 3, and by which day?",)
