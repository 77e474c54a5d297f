"""Why a finding says what it says, by the rule behind it."""

import pytest

from services.dashboard.domain import variation
from services.dashboard.domain.answers import Point, Series


def series(cause: str | None, count: int, value: float = 40, code: str = "improvement_high") -> Series:
    usual = [
        Point(period=f"2025-{month:02d}", value=30, mean=29.9, lower=19.2, upper=40.6) for month in (1, 2)
    ]
    ends = [
        Point(
            period=f"2026-{month + 1:02d}",
            value=value,
            mean=29.9,
            lower=19.2,
            upper=40.6,
            special_cause=cause,
            direction="high" if cause else None,
        )
        for month in range(count)
    ]
    return Series(
        measure="m", points=(*usual, *ends), variation=code if cause else "common_cause", finding="x"
    )


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (series("shift", 8), "8 months in a row lie above the mean of 29.9; seven would do."),
        (series("outside", 1, 44), "The last month lies beyond the upper limit of 40.6."),
        (series("two_of_three", 2, 39), "Two of the last three months lie near the upper limit of 40.6."),
        (series("trend", 7), "Seven months or more in a row, each higher than the one before."),
        (
            series(None, 1, 31),
            "The last month lies between 19.2 and 40.6, where chance keeps it; no run or trend ends there.",
        ),
        (Series(measure="m"), ""),
    ],
)
def test_the_rule_is_said_with_its_figures(found: Series, said: str) -> None:
    assert variation.why(found, variation.of(found)) == said
