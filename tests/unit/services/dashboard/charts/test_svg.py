"""The words of SVG."""

import pytest

from services.dashboard.charts import svg


@pytest.mark.parametrize(
    ("high", "expected"),
    [(41, [0, 20, 40, 60]), (9, [0, 5, 10]), (1, [0, 1]), (175_488, [0, 100_000, 200_000])],
)
def test_ticks_are_round_and_reach_the_highest(high: float, expected: list[float]) -> None:
    assert svg.ticks(0, high, 3, whole=True) == expected


def test_attributes_are_escaped() -> None:
    assert svg.tag("text", {"fill": '"><x'}, "a") == '<text fill="&quot;&gt;&lt;x">a</text>'
