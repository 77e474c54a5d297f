"""Packages of care: whatever is said in whatever order, the books agree with each other."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.metrics.domain.postings import postings
from tests.casework import added_up, facts
from tests.exports import package_row
from tests.placements import package

Json = dict[str, Any]
DAYS = [str(number) for number in range(1, 13)]
day = st.sampled_from(DAYS)
fields = st.fixed_dictionaries(
    {},
    optional={
        "team": st.sampled_from(("north", "south", "")),
        "setting": st.sampled_from(("nursing", "residential")),
        "unit_cost": st.sampled_from((0, 1, 333, -85_000)),
        "frequency": st.sampled_from(("weekly", "monthly", "hourly", "one-off", "")),
        "units_per_week": st.sampled_from((0, 3, "10.25")),
        "decided_in": st.sampled_from(("c/1", "c/2", "")),
    },
)
moments = st.tuples(day, st.sampled_from(("", " 09:00", " 15:00"))).map("".join)
events = st.builds(
    lambda verb, at, given: package(verb, at, **given),
    st.sampled_from(("started", "started", "changed", "changed", "ended")),
    moments,
    fields,
)
rows = st.builds(
    lambda as_of, status, dates, given: package_row(as_of, status, **dates, **given),
    day,
    st.sampled_from(("running", "running", "ended", "absent")),
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(("started", "ended", "team_since", "setting_since", "cost_since"), day),
    ),
    fields,
)
histories = st.one_of(
    st.lists(events, max_size=7), st.lists(rows, max_size=6), st.lists(st.one_of(events, rows), max_size=6)
)


@settings(max_examples=120, deadline=None)
@given(histories, st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_postings(history: list[Json], chance: Any) -> None:
    shuffled = list(history)
    chance.shuffle(shuffled)
    assert postings(facts(history)) == postings(facts(shuffled))


@settings(max_examples=120, deadline=None)
@given(histories)
def test_the_lines_of_all_events_add_up_to_the_postings(history: list[Json]) -> None:
    assert added_up(history) == postings(facts(history))


@settings(max_examples=120, deadline=None)
@given(histories)
def test_spend_moves_by_what_began_changed_came_went_and_ended_and_no_stock_is_below_nothing(
    history: list[Json],
) -> None:
    signs = {"spend_started": 1, "spend_changed": 1, "spend_transferred_in": 1}
    signs |= {"spend_transferred_out": -1, "spend_ended": -1, "weekly_spend": -1}
    rest: Counter[tuple[str, str, dt.date]] = Counter()
    stands: Counter[tuple[str, str, str]] = Counter()
    for key, amount in sorted(postings(facts(history)).items(), key=lambda line: line[0].day):
        rest[key.team, key.setting, key.day] += signs.get(key.account, 0) * amount
    for on in sorted({key.day for key in postings(facts(history))}):
        for key, amount in postings(facts(history)).items():
            if key.day == on and key.account in ("packages", "weekly_spend"):
                stands[key.account, key.team, key.setting] += amount
        assert all(amount >= 0 for amount in stands.values())
    assert not any(rest.values())
