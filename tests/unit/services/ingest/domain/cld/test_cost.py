"""Costs as rows say them, and what they come to a week: the worked examples of the return."""

from __future__ import annotations

import pytest

from services.ingest.domain.cells import WrongCell
from services.ingest.domain.cld.columns import FREQUENCY, NAMES, UNIT_COST, UNITS
from services.ingest.domain.cld.cost import Costs
from services.ingest.domain.cld.wording import words


@pytest.fixture
def costs() -> Costs:
    return Costs(words({})["Cost Frequency (Unit Type)"])


def cells(cost: str, often: str, units: str = "") -> list[str]:
    row = [""] * len(NAMES)
    row[UNIT_COST], row[FREQUENCY], row[UNITS] = cost, often, units
    return row


@pytest.mark.parametrize(
    ("cost", "often", "units", "fields"),
    [
        ("850", "Weekly", "", {"frequency": "weekly", "unit_cost": 85_000}),
        ("£1,000.00", "monthly", "", {"frequency": "monthly", "unit_cost": 100_000}),
        ("20.50", "Hourly", "14.0", {"frequency": "hourly", "unit_cost": 2_050, "units_per_week": "14"}),
        (
            "-50",
            "Per Session",
            "10.25",
            {"frequency": "per-session", "unit_cost": -5_000, "units_per_week": "10.25"},
        ),
        ("3400", "4-Weekly", "1", {"frequency": "4-weekly", "unit_cost": 340_000, "units_per_week": "1"}),
        ("99", "One-off", "", {"frequency": "one-off", "unit_cost": 9_900}),
        ("", "", "", {}),
    ],
)
def test_a_price(costs: Costs, cost: str, often: str, units: str, fields: dict[str, object]) -> None:
    assert costs.of(cells(cost, often, units)) == fields
    assert costs.of(cells(cost, often, units)) == fields, "what is remembered is what was read"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (cells("ask", "Weekly"), "Unit Cost"),
        (cells("1.005", "Weekly"), "Unit Cost"),
        (cells("20000000", "Weekly"), "Unit Cost"),
        (cells("5", "Now and then"), "Cost Frequency (Unit Type)"),
        (cells("5", "Hourly", "0.142857"), "Planned units per week"),
        (cells("5", "Hourly", "10000"), "Planned units per week"),
    ],
)
def test_what_cannot_be_a_price_is_named(costs: Costs, row: list[str], column: str) -> None:
    with pytest.raises(WrongCell) as wrong:
        costs.of(row)
    assert wrong.value.column == column


@pytest.mark.parametrize(
    ("often", "units", "lacking"),
    [
        ("Hourly", "", True),
        ("Per session", "0.0", True),
        ("Daily", "7", False),
        ("Weekly", "", False),
        ("", "", False),
    ],
)
def test_units_are_needed_where_it_is_paid_by_the_unit(
    costs: Costs, often: str, units: str, lacking: bool
) -> None:
    assert costs.lacks_units(cells("5", often, units)) is lacking
