"""In which order figures are looked at: today's in turn, then history from its newest end."""

from __future__ import annotations

import datetime as dt

from services.metrics.domain.figures import Key
from services.metrics.domain.periods import parse
from services.metrics.domain.telling import Waiting, strand_of

TODAY = dt.date(2026, 4, 15)
TENANT = "demo"
MONTH, WEEK = "2026-04", "2026-W16"


def key(period: str, measure: str = "open") -> Key:
    return Key(measure, "north", parse(period))


def looked_at(waiting: Waiting, most: int) -> list[Key]:
    chosen = waiting.first(most, TODAY)
    waiting.done(chosen)
    return [one for _, one in chosen]


def test_the_present_comes_before_history_and_of_that_the_newest_first() -> None:
    waiting = Waiting()
    old = [key("2026-02"), key("2026-W15"), key("2026-03")]
    waiting.add(TENANT, [*old, key(WEEK), key(MONTH)])
    assert looked_at(waiting, 4) == [key(WEEK), key(MONTH), key("2026-W15"), key("2026-03")]
    assert looked_at(waiting, 4) == [key("2026-02")]
    assert not len(waiting)


def test_what_changes_all_the_time_holds_up_nothing_else_of_today() -> None:
    waiting = Waiting()
    busy = [key(MONTH), key(MONTH, "overdue")]
    waiting.add(TENANT, busy)
    waiting.add(TENANT, [key(WEEK)])
    seen = []
    for _ in range(2):
        seen += looked_at(waiting, 2)
        waiting.add(TENANT, busy)
    assert key(WEEK) in seen


def test_history_goes_on_while_more_of_today_changes_than_one_round_takes() -> None:
    waiting = Waiting()
    waiting.add(TENANT, [key(MONTH, name) for name in ("open", "overdue", "received", "completed")])
    waiting.add(TENANT, [key("2026-03"), key("2026-02")])
    assert looked_at(waiting, 4) == [
        *(key(MONTH, name) for name in ("open", "overdue", "received")),
        key("2026-03"),
    ]


def test_a_figure_waits_once_and_keeps_its_turn() -> None:
    waiting = Waiting()
    waiting.add(TENANT, [key(MONTH), key(WEEK)])
    waiting.add(TENANT, [key(WEEK), key(MONTH)])
    assert len(waiting) == 2
    assert looked_at(waiting, 2) == [key(MONTH), key(WEEK)]


def test_it_knows_of_which_series_some_still_wait() -> None:
    waiting = Waiting()
    strand = strand_of(TENANT, key(MONTH))
    waiting.add(TENANT, [key(MONTH), key("2026-03"), key(WEEK)])
    assert waiting.some_of(strand) == 2
    looked_at(waiting, 2)
    assert waiting.some_of(strand) == 1
    looked_at(waiting, 2)
    assert waiting.some_of(strand) == 0
