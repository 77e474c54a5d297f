"""Agreed targets in the answers: figures, series and explanations say them, and where they come from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from services.metrics.answers.asking import Sources
from tests.integration.metrics_read.conftest import Council, front_of
from tests.unit.services.metrics.domain.test_aims import after, agreed

AIMS = after(agreed("t-1", 1, "2026-05-01", "2026-04-20", measure="overdue", tolerance=1))


@pytest.fixture
def council(sources: Sources, tmp_path: Path) -> Council:
    return front_of(replace(sources, aims_of=lambda tenant: AIMS), tmp_path)


async def test_a_figure_says_what_was_agreed_for_its_period_and_where(council: Council) -> None:
    async def asked(unit: str, period: str) -> tuple[float, str | None]:
        answer = await council.get("/v1/figures", measure="overdue", unit=unit, period=period)
        (figure,) = answer.json()["figures"]
        return figure["target"], (figure["agreed"] or {}).get("target")

    assert await asked("north", "2026-05") == (1, "t-1")
    assert await asked("north", "2026-04") == (0, None), "it was not agreed yet"
    assert await asked("south", "2026-05") == (0, None), "others did not agree it"


async def test_a_series_has_the_target_of_each_period(council: Council) -> None:
    asked = {"measure": "overdue", "unit": "north", "from": "2026-04-01", "to": "2026-06-15"}
    series = (await council.get("/v1/series", **asked)).json()
    assert (series["target"], series["agreed"]["tolerance"]) == (1, 1)
    assert {point["period"]: point["target"] for point in series["points"]} == {
        "2026-04": 0,
        "2026-05": 1,
        "2026-06": 1,
    }


async def test_an_explanation_says_where_the_target_comes_from(council: Council) -> None:
    told = (await council.get("/v1/explain", measure="overdue", unit="north", period="2026-06")).json()
    assert (told["figure"]["target"], told["definition"]["target"]) == (1, 0)
    said = told["figure"]["agreed"]
    assert (said["target"], said["since"], said["reason"]) == ("t-1", "2026-05-01", "So.")
    assert (said["agreed_by"], said["agreed_at"]) == ("w-9", "2026-04-20T10:00:00Z")


async def test_a_file_of_figures_has_the_agreed_target(council: Council) -> None:
    answer = await council.get("/v1/figures.csv", measure="overdue", unit="north", period="2026-05")
    columns, row = (line.split(",") for line in answer.text.strip().splitlines()[-2:])
    assert dict(zip(columns, row, strict=True))["target"] == "1"
