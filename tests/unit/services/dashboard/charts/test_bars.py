"""Work by the month in which it is due."""

import pytest

from services.dashboard.charts import bars, svg
from services.dashboard.domain.marks import Bar
from tests.unit.services.dashboard.charts.drawing import Drawing

YEAR = [
    Bar("No date", 0, 6, dateless=True),
    Bar("Before Sep", 5, 0),
    Bar("Sep", 4, 0),
    Bar("Nov", 8, 22, present=True),
    Bar("Dec", 0, 41),
]


def draw(marks: list[Bar], size: svg.Size = svg.WIDE) -> Drawing:
    return Drawing(bars.stacked(marks, size, key="workload", title="23 are overdue", description="By month."))


@pytest.mark.parametrize("size", [svg.WIDE, svg.NARROW])
def test_every_bar_bears_its_total_and_its_month(size: svg.Size) -> None:
    texts = draw(YEAR, size).texts()
    assert {"6", "5", "4", "30", "41"} <= set(texts)
    assert {"Sep", "Nov", "Dec"} <= set(texts)


def test_overdue_lies_below_due_and_heights_are_in_proportion() -> None:
    drawing = draw(YEAR)
    late = drawing.marks("rect", fill=svg.ORANGE)
    ahead = drawing.marks("rect", fill=svg.BLUE)
    assert len(late) == 3
    assert len(ahead) == 2
    november, december = ahead
    assert float(december.get("height", 0)) / float(november.get("height", 0)) == pytest.approx(
        41 / 22, rel=0.02
    )
    assert float(november.get("y", 0)) + float(november.get("height", 0)) == pytest.approx(
        float(late[-1].get("y", 0)), abs=0.2
    )


def test_work_without_a_date_is_grey_and_never_called_overdue() -> None:
    drawing = draw([Bar("No date", 0, 6, dateless=True)])
    assert len(drawing.marks("rect", fill=svg.GREY)) == 1
    assert "Overdue" not in drawing.texts()


def test_colours_are_named_where_they_stand_and_only_where_they_do() -> None:
    assert "Overdue" in draw(YEAR).texts()
    assert "Overdue" not in draw([Bar("Dec", 0, 4)]).texts()


@pytest.mark.parametrize("size", [svg.WIDE, svg.NARROW])
def test_nothing_leaves_the_frame_however_large_the_numbers(size: svg.Size) -> None:
    drawing = draw([Bar("Nov", 31_533, 175_488, present=True), Bar("Dec", 0, 1)], size)
    assert drawing.inside()
    assert "207,021" in drawing.texts()


def test_steps_of_the_axis_are_whole_pieces_of_work() -> None:
    assert not [text for text in draw([Bar("Nov", 0, 1)]).texts() if "." in text]


def test_title_and_description_are_there_to_be_heard() -> None:
    drawing = draw(YEAR)
    assert drawing.title() == "23 are overdue"
    assert drawing.description() == "By month."
    assert drawing.root.get("role") == "img"
    assert drawing.root.get("aria-labelledby") == "workload-wide-title workload-wide-desc"


def test_what_people_wrote_cannot_become_markup() -> None:
    svg_text = bars.stacked(
        [Bar("<script>", 1, 1)], svg.WIDE, key="k", title="<b>&", description='"><script>alert(1)</script>'
    )
    assert "<script>" not in svg_text
    assert Drawing(svg_text).title() == "<b>&"
