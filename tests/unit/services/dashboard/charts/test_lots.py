"""Labelled amounts as bars."""

import pytest

from services.dashboard.charts import lots, svg
from services.dashboard.domain.marks import Lot
from tests.unit.services.dashboard.charts.drawing import Drawing

LOTS = (Lot("1 to 7 days", 8, 8, "8"), Lot("8 to 14 days", 4, 1, "4"), Lot("Over a year", 0, 0, "0"))


@pytest.mark.parametrize("size", [svg.WIDE, svg.NARROW])
def test_lengths_are_in_proportion_and_words_within_the_frame(size: svg.Size) -> None:
    drawing = Drawing(lots.bars(LOTS, size, key="l", title="t", description="d", named=("Ended", "Open")))
    key, first, second = drawing.marks("rect", fill=svg.BLUE)
    assert float(first.get("width", 0)) / float(second.get("width", 0)) == pytest.approx(8, rel=0.02)
    assert {"Ended", "Open", "1 to 7 days", "8", "0"} <= set(drawing.texts())
    assert drawing.inside()
    assert key is not first


def test_what_is_worse_is_orange() -> None:
    drawing = Drawing(lots.bars(LOTS, svg.WIDE, key="l", title="t", description="d", worse=True))
    assert len(drawing.marks("rect", fill=svg.ORANGE)) == 2
    assert drawing.marks("rect", fill=svg.BLUE) == []
