"""From answers to their shapes: money is said in pounds beside the parts that the ledger keeps."""

from __future__ import annotations

import pytest

from services.metrics.api.shaping import pounds_of


@pytest.mark.parametrize(
    ("amount", "accounts", "pounds"),
    [
        (157_300_000, ["weekly_spend"], 1210.0),
        (-2_665_000, ["spend_started", "spend_ended"], -20.5),
        (100, ["weekly_spend"], 0.0),
        (3, ["packages"], None),
        (3, ["weekly_spend", "packages"], None),
    ],
)
def test_pounds_stand_beside_money_alone(amount: int, accounts: list[str], pounds: float | None) -> None:
    assert pounds_of(amount, accounts) == pounds
