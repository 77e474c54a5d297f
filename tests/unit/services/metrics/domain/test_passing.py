"""What the report on interfaces says in a sentence, and how its rows are ordered."""

import datetime as dt

from services.metrics.domain.passing import Passed, finding, interfaces

MAY, JUNE = dt.date(2026, 5, 9), dt.date(2026, 6, 2)
NAMES = {"front": "Front door", "north": "North"}


def sent(to_team: str, amount: int, outcome: str | None = None, day: dt.date = MAY) -> Passed:
    return Passed(day, "front", to_team, "referral", outcome, amount)


def test_the_most_frequent_pair_comes_first_and_unnamed_teams_keep_their_id() -> None:
    rows = interfaces([sent("north", 1), sent("south", 3), sent("south", 1, "", JUNE)], "team", "period")
    assert [(row.to_team, row.passed_on, row.ended) for row in rows] == [("south", 3, 1), ("north", 1, 0)]
    assert finding(rows, NAMES) == (
        "4 pieces of work were passed on, most from Front door to south (3); "
        "1 has ended, 100% with no recorded outcome"
    )


def test_one_piece_and_none() -> None:
    one = interfaces([sent("north", 1)], "team", "period")
    assert finding(one, NAMES) == "1 piece of work was passed on from Front door to North; none has ended yet"
    assert finding([], NAMES) == "No work was passed on"


def test_what_was_taken_back_leaves_no_row() -> None:
    taken_back = [
        sent("north", 1),
        sent("north", -1),
        sent("south", 1, "no-change"),
        sent("south", -1, "no-change"),
    ]
    assert interfaces(taken_back, "kind", "month") == ()


def test_by_month_the_day_of_passing_on_counts() -> None:
    rows = interfaces(
        [sent("north", 2), sent("south", 1, None, JUNE), sent("north", 1, "x")], "month", "month"
    )
    assert [(row.month.label, row.passed_on, row.ended) for row in rows if row.month] == [
        ("2026-05", 2, 1),
        ("2026-06", 1, 0),
    ]
