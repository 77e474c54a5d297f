"""What a rebuild tells who waits: its stages in words, how far a long one is, and how long it still takes."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from rich.progress import Progress

from primed.commands import rebuild
from primed.trouble import Trouble


def told(stage: str, done: int, of: int, left_s: float | None = None) -> dict[str, Any]:
    return {"stage": stage, "done": done, "of": of, "left_s": left_s}


def test_without_a_terminal_a_long_stage_is_told_tenth_by_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    stages = rebuild.Stages(Progress(disable=True))
    stages.show(told("read", 0, 0))
    stages.show(told("read", 70_000, 0))
    for done in range(0, 5_000_001, 125_000):
        stages.show(told("fold", done, 5_000_000, (5_000_000 - done) / 25_000 if done else None))
    for done in range(11):
        stages.show(told("index", done, 10, 0.4))
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "Reading what stands …",
        "Folding the log …",
        "Folding the log: 500,000 of 5,000,000, about 3 min left",
    ]
    assert lines[-2:] == ["Folding the log: 4,500,000 of 5,000,000, 20 s left", "Indexing …"]
    assert len(lines) == 12


def test_on_a_terminal_a_stage_that_is_over_is_full() -> None:
    progress = Progress(disable=True)
    stages = rebuild.Stages(progress)
    stages.show(told("switch", 0, 0))
    assert progress.tasks[0].total is None
    stages.show(told("catch up", 3, 12))
    assert progress.tasks[0].finished
    assert progress.tasks[1].fields["far"] == "3 of 12"
    stages.end()
    assert progress.tasks[1].finished


def test_one_that_dies_without_a_word_is_trouble_with_a_remedy() -> None:
    command = [sys.executable, "-c", "print('{}'); raise SystemExit(1)"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        told = rebuild._told(child)
        assert next(told) == {}
        with pytest.raises(Trouble, match="exit code 1 before it was done"):
            next(told)
