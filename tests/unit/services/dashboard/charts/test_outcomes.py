"""How work ended, beside a year before."""

import pytest

from services.dashboard.charts import outcomes, svg
from services.dashboard.domain.marks import Outcome
from tests.unit.services.dashboard.charts.drawing import Drawing


def draw(given: list[Outcome], size: svg.Size = svg.WIDE) -> Drawing:
    text = outcomes.bars(
        given,
        size,
        key="outcomes",
        title="T",
        description="D",
        now="August to October",
        before="a year before",
    )
    return Drawing(text)


TWO = [Outcome("Information and advice", 31, 22), Outcome("Care at home", 21, 30)]


@pytest.mark.parametrize("size", [svg.WIDE, svg.NARROW])
def test_each_outcome_has_its_name_its_share_and_its_tick(size: svg.Size) -> None:
    drawing = draw(TWO, size)
    assert {"31%", "21%", "Care at home"} <= set(drawing.texts())
    assert (
        len(drawing.marks("rect", fill=svg.ORANGE, width="3")) == 3
    )  # two ticks and the one that explains them


def test_a_tick_lies_right_of_a_bar_that_has_shrunk() -> None:
    drawing = draw(TWO)
    grown, shrunk = [one for one in drawing.marks("rect", fill=svg.BLUE) if one.get("height") == "26"]
    ticks = [
        float(one.get("x", 0)) for one in drawing.marks("rect", fill=svg.ORANGE) if one.get("height") == "32"
    ]
    assert ticks[0] < float(grown.get("x", 0)) + float(grown.get("width", 0))
    assert ticks[1] > float(shrunk.get("x", 0)) + float(shrunk.get("width", 0))


def test_without_a_year_before_there_is_no_tick_and_no_word_of_it() -> None:
    drawing = draw([Outcome("Other", 100, None)])
    assert not drawing.marks("rect", fill=svg.ORANGE)
    assert "a year before" not in drawing.texts()


def test_a_share_that_rounds_to_nothing_is_still_something() -> None:
    assert "<1%" in draw([Outcome("Rare", 0.2, 0.1)]).texts()


@pytest.mark.parametrize("size", [svg.WIDE, svg.NARROW])
def test_long_names_stay_within_the_frame(size: svg.Size) -> None:
    long = "Responsibility moved to another local authority or to NHS funded care after a long discussion"
    assert draw([Outcome(long, 100, 100)], size).inside()
