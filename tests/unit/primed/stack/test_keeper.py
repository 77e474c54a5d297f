"""A kept program comes back, ever more slowly, and stays away when it is told to."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from primed.stack.keeper import Keeper, ending, pause
from primed.stack.place import Place
from primed.stack.program import Program
from primed.trouble import Trouble
from tests.patience import PATIENCE_S

POLITE = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *a: (print("bye", flush=True), sys.exit(0)))
print("listening", flush=True)
time.sleep(60)
"""


def script(text: str) -> tuple[str, ...]:
    return (sys.executable, "-c", text)


class Watching:
    """A keeper, and everything that it told about its program."""

    def __init__(self, home: Path, command: tuple[str, ...], *, ready: bool = True, **more: Any) -> None:
        self.place = Place(home=home, port_base=8000)
        self.place.folders()
        self.told: list[dict[str, Any]] = []
        program = Program(name="notify", command=command, ready=lambda: ready, **more)
        self.keeper = Keeper(program, self.place, lambda name, **change: self.told.append(change))

    def pids(self) -> list[int]:
        return [change["pid"] for change in self.told if change.get("pid")]

    def log(self) -> list[dict[str, Any]]:
        lines = self.place.log_file("notify").read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith('{"supervisor"')]

    async def until_pids(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while len(self.pids()) < count:
                await asyncio.sleep(0.02)

    async def stop(self, task: "asyncio.Task[None]") -> None:
        self.keeper.stopping.set()
        await asyncio.wait_for(task, PATIENCE_S)


def test_pauses_double_and_are_bounded() -> None:
    assert [pause(n) for n in (1, 2, 3, 4, 5, 6, 7, 1000)] == [0.5, 1, 2, 4, 8, 15, 15, 15]


@pytest.mark.parametrize(
    ("code", "words"),
    [(1, "ended with exit code 1"), (-9, "was ended by SIGKILL"), (-63, "was ended by signal 63")],
)
def test_an_ending_is_said_in_words(code: int, words: str) -> None:
    assert ending(code) == words


async def test_a_killed_process_comes_back_and_the_log_says_why(tmp_path: Path) -> None:
    watching = Watching(tmp_path, script("import time; time.sleep(60)"))
    task = asyncio.create_task(watching.keeper.keep())
    await watching.until_pids(1)
    os.kill(watching.pids()[0], signal.SIGKILL)
    await watching.until_pids(2)
    assert watching.pids()[0] != watching.pids()[1]
    assert "was ended by SIGKILL; starting again in 0.5 s" in [line["supervisor"] for line in watching.log()]
    await watching.stop(task)
    assert not watching.place.pid_file("notify").exists()


async def test_told_to_stop_it_asks_politely_and_does_not_start_again(tmp_path: Path) -> None:
    watching = Watching(tmp_path, script(POLITE))
    task = asyncio.create_task(watching.keeper.keep())
    async with asyncio.timeout(10):
        while "listening" not in (watching.place.log_file("notify").read_text() if watching.pids() else ""):
            await asyncio.sleep(0.02)
    await watching.stop(task)
    assert "bye" in watching.place.log_file("notify").read_text()
    assert len(watching.pids()) == 1


async def test_a_start_that_cannot_succeed_is_said_with_the_programs_own_words(tmp_path: Path) -> None:
    watching = Watching(
        tmp_path, script("import sys; sys.exit('the licence of the moon has expired')"), ready=False
    )
    task = asyncio.create_task(watching.keeper.keep())
    with pytest.raises(Trouble, match="the licence of the moon has expired"):
        await watching.keeper.first_start(2)
    await watching.stop(task)


async def test_a_program_that_may_end_is_not_started_again(tmp_path: Path) -> None:
    watching = Watching(tmp_path, script("print('done')"), may_end=True)
    await asyncio.wait_for(watching.keeper.keep(), PATIENCE_S)
    assert len(watching.pids()) == 1
    assert watching.told[-1]["said"] == "finished its work"
