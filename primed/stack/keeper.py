"""Keeps one program alive: starts it, sees it ready, starts it again when it ends, and stops it when told."""

import asyncio
import contextlib
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from primed.stack import logs, process
from primed.stack.place import Place
from primed.stack.program import Program
from primed.trouble import Trouble

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 15.0
STEADY_S = 60.0  # a process that lived this long counts as well again
HOPELESS = 4  # so many restarts within the first start: it will not come up by itself
LOOK_S, LOOK_AGAIN_S = 0.2, 5.0  # how often readiness is asked: before it, and after


def pause(failures: int) -> float:
    """Seconds before the next start after so many failures in a row: doubling, and bounded."""
    return float(min(FIRST_PAUSE_S * 2 ** min(failures - 1, 10), LONGEST_PAUSE_S))


def ending(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


@dataclass
class Keeper:
    """One program under supervision; `changed` is told of every change of pid, readiness and words."""

    program: Program
    place: Place
    changed: Callable[..., None]
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: asyncio.Event = field(
        default_factory=asyncio.Event
    )  # set by others: leave, and do not come back
    restarts: int = 0
    finished: bool = False

    async def keep(self) -> None:
        """Runs until told to stop, or until the program has finished its work."""
        failures = 0
        while not self.stopping.is_set():
            began = time.monotonic()
            words = await self._live()
            if self.stopping.is_set() or self.finished:
                return
            failures = 1 if time.monotonic() - began > STEADY_S else failures + 1
            await self._pause(words, pause(failures))

    async def first_start(self, seconds: float) -> None:
        """Waits until it is ready; a start that does not succeed is trouble with the end of its log."""
        until = time.monotonic() + seconds
        while not (self.ready.is_set() or self.finished):
            if self.stopping.is_set():
                return
            if self.restarts >= HOPELESS or time.monotonic() > until:
                log = self.place.log_file(self.program.name)
                raise Trouble(
                    f"{self.program.name} did not start. Its last words: {logs.last_words(log)}",
                    f"The whole story is in {log}",
                )
            await asyncio.sleep(0.05)

    async def _live(self) -> str:
        """One life of the process, from start to end; answers with how it ended."""
        try:
            child = await asyncio.to_thread(process.launch, self.program, self.place)
        except (Trouble, OSError) as error:
            return f"could not be started: {error}"
        logs.tell(self.place, self.program.name, "started", pid=child.pid)
        self._change(pid=child.pid, ready=False, said="starting")
        code = await self._watch(child)
        if code is None:
            code = await self._leave(child)
        self.ready.clear()
        self.place.pid_file(self.program.name).unlink(missing_ok=True)
        self.finished = code == 0 and self.program.may_end and not self.stopping.is_set()
        said = "finished its work" if self.finished else ending(code)
        if self.finished or self.stopping.is_set():
            logs.tell(self.place, self.program.name, said)
        self._change(pid=None, ready=False, said="stopped" if self.stopping.is_set() else said)
        return said

    async def _watch(self, child: subprocess.Popen[bytes]) -> int | None:
        """Until it ends by itself (its exit code) or is to be stopped (None)."""
        look = 0.0
        while not self.stopping.is_set():
            code = child.poll()
            if code is not None:
                return code
            if time.monotonic() >= look:
                await self._look()
                look = time.monotonic() + (LOOK_AGAIN_S if self.ready.is_set() else LOOK_S)
            await asyncio.sleep(0.1)
        return None

    async def _leave(self, child: subprocess.Popen[bytes]) -> int:
        """Asks it to leave, waits as long as the program may take, then insists."""
        self._change(ready=False, said="stopping")
        child.send_signal(self.program.stop_signal)
        try:
            return await asyncio.to_thread(child.wait, self.program.stop_seconds)
        except subprocess.TimeoutExpired:
            logs.tell(self.place, self.program.name, "did not leave in time and is killed")
            child.kill()
            return await asyncio.to_thread(child.wait)

    async def _pause(self, words: str, seconds: float) -> None:
        self.restarts += 1
        said = f"{words}; starting again in {seconds:g} s"
        logs.tell(self.place, self.program.name, said, restarts=self.restarts)
        self._change(pid=None, ready=False, said=said, restarts=self.restarts)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)

    async def _look(self) -> None:
        ready = await asyncio.to_thread(self.program.ready)
        if ready == self.ready.is_set():
            return
        if ready:
            self.ready.set()
        else:
            self.ready.clear()
        self._change(ready=ready, said="ready" if ready else "not ready")

    def _change(self, **change: Any) -> None:
        self.changed(self.program.name, address=self.program.address, **change)
