"""What a rebuild says: stages, how far they are, and the time that is left."""

from __future__ import annotations

import io
import json
from typing import Any

from services.metrics.rebuilding.saying import CannotRebuild, Voice


def said(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_the_time_left_follows_from_what_was_done_here() -> None:
    clock, out = [0.0], io.StringIO()
    voice = Voice(out, clock=lambda: clock[0])
    voice.begin("fold", of=1000, done=400)
    clock[0] = 10.0
    voice.further(200)
    assert said(out)[-1] == {"stage": "fold", "done": 600, "of": 1000, "left_s": 20.0}


def test_it_speaks_a_few_times_a_second_and_at_the_end() -> None:
    clock, out = [0.0], io.StringIO()
    voice = Voice(out, clock=lambda: clock[0])
    voice.begin("fold", of=100)
    for _ in range(100):
        clock[0] += 0.01
        voice.further(1)
    assert len(said(out)) < 10
    assert said(out)[-1]["done"] == 100


def test_trouble_is_a_sentence_and_what_to_do() -> None:
    out = io.StringIO()
    Voice(out).stopped(CannotRebuild("The log is cut.", "Restore it."))
    assert said(out) == [{"stopped": "The log is cut.", "do": "Restore it."}]


def test_where_nobody_knows_how_much_there_is_no_time_is_told() -> None:
    clock, out = [0.0], io.StringIO()
    voice = Voice(out, clock=lambda: clock[0])
    voice.begin("read")
    for _ in range(100):
        clock[0] += 0.01
        voice.further(50)
    assert {one["left_s"] for one in said(out)} == {None}
    assert len(said(out)) < 10
