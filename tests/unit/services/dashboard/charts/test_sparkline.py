"""A figure's recent past at the size of a word."""

from services.dashboard.charts import svg
from services.dashboard.charts.sparkline import sparkline
from services.dashboard.domain.answers import Point
from tests.unit.services.dashboard.charts.drawing import Drawing


def month(index: int, value: float | None, **more: object) -> Point:
    return Point(period=f"2026-{index:02d}", value=value, **more)  # type: ignore[arg-type]


def test_it_says_aloud_what_it_shows() -> None:
    drawing = Drawing(sparkline([month(1, 3), month(2, 4)], description="Overdue: from 3 to 4"))
    assert drawing.root.get("aria-label") == "Overdue: from 3 to 4"


def test_nothing_is_drawn_without_a_figure() -> None:
    assert sparkline([month(1, None)], description="none") == ""


def test_usual_points_stay_quiet_but_for_the_last() -> None:
    drawing = Drawing(sparkline([month(1, 3), month(2, 4), month(3, 3)], description="d"))
    assert len(drawing.marks("circle")) == 1


def test_what_is_not_by_chance_is_marked_by_colour_and_shape() -> None:
    flagged = {"special_cause": "shift", "direction": "high"}
    drawing = Drawing(
        sparkline(
            [
                month(1, 3, judged="worse", **flagged),
                month(2, 4, judged="better", **flagged),
                month(3, 5, judged="neither", **flagged),
            ],
            description="d",
        )
    )
    assert len(drawing.marks("polygon", fill=svg.ORANGE)) == 1
    assert len(drawing.marks("circle", fill=svg.BLUE)) == 1
    assert len(drawing.marks("rect", fill=svg.PLUM)) == 1


def test_a_flat_series_lies_in_the_middle() -> None:
    drawing = Drawing(sparkline([month(1, 7), month(2, 7)], description="d"))
    assert {y for _, y in drawing.places()} == {22.0}
