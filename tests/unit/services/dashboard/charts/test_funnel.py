"""Teams beside the limits of chance."""

import itertools

import pytest

from services.dashboard.charts import funnel, placing, svg
from services.dashboard.charts.placing import Box
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


def rooms(drawing: Drawing, *names: str) -> list[Box]:
    """The room that each of these words takes."""
    found = []
    for one in drawing.marks("text"):
        text, size = "".join(one.itertext()), float(one.get("font-size", 0))
        if text.startswith(names):
            at = float(one.get("x", 0)), float(one.get("y", 0))
            found.append(placing.written(*at, text, size, one.get("text-anchor") or "start"))
    return found


@pytest.mark.parametrize("size", [svg.WIDE, svg.NARROW])
@pytest.mark.parametrize("apart", [0.1, 1.0, 4.0])
def test_names_of_neighbours_lie_on_no_other_word_or_line(size: svg.Size, apart: float) -> None:
    crowd = tuple(
        spot(f"Team {index} locality", 78.0 + index * apart, 60 + index % 2, "look", "worse")
        for index in range(4)
    )
    drawing = draw(Funnel(measure="m", pooled=75.0, teams=crowd, curve=FOUND.curve), size)
    names = rooms(drawing, "Team")
    assert len(names) == len(crowd)
    words = [*names, *rooms(drawing, "95%", "99.8%", "all ")]
    assert not [pair for pair in itertools.combinations(words, 2) if pair[0].meets(pair[1])]
    lines = [
        [(float(x), float(y)) for x, y in (at.split(",") for at in one.get("points", "").split())]
        for one in drawing.marks("polyline")
    ]
    on = [spot for line in lines for spot in placing.along(line, 2.0)]
    assert not [name for name in names if any(name.holds(spot) for spot in on)]
    assert drawing.inside()


def test_nothing_to_compare_is_still_a_drawing() -> None:
    assert draw(Funnel(measure="m"), svg.NARROW).inside()
