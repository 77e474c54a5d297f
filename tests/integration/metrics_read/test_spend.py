"""The spend bridge of a council whose packages can be counted on paper."""

import datetime as dt

import pytest

from services.metrics.answers.spend import spend
from services.metrics.domain.bridge import Bridge
from services.metrics.domain.cuts import Only
from services.metrics.domain.money import pounds

MAY_TO_JUNE = (dt.date(2026, 5, 1), dt.date(2026, 6, 30))
ALWAYS = (None, None)


def steps(row: Bridge) -> dict[str, float]:
    """What is not nought, in pounds."""
    names = (
        "opening",
        "started",
        "changed",
        "transferred_in",
        "transferred_out",
        "reorganised",
        "ended",
        "closing",
    )
    return {name: pounds(getattr(row, name)) for name in names if getattr(row, name)}


async def test_the_council_by_month(placed, ask) -> None:
    report = (await spend(placed, ask(), "month", MAY_TO_JUNE)).what
    may, june = report.rows
    assert steps(may) == {
        "opening": 850,
        "started": 287,
        "changed": 50,
        "transferred_in": 900,
        "transferred_out": 900,
        "closing": 1187,
    }
    assert pounds(may.one_off) == 500
    assert steps(june) == {"opening": 1187, "started": 230.77, "ended": 287, "closing": 1130.77}
    assert all(row.gap == 0 for row in (*report.rows, report.total))
    assert report.finding == (
        "Spend a week rose by £280.77 to £1,131 from 1 May to 15 June 2026: £517.77 started, £287 ended, "
        "changes added £50"
    )


async def test_a_team_that_moves_shows_as_reorganisation(placed, ask) -> None:
    long = (await spend(placed, ask("long"), "month", MAY_TO_JUNE)).what
    assert steps(long.rows[0])["closing"] == 1187
    assert steps(long.rows[1]) == {"opening": 1187, "reorganised": -1187}
    short = (await spend(placed, ask("short"), "setting", MAY_TO_JUNE)).what
    assert [(row.month.label, row.by, steps(row)) for row in short.rows if row.month] == [
        ("2026-06", "community", {"reorganised": 287, "ended": 287}),
        ("2026-06", "nursing", {"started": 230.77, "closing": 230.77}),
        ("2026-06", "residential", {"reorganised": 900, "closing": 900}),
    ]
    assert all(row.gap == 0 for row in (*long.rows, *short.rows, long.total, short.total))
    assert long.finding.endswith("£1,187 left by reorganisation")


async def test_by_team_and_setting_in_one_row_each(placed, ask) -> None:
    teams = (await spend(placed, ask(), "team", MAY_TO_JUNE, "period")).what
    assert [(row.month, row.by, steps(row)) for row in teams.rows] == [
        (None, "north", {"opening": 850, "changed": 50, "transferred_out": 900}),
        (
            None,
            "south",
            {"started": 517.77, "transferred_in": 900, "ended": 287, "closing": 1130.77},
        ),
    ]
    nursing = (await spend(placed, ask(), "month", MAY_TO_JUNE, "period", Only(settings=("nursing",)))).what
    assert steps(nursing.rows[0]) == {"started": 230.77, "closing": 230.77}


async def test_the_past_and_what_was_known_then(placed, ask) -> None:
    then = (await spend(placed, ask(as_at="2026-05-10"), "month", ALWAYS)).what
    assert (steps(then.rows[-1]), len(then.rows)) == ({"opening": 850, "started": 287, "closing": 1137}, 12)
    known = (await spend(placed, ask(as_known="2026-05-12T00:00:00Z"), "month", MAY_TO_JUNE, "period")).what
    assert steps(known.rows[0]) == {"opening": 850, "started": 287, "changed": 50, "closing": 1187}


async def test_pounds_and_exact_parts_over_http(placed_council) -> None:
    asked = {"from": "2026-06", "to": "2026-06", "by": "setting"}
    body = (await placed_council.get("/v1/reports/spend", **asked)).json()
    nursing = next(row for row in body["rows"] if row["setting"] == "nursing")
    assert (nursing["started"], nursing["closing"], nursing["exact"]["closing"]) == (
        230.77,
        230.77,
        30_000_000,
    )
    assert nursing["cost"] == pytest.approx(230.77 * 15 / 7, abs=0.01)
    for row in (*body["rows"], body["total"]):
        exact = row["exact"]
        came = exact["started"] + exact["changed"] + exact["transferred_in"] + exact["reorganised"]
        assert exact["opening"] + came - exact["transferred_out"] - exact["ended"] == exact["closing"]
    text = (await placed_council.get("/v1/reports/spend.csv", **asked)).text.splitlines()
    assert text[0].startswith("month,setting,opening,started")
    assert text[2].startswith("2026-06,nursing,0,230.77") or text[2].startswith("2026-06,nursing,0.0,230.77")


async def test_closing_is_the_measure_of_spend(placed_council) -> None:
    report = (await placed_council.get("/v1/reports/spend", unit="short")).json()
    figure = (await placed_council.get("/v1/figures", measure="spend_a_week", unit="short")).json()[
        "figures"
    ][0]
    assert report["total"]["closing"] == figure["value"] == 1130.77
