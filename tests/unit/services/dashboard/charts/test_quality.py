"""Quality drawn."""

from __future__ import annotations

import re

import pytest

from services.dashboard.charts import quality, svg


def test_one_fault_in_a_million_is_seen() -> None:
    drawn = quality.bar((999_999, 0, 1), "over 99.9% can be used")
    widths = [float(width) for width in re.findall(r"<rect[^>]* width=\"([\d.]+)\"", drawn)]
    assert widths == [158, 2]
    assert 'aria-label="over 99.9% can be used"' in drawn
    assert quality.bar((0, 0, 0), "nothing") == ""


@pytest.mark.parametrize("scores", [[97.0], [95.0, 99.5], [100.0, 100.0], [0.0, 100.0]])
def test_every_day_is_a_point_within_the_drawing(scores: list[float]) -> None:
    days = [(f"{number} Nov", score) for number, score in enumerate(scores, 1)]
    for size in (svg.WIDE, svg.NARROW):
        drawn = quality.over_time(days, size, title="<Better>", description="By day")
        points = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', drawn)
        assert len(points) == len(days)
        assert all(0 <= float(x) <= size.width and 0 <= float(y) <= 220 for x, y in points)
        assert "&lt;Better&gt;" in drawn
        assert "1 Nov" in drawn
