"""What decisions did: each cell of spend given to who completed the work, in words a person would say."""

from __future__ import annotations

import datetime as dt

import pytest

from services.metrics.domain.effects import (
    Decider,
    Done,
    Effect,
    Spent,
    deciders,
    effects,
    sentence,
    signed,
    together,
)

POUND = 130_000
MAY = (dt.date(2026, 5, 1), dt.date(2026, 5, 31))
ANN, BOB = Decider("ann", "north", "review"), Decider("bob", "south", "assessment")


def test_every_cell_is_given_once_and_the_parts_are_the_whole() -> None:
    spent = [
        Spent("spend_started", "a", 900 * POUND),
        Spent("spend_changed", "a", -40 * POUND),
        Spent("spend_ended", "b", 100 * POUND),
        Spent("spend_started", "", 7 * POUND),
        Spent("spend_ended", "unheard", 3 * POUND),
        Spent("one_off", "b", 50 * POUND),
    ]
    found = effects(spent, {"a": ANN, "b": BOB})
    assert found.by_worker["ann"].weekly == 860 * POUND
    assert (found.by_team["south"].weekly, found.by_team["south"].once) == (-100 * POUND, 50 * POUND)
    assert found.by_kind["review"].decisions == {"a"}
    assert (found.unnamed.weekly, found.unknown.weekly) == (7 * POUND, -3 * POUND)
    for parts in (found.by_worker, found.by_team, found.by_kind):
        whole = together([*parts.values(), found.unnamed, found.unknown])
        assert (whole.weekly, whole.once) == (found.whole.weekly, found.whole.once)


def test_of_several_completions_that_stand_the_last_decides() -> None:
    first, last = dt.date(2026, 5, 4), dt.date(2026, 5, 20)
    done = [Done("a", last, BOB, 1), Done("a", first, ANN, 1), Done("b", last, BOB, -1)]
    assert deciders(done) == {"a": BOB}


@pytest.mark.parametrize(
    ("amount", "said"), [(-340 * POUND, "−£340"), (POUND * 25 // 2, "+£12.50"), (0, "£0"), (-600, "£0")]
)
def test_amounts_carry_their_sign(amount: int, said: str) -> None:
    assert signed(amount) == said


@pytest.mark.parametrize(
    ("done", "days", "said"),
    [
        ({"review": 12}, MAY, "Your 12 reviews in May changed"),
        ({"review": 1}, MAY, "Your review in May changed"),
        ({"review": 2, "contact": 3}, MAY, "Your 5 pieces of work in May changed"),
        (
            {"": 1},
            (dt.date(2026, 5, 4), dt.date(2026, 5, 9)),
            "Your piece of work from 4 May 2026 to 9 May 2026 changed",
        ),
    ],
)
def test_the_sentence_is_one_to_say_aloud(
    done: dict[str, int], days: tuple[dt.date, dt.date], said: str
) -> None:
    own, whole = Effect(-340 * POUND), Effect(-8900 * POUND)
    end = " weekly spend by −£340 of the service's −£8,900."
    assert sentence("Your", done, own, whole, days) == said + end
