"""The spend bridge closes, whatever was posted, and says in one sentence what moved it."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from services.metrics.domain.bridge import (
    FLOWS,
    REORGANISED,
    STOCK,
    Bridge,
    Posted,
    bridge,
    finding,
    stretches,
    whole,
)
from services.metrics.domain.money import PARTS

POUND = 100 * PARTS
MAY = (dt.date(2026, 5, 1), dt.date(2026, 5, 31))
SIGN = {"spend_started": 1, "spend_changed": 1, "spend_transferred_in": 1, "spend_transferred_out": -1}


def moved(account: str, day: str, amount: int, by: str = "") -> list[Posted]:
    """A flow as the ledger posts it: with what it does to weekly spend."""
    on = dt.date.fromisoformat(f"2026-{day}")
    sign = SIGN.get(account, -1)
    return [Posted(account, on, by, amount), Posted(STOCK, on, by, sign * amount)]


def test_one_row_a_month_each_beginning_where_the_one_before_ended() -> None:
    posted = moved("spend_started", "05-20", 900 * POUND) + moved("spend_ended", "06-02", 560 * POUND)
    over = stretches(True, dt.date(2026, 5, 1), dt.date(2026, 6, 30))
    rows = bridge({"": 12_000 * POUND}, posted, over, "month")
    assert [
        (row.month.label, row.opening, row.started, row.ended, row.closing) for row in rows if row.month
    ] == [
        ("2026-05", 12_000 * POUND, 900 * POUND, 0, 12_900 * POUND),
        ("2026-06", 12_900 * POUND, 0, 560 * POUND, 12_340 * POUND),
    ]
    total = whole({"": 12_000 * POUND}, posted, over)
    assert finding(total, over[0].first, over[-1].last) == (
        "Spend a week rose by £340 to £12,340 from 1 May to 30 June 2026: £900 started, £560 ended"
    )


def test_cost_is_a_seventh_of_what_stands_at_the_end_of_each_day() -> None:
    posted = moved("spend_started", "05-30", 7 * POUND)
    row = bridge({"": 70 * POUND}, posted, stretches(False, *MAY), "month")[0]
    assert row.cost == 7 * (10 * 31 + 1 * 2) * POUND


def test_what_was_paid_once_moves_nothing() -> None:
    posted = [Posted("one_off", dt.date(2026, 5, 9), "", 500 * POUND)]
    row = bridge({}, posted, stretches(False, *MAY), "month")[0]
    assert (row.one_off, row.closing, row.cost) == (500 * POUND, 0, 0)


def test_cut_by_setting_only_what_has_something() -> None:
    posted = moved("spend_started", "05-20", POUND, "nursing") + moved("spend_ended", "05-20", 0, "community")
    rows = bridge({"residential": 5 * POUND, "": 0}, posted, stretches(True, *MAY), "setting")
    assert [(row.by, row.opening, row.closing) for row in rows] == [
        ("nursing", 0, POUND),
        ("residential", 5 * POUND, 5 * POUND),
    ]


def test_the_sentence_names_each_step_that_moved_it() -> None:
    steps = {
        "opening": 100 * POUND,
        "changed": -5 * POUND,
        "transferred_out": 3 * POUND,
        "reorganised": 8 * POUND,
    }
    assert finding(Bridge(None, "", closing=100 * POUND, **steps), *MAY) == (
        "Spend a week stayed at £100 from 1 May to 31 May 2026: changes took off £5, £3 went to other teams, "
        "£8 came by reorganisation"
    )
    assert finding(Bridge(None, ""), *MAY) == "Nothing was spent on packages"
    december = (dt.date(2025, 12, 1), dt.date(2026, 1, 31))
    assert finding(Bridge(None, "", opening=POUND, closing=POUND), *december) == (
        "Spend a week stayed at £1 from 1 December 2025 to 31 January 2026"
    )


def test_days_that_end_early_have_no_rows() -> None:
    assert stretches(True, MAY[1], MAY[0]) == []
    assert whole({"": 1}, [], []) == Bridge(None, "")


accounts = st.sampled_from([*FLOWS, REORGANISED])
days = st.dates(dt.date(2026, 1, 1), dt.date(2026, 4, 30))
names = st.sampled_from(["nursing", "residential", ""])


@given(
    st.lists(st.tuples(accounts, days, names, st.integers(-(10**9), 10**9)), max_size=20),
    st.dictionaries(names, st.integers(0, 10**9)),
)
def test_every_row_closes_and_the_rows_add_up(drawn, opening) -> None:
    posted = []
    for account, day, name, amount in drawn:
        posted.append(Posted(account, day, name, amount))
        if account not in (REORGANISED, "one_off"):
            posted.append(Posted(STOCK, day, name, SIGN.get(account, -1) * amount))
    over = stretches(True, dt.date(2026, 1, 1), dt.date(2026, 4, 30))
    rows = bridge(opening, posted, over, "setting")
    assert all(row.gap == 0 for row in rows)
    total = whole(opening, posted, over)
    assert total.gap == 0
    assert total.started == sum(row.started for row in rows)
    assert total.cost == sum(row.cost for row in rows)
    for month in over:
        assert sum(row.closing for row in rows if row.month == month.month) == (
            sum(opening.values())
            + sum(
                one.amount for one in posted if one.account in (STOCK, REORGANISED) and one.day <= month.last
            )
        )
