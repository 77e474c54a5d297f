"""The spend bridge as a table and as steps."""

import datetime as dt
import itertools

import pytest

from services.dashboard.domain import money_tables
from services.dashboard.domain.reported import Effects, NotGiven, Share, Spend, Step

TODAY = dt.date(2026, 11, 18)
STEP = Step(month="2026-10", opening=61000, started=4300, changed=-370.5, ended=3689.5, closing=61240)


def explain(measure: str, month: str, team: str = "", **only: str) -> str:
    return "/".join(("", measure, month, *filter(None, (team, *only.values()))))


def test_the_steps_lead_from_opening_to_closing() -> None:
    stairs = money_tables.stairs(STEP)
    assert [stair.text for stair in stairs] == ["£61,000", "+£4,300", "−£370", "−£3,690", "£61,240"]
    assert stairs[-2].end == pytest.approx(STEP.closing)
    for one, other in itertools.pairwise(stairs[:-1]):
        assert one.end == other.start


def test_transfers_are_shown_only_where_there_are_some() -> None:
    moved = Step(month="2026-10", opening=10, transferred_in=5, closing=15)
    assert "Came from other teams" in [stair.label for stair in money_tables.stairs(moved)]
    assert "Came from other teams" not in [stair.label for stair in money_tables.stairs(STEP)]
    within = Step(month="2026-10", opening=10, transferred_in=5, transferred_out=5, closing=10)
    assert "Came from other teams" not in [stair.label for stair in money_tables.stairs(within)]
    assert money_tables.stairs(Step()) == ()


def test_a_month_leads_to_what_it_is_made_of_and_the_table_ends_with_the_whole() -> None:
    answer = Spend(by="month", finding="x", rows=(STEP, STEP), total=STEP)
    found = money_tables.spend(answer, str.title, explain, TODAY)
    assert [column.name for column in found.sheet.columns] == [
        "Month",
        "Opening",
        "Started",
        "Changed",
        "Ended",
        "Closing",
    ]
    assert found.sheet.rows[0][1].link == "/spend_a_week/2026-09"
    assert found.sheet.rows[0][2].link == "/spend_started/2026-10"
    assert found.sheet.rows[0][4].value == -3689.5
    assert found.sheet.total[0].text == "In all"


@pytest.mark.parametrize(
    ("by", "last", "opening", "closing"),
    [
        ("setting", "2026-11-18", "/spend_a_week/2026-06/nursing", "/spend_a_week/2026-11/nursing"),
        ("setting", "2026-10-31", "/spend_a_week/2026-06/nursing", "/spend_a_week/2026-10/nursing"),
        ("setting", "2026-10-30", "/spend_a_week/2026-06/nursing", ""),
        ("team", "2026-10-31", "/spend_a_week/2026-06/north", "/spend_a_week/2026-10/north"),
    ],
)
def test_what_a_setting_or_team_cost_leads_to_its_lines(
    by: str, last: str, opening: str, closing: str
) -> None:
    row = Step(opening=10, started=5, closing=15, **{by: {"setting": "nursing", "team": "north"}[by]})
    total = Step(opening=10, started=5, closing=15)
    answer = Spend(by=by, first="2026-07-01", last=last, rows=(row, row), total=total)
    sheet = money_tables.spend(answer, str.title, explain, TODAY).sheet
    assert [sheet.rows[0][place].link for place in (1, 2, -1)] == [opening, "", closing]
    assert sheet.total[1].link == "/spend_a_week/2026-06"


def test_who_decided_is_told_by_kind_and_by_team_each_with_what_nobody_can_be_given() -> None:
    effects = Effects(
        whole=Share(weekly_spend=-240, decisions=12),
        not_given=NotGiven(no_decision_named=Share(weekly_spend=100)),
        kinds=(Share(name="review", weekly_spend=-340, decisions=12),),
        teams=(Share(name="north", weekly_spend=-340, decisions=12),),
    )
    kinds, teams = money_tables.decided(effects, str.title)
    assert [row[0].text for row in kinds.rows] == ["Review", "No decision is named"]
    assert [row[0].text for row in teams.rows] == ["North", "No decision is named"]
    for sheet in (kinds, teams):
        assert sum(float(row[2].value or 0) for row in sheet.rows) == sheet.total[2].value
