"""When a delivery is tried again, and when it is given up."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.delivery import (
    PATIENCE,
    After,
    Delivered,
    Gone,
    Hopeless,
    Outcome,
    Postponed,
    follow,
)
from tests.unit.services.notify.domain.given import START


def test_what_arrived_is_done() -> None:
    assert follow(Delivered("Taken."), 1, START, START, 0.5) == After("delivered", None)


@pytest.mark.parametrize("outcome", [Hopeless("No such user."), Gone("410.")])
def test_what_can_never_work_is_given_up(outcome: Outcome) -> None:
    assert follow(outcome, 1, START, START, 0.5) == After("given_up", None)


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 5), (2, 30), (3, 120), (8, 14400), (20, 14400)])
def test_pauses_grow_and_then_stay(attempts: int, seconds: int) -> None:
    after = follow(Postponed("Away."), attempts, START, START, 0.5)
    assert after == After("waiting", START + dt.timedelta(seconds=seconds))


def test_a_receiver_that_asks_for_more_time_gets_it() -> None:
    after = follow(Postponed("429.", dt.timedelta(minutes=10)), 1, START, START, 0.5)
    assert after.next_at == START + dt.timedelta(minutes=10)


def test_after_a_day_it_is_given_up() -> None:
    late = START + PATIENCE - dt.timedelta(seconds=4)
    assert follow(Postponed("Away."), 1, START, late, 0.5) == After("given_up", None)


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 30))
def test_chance_moves_a_pause_by_a_fifth_at_most(chance: float, attempts: int) -> None:
    middle = follow(Postponed("Away."), attempts, START, START, 0.5).next_at
    moved = follow(Postponed("Away."), attempts, START, START, chance).next_at
    assert middle is not None
    assert moved is not None
    assert 0.8 <= (moved - START) / (middle - START) <= 1.2


@given(st.lists(st.floats(0, 1, exclude_max=True), min_size=40, max_size=40))
def test_however_chance_falls_a_dead_receiver_is_left_after_a_day(chances: list[float]) -> None:
    now, attempts = START, 0
    for chance in chances:
        attempts += 1
        after = follow(Postponed("Away."), attempts, START, now, chance)
        if after.next_at is None:
            break
        now = after.next_at
    assert after.state == "given_up"
    assert now - START <= PATIENCE
    assert 8 <= attempts <= 20
