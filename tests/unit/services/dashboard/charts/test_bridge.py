"""The bridge from what care cost a week to what it costs."""

import pytest

from services.dashboard.charts import bridge, svg
from services.dashboard.domain.marks import Stair
from tests.unit.services.dashboard.charts.drawing import Drawing

STAIRS = (
    Stair("Opening", 0, 61000, "£61,000", whole=True),
    Stair("Started", 61000, 65300, "+£4,300"),
    Stair("Ended", 65300, 61240, "−£4,060"),
    Stair("Closing", 0, 61240, "£61,240", whole=True),
)
LOW = (
    Stair("Opening", 0, 0, "£0", whole=True),
    Stair("Started", 0, 9, "+£9"),
    Stair("Closing", 0, 9, "£9", whole=True),
)


def draw(stairs: tuple[Stair, ...], size: svg.Size) -> Drawing:
    return Drawing(bridge.steps(stairs, size, key="b", title="Spend rose", description="Opening £61,000"))


@pytest.mark.parametrize("size", [svg.WIDE, svg.NARROW])
def test_every_step_bears_its_name_and_amount_within_the_frame(size: svg.Size) -> None:
    drawing = draw(STAIRS, size)
    assert {"Opening", "£61,000", "Started", "+£4,300", "Ended", "−£4,060", "Closing"} <= set(drawing.texts())
    assert drawing.inside()


def test_each_step_begins_where_the_one_before_ended() -> None:
    up, down = (draw(STAIRS, svg.WIDE).marks("rect", fill=fill)[0] for fill in (svg.PLUM, svg.TEAL))
    end_of_up = float(up.get("x", 0)) + float(up.get("width", 0))
    assert float(down.get("x", 0)) + float(down.get("width", 0)) == pytest.approx(end_of_up, abs=0.3)


def test_a_scale_that_does_not_begin_at_nought_is_torn_and_one_that_does_is_not() -> None:
    assert bridge.cut(STAIRS)
    assert len(draw(STAIRS, svg.WIDE).marks("path")) == 2
    assert not bridge.cut(LOW)
    assert draw(LOW, svg.WIDE).marks("path") == []
