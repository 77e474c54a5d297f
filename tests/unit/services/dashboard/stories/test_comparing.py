"""Teams compared: what a reader in scope sees, and what many eyes see."""

import asyncio
import datetime as dt
from typing import Any

from services.dashboard.domain.answers import Catalogue
from services.dashboard.domain.questions import Moment
from services.dashboard.domain.reported import Funnel, Limits, Spot
from services.dashboard.domain.tree import Tree
from services.dashboard.flow import Asked
from services.dashboard.stories.comparing import Comparison, compare
from tests.browser import council

NOW = dt.datetime(2026, 11, 18, 9, 14, tzinfo=dt.UTC)
LIMITS = Limits(denominator=50, lower_95=66, upper_95=86, lower_99_8=57, upper_99_8=91)
TEAMS = (
    Spot(team="north-locality", name="North", value=98, numerator=49, denominator=50, limits=LIMITS),
    Spot(team="reviews", name="Reviews", value=50, numerator=20, denominator=40, limits=LIMITS),
    Spot(team="south-locality", name="South", value=50, numerator=1, denominator=2),
)
FINDING = "North and Reviews stand out, and not by chance; South is worth a look"


class Answers:
    """A reader that has this comparison."""

    async def read(self, question: Any) -> Any:
        if question.shape is Catalogue:
            return Catalogue()
        return Funnel(measure="on_time", name="On time", period="2026-10", teams=TEAMS, finding=FINDING)

    async def command(self, *args: Any, **more: Any) -> Any:
        raise AssertionError("nothing is commanded")

    async def download(self, *args: Any, **more: Any) -> Any:
        raise AssertionError("nothing is downloaded")


def compared(**options: str) -> Comparison:
    tree = Tree(council.tree(), None, NOW.date())
    asked = Asked(Answers(), tree, "long-term-support", Moment(NOW), str, options=options)
    found = asyncio.run(compare(asked))
    assert found is not None
    return found


def test_the_title_says_who_stands_out_and_the_rest_stands_below() -> None:
    found = compared()
    assert found.title == "On time: North and Reviews stand out, and not by chance"
    assert found.beside == "South is worth a look."


def test_each_share_leads_to_what_it_is_made_of() -> None:
    row = compared().sheet.rows[0]
    assert [cell.text for cell in row[:4]] == ["North", "98%", "50", "66 to 86%"]
    assert row[1].link == "/explain?measure=on_time&unit=north-locality&period=2026-10"


def test_many_eyes_see_no_share_that_tells_of_few_people_and_no_limits_that_tell_how_many_there_are() -> None:
    found = compared(shared="on")
    assert [column.name for column in found.sheet.columns] == [
        "Team",
        "On time",
        "Pieces of work",
        "What that means",
    ]
    shown = [[cell.text for cell in row[1:3]] for row in found.sheet.rows]
    assert shown == [["–", "50"], ["50%", "not shown"], ["–", "under 5"]]
