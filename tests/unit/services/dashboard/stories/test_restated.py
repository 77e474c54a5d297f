"""What changed since figures were given, as a page says it."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from services.dashboard.domain.answers import Catalogue, Measure
from services.dashboard.domain.questions import Moment
from services.dashboard.domain.reported import Amounts, Cause, Restated, Restatements
from services.dashboard.domain.tree import Tree
from services.dashboard.flow import Asked
from services.dashboard.stories.restated import Changes, Given, changes, given
from tests.browser import council

NOW = dt.datetime(2026, 11, 18, 9, 14, tzinfo=dt.UTC)


class Answers:
    """A reader that has these restatements."""

    def __init__(self, found: tuple[Restated, ...]) -> None:
        self._found = found

    async def read(self, question: Any) -> Any:
        if question.shape is Restatements:
            return Restatements(restatements=self._found)
        return Catalogue(measures=(Measure(id="spend", name="Spend", unit_of_measure="pounds_a_week"),))

    async def command(self, *args: Any, **more: Any) -> Any:
        raise AssertionError("nothing is commanded")

    async def download(self, *args: Any, **more: Any) -> Any:
        raise AssertionError("nothing is downloaded")


def told(*found: Restated) -> Changes:
    tree = Tree(council.tree(), None, NOW.date())
    asked = Asked(Answers(found), tree, "reviews", Moment(NOW), str, options={"measure": "spend"})
    return asyncio.run(changes(asked))


def at_closing(*found: Restated, **part: str) -> Given | None:
    tree = Tree(council.tree(), None, NOW.date())
    options = {"measure": "spend", "period": "2026-09", **part}
    return asyncio.run(given(Asked(Answers(found), tree, "reviews", Moment(NOW), str, options=options)))


def restated(period: str, given: int | None, now: int, *causes: Cause, **more: Any) -> Restated:
    return Restated(
        measure="spend",
        period=period,
        given=None if given is None else Amounts(value=given),
        now=Amounts(value=now),
        difference=None if given is None else Amounts(value=now - given),
        causes=causes,
        **more,
    )


@pytest.mark.parametrize(
    ("found", "title"),
    [
        ((), "No figure of this measure has been given yet"),
        ((restated("2026-09", None, 3),), "What changed since figures were given cannot be told yet"),
        ((restated("2026-09", 3, 3),), "No figure of the last 1 month has changed since it was given"),
        (
            (restated("2026-09", 3, 4), restated("2026-10", 5, 1)),
            "2 figures have changed since they were given",
        ),
    ],
)
def test_the_title_says_what_is_so(found: tuple[Restated, ...], title: str) -> None:
    assert told(*found).title == title


def test_a_change_is_told_newest_first_by_its_causes_in_the_measures_own_unit() -> None:
    moved = restated(
        "2026-10",
        1200,
        900,
        Cause(cause="reorganisation", value=-250),
        Cause(cause="definition", value=-50),
        teams_left=("north-locality",),
        formula_then="end(weekly_spend)",
    )
    found = told(restated("2026-09", 3, 4), moved)
    assert [row.period for row in found.rows] == ["October", "September"]
    row = found.rows[0]
    assert (row.given, row.now, row.difference) == ("£1,200 a week", "£900 a week", "−£300 a week")
    assert [(why.amount, why.detail) for why in row.causes] == [
        ("−£250 a week", "North locality left."),
        ("−£50 a week", "It was made by end(weekly_spend)."),
    ]


def test_one_figure_is_said_as_given_at_its_closing_beside_what_is_known_now() -> None:
    late = Cause(cause="late", value=4)
    found = at_closing(restated("2026-09", 38, 42, late, given_at="2026-10-07T23:59:59+01:00"))
    assert found is not None
    assert found.change is not None
    assert (found.change.given, found.change.now) == ("£38 a week", "£42 a week")
    stands = at_closing(restated("2026-09", 38, 38, given_at="2026-10-07T23:59:59+01:00"))
    assert stands == Given(None, "7 Oct", "")
    assert at_closing(restated("2026-09", None, 3, note="Not closed.")) == Given(None, "", "Not closed.")
    assert at_closing() is None


def test_a_part_of_a_figure_was_never_given() -> None:
    assert at_closing(restated("2026-09", 100, 90)) is not None
    assert at_closing(restated("2026-09", 100, 90), setting="") is None
