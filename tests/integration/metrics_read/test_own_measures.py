"""A council writes measures of its own, without code, and sees them over all history."""

from pathlib import Path
from typing import Any

import pytest

from services.metrics.answers.asking import Sources
from services.metrics.domain.spc import Rules
from services.metrics.settings import MetricsSettings
from services.metrics.store.catalogue import load
from tests.integration.metrics_read.conftest import Council, front_of

OWN = """
extends: shipped
measures:
  - id: open_on_average
    name: Open work on average
    definition: Open work at the end of each day of the period, on average.
    formula: average(open)
    polarity: lower
  - id: overdue_days_percent
    name: Days overdue
    definition: Of all days that work was open, the share on which it was overdue.
    formula: percent(average(overdue), average(open))
    unit: percent
    polarity: lower
  - id: back_without_help
    name: Passed on in vain
    definition: Of the work passed on in the period that has ended, the share that ended without any change.
    formula: >-
      percent(cohort(referral_ended where outcome = no-change), cohort(referral_ended))
    unit: percent
    polarity: lower
    grains: [month]
  - id: ended_of_passed
    name: Passed on and ended
    definition: Of the work passed on in the period, how much has ended, per hundred.
    formula: rate(cohort(referral_ended), sum(referred_on), 100)
    unit: rate
    polarity: higher
  - id: assessments_ended_of_passed
    name: Assessments passed on that changed nothing
    definition: Assessments passed on in the period that ended without any change.
    formula: cohort(referral_ended where kind = assessment and outcome not in (care-at-home))
    polarity: lower
rebase:
  - measure: received
    unit: council
    from: 2026-05-01
    reason: The front door began to pass work on
"""


@pytest.fixture
def own_council(handed_over: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Council:
    own = tmp_path / "measures.yaml"
    own.write_text(OWN)
    monkeypatch.setenv("PRIMED_MEASURES_FILE", str(own))
    catalogue = load(MetricsSettings().measures_file)
    return front_of(Sources(handed_over.readings, catalogue, handed_over.tree_of, Rules()), tmp_path)


async def figure(council: Council, measure: str, **asked: Any) -> tuple[Any, ...]:
    body = (await council.get("/v1/figures", measure=measure, **asked)).json()
    one = body["figures"][0]
    return one["value"], one["numerator"], one["denominator"]


async def test_a_measure_of_its_own_over_all_history(own_council) -> None:
    points = (await own_council.get("/v1/series", measure="open_on_average")).json()["points"]
    assert (points[0]["period"], points[0]["value"], points[0]["denominator"]) == ("2025-03", 1, 31)
    assert [point["value"] for point in points if point["period"] == "2026-02"] == [1]
    listed = (await own_council.get("/v1/measures")).json()["measures"]
    assert {"overdue", "open_on_average"} <= {one["id"] for one in listed}


async def test_an_average_counts_each_day_once(own_council) -> None:
    """May 2026: 6 all 31 days, 1 from 4 to 19 May (16), 2 from 5 May (27), 3 from 6 May (26): 100 days."""
    assert await figure(own_council, "open_on_average", period="2026-05") == (3.2258, 100, 31)
    assert await figure(own_council, "open_on_average", period="2026-05", as_at="2026-05-05") == (1.6, 8, 5)
    assert await figure(own_council, "open_on_average", period="2026-05", unit="south") == (0, 0, 31)
    moved = await figure(own_council, "open_on_average", period="2026-06", unit="short", as_at="2026-06-04")
    assert moved == (1.5, 6, 4)
    assert await figure(own_council, "overdue_days_percent", period="2025-04") == (96.6667, 29, 30)


async def test_a_cohort_is_followed_from_the_day_of_passing_on(own_council) -> None:
    assert await figure(own_council, "ended_of_passed", period="2026-05") == (66.6667, 2, 3)
    assert await figure(own_council, "ended_of_passed", period="2026-05", as_at="2026-05-31") == (
        33.3333,
        1,
        3,
    )
    assert await figure(own_council, "ended_of_passed", period="2026-06") == (0, 0, 2)
    assert await figure(own_council, "back_without_help", period="2026-05") == (50, 1, 2)
    assert await figure(own_council, "back_without_help", period="2026-06") == (None, 0, 0)
    assert await figure(own_council, "assessments_ended_of_passed", period="2026-05") == (1, 1, None)
    known = "2026-05-21T00:00:00Z"
    assert await figure(own_council, "ended_of_passed", period="2026-05", as_known=known) == (33.3333, 1, 3)
    assert await figure(own_council, "ended_of_passed", period="2026-05", unit="long") == (None, 0, 0)


async def test_a_cohort_explains_itself(own_council) -> None:
    asked = {"measure": "ended_of_passed", "period": "2026-05"}
    body = (await own_council.get("/v1/explain", **asked)).json()
    assert [(part["how"], part["account"], part["amount"]) for part in body["parts"]] == [
        ("cohort", "referral_ended", 2),
        ("sum", "referred_on", 3),
    ]
    assert [(line["account"], line["subject"], line["day"]) for line in body["lines"]] == [
        ("referral_ended", "demo/cases/1", "2026-05-20"),
        ("referral_ended", "demo/cases/2", "2026-06-03"),
        ("referred_on", "demo/cases/1", "2026-05-04"),
        ("referred_on", "demo/cases/2", "2026-05-05"),
        ("referred_on", "demo/cases/3", "2026-05-06"),
    ]
    paged: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await own_council.get("/v1/explain", limit=2, **asked, **cursor)).json()
        paged += [line["subject"] for line in page["lines"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert paged == [line["subject"] for line in body["lines"]]
    narrow = {"measure": "assessments_ended_of_passed", "period": "2026-05"}
    lines = (await own_council.get("/v1/explain", **narrow)).json()["lines"]
    assert [line["subject"] for line in lines] == ["demo/cases/1"]


async def test_a_series_is_judged_anew_from_a_day_with_its_reason(own_council) -> None:
    body = (await own_council.get("/v1/series", measure="received", **{"from": "2025-03"})).json()
    assert body["rebases"] == [{"from": "2026-05-01", "reason": "The front door began to pass work on"}]
    groups = {point["period"]: point["group"] for point in body["points"]}
    assert (groups["2025-03"], groups["2026-04"], groups["2026-05"], groups["2026-06"]) == (0, 0, 1, None)
    other = (await own_council.get("/v1/series", measure="received", unit="long")).json()
    assert other["rebases"] == []


async def test_days_added_up_are_no_funnel(own_council) -> None:
    refused = await own_council.get("/v1/funnel", measure="overdue_days_percent")
    assert refused.status_code == 422
    assert "counts the same work on each of its days" in refused.text
