"""Teams beside the limits of chance."""

import itertools

import pytest

from services.dashboard.charts import funnel, svg
from services.dashboard.domain.reported import Funnel, Limits, Spot
from tests.unit.services.dashboard.charts.drawing import Drawing


def limits(size: int) -> Limits:
    inner, outer = 60 / size**0.5, 95 / size**0.5
    return Limits(
        denominator=size,
        lower_95=75 - inner,
        upper_95=75 + inner,
        lower_99_8=75 - outer,
        upper_99_8=75 + outer,
    )


def spot(name: str, value: float, size: int, verdict: str | None = "as_expected", judged: str = "") -> Spot:
    return Spot(team=name, name=name, value=value, denominator=size, verdict=verdict, judged=judged or None)


TEAMS = (
    spot("East", 78.0, 72),
    spot("North", 96.0, 74, "stands_out", "better"),
    spot("Reviews", 8.1, 37, "stands_out", "worse"),
    spot("South", 80.0, 75),
    spot("Tiny", 50.0, 2, None),
)
FOUND = Funnel(measure="m", pooled=75.5, teams=TEAMS, curve=tuple(limits(size) for size in (4, 20, 40, 75)))


def draw(found: Funnel, size: svg.Size) -> Drawing:
    return Drawing(funnel.plot(found, size, key="f", title="North stands out", description="North 96% of 74"))


@pytest.mark.parametrize("size", [svg.WIDE, svg.NARROW])
def test_what_is_not_by_chance_is_told_by_shape_colour_and_name(size: svg.Size) -> None:
    drawing = draw(FOUND, size)
    assert len(drawing.marks("polygon", fill=svg.ORANGE)) == 1
    assert len(drawing.marks("circle", fill=svg.BLUE)) == 1
    assert len(drawing.marks("circle", fill="#fff")) == 1
    assert {"North", "Reviews", "all 76%"} <= set(drawing.texts())
    assert drawing.inside()


def test_two_limits_on_either_side_and_their_words() -> None:
    drawing = draw(FOUND, svg.WIDE)
    assert len(drawing.marks("polyline")) == 4
    assert {"95%", "99.8%"} <= set(drawing.texts())


def test_names_do_not_lie_on_one_another() -> None:
    crowd = tuple(spot(f"Team {index}", 75.0 + index * 0.1, 60) for index in range(6))
    found = Funnel(measure="m", pooled=75.0, teams=crowd, curve=FOUND.curve)
    places = [
        (float(one.get("x", 0)), float(one.get("y", 0)), one.get("text-anchor"))
        for one in draw(found, svg.WIDE).marks("text")
        if "".join(one.itertext()).startswith("Team")
    ]
    for (_, one, side), (_, other, other_side) in itertools.combinations(places, 2):
        assert side != other_side or abs(one - other) >= svg.WIDE.font - 0.2


def test_nothing_to_compare_is_still_a_drawing() -> None:
    assert draw(Funnel(measure="m"), svg.NARROW).inside()
