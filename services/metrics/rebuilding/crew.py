"""Processes that do the shares, one for each core; one that is killed is replaced, its share done again."""

from __future__ import annotations

import asyncio
import json
import signal
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from services.metrics.domain.shares import Share
from services.metrics.rebuilding.saying import CannotRebuild

MOST_TRIES = 3
LINE_LIMIT = 1 << 20


async def together(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do all at once; the first trouble stops the others and is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except ExceptionGroup as several:
        raise several.exceptions[0] from several


class Order(NamedTuple):
    """What a process is to do with a share: `fill` a generation, or `print` or `show` what the log gives."""

    purpose: str
    generation: int
    share: Share
    groups: Sequence[Sequence[Any]] = ()

    def line(self) -> bytes:
        """The order as a line of JSON."""
        until = [[topic, partition, end] for (topic, partition), end in self.share.until]
        said = {"purpose": self.purpose, "generation": self.generation, "groups": self.groups}
        return json.dumps({**said, "share": self.share.number, "until": until}).encode() + b"\n"

    @classmethod
    def of(cls, line: str | bytes) -> Order:
        """The order that a line gives."""
        said: dict[str, Any] = json.loads(line)
        until = tuple(((topic, partition), end) for topic, partition, end in said["until"])
        return cls(said["purpose"], said["generation"], Share(said["share"], until), said["groups"])


class Crew:
    """Hands orders out to as many processes as there are cores; `further` is told of records done."""

    def __init__(self, command: Sequence[str], size: int, further: Callable[[int], None]) -> None:
        self._command, self._size, self._further = tuple(command), size, further
        self._waiting: deque[Order] = deque()
        self._tries: dict[int, int] = {}
        self._found: list[dict[str, Any]] = []

    async def do(self, orders: Sequence[Order]) -> list[dict[str, Any]]:
        """Do all of it and answer with what was found; raises `CannotRebuild` with what stopped it."""
        self._waiting, self._found, self._tries = deque(orders), [], {}
        await together(self._keep_busy() for _ in range(min(self._size, len(orders))))
        return self._found

    async def _keep_busy(self) -> None:
        while self._waiting:
            process = await _started(self._command)
            try:
                while self._waiting and await self._hand_over(process, self._waiting.popleft()):
                    pass
            finally:
                await _ended(process)

    async def _hand_over(self, process: Process, order: Order) -> bool:
        """One order to one process; False when the process was gone before it was done."""
        assert process.stdin is not None
        assert process.stdout is not None
        told, found = 0, []
        with suppress(ConnectionError):
            process.stdin.write(order.line())
            await process.stdin.drain()
            async for line in process.stdout:
                said = json.loads(line)
                if "stopped" in said:
                    raise CannotRebuild(said["stopped"], said["do"])
                if "records" not in said:
                    found.append(said)
                    continue
                told += said["records"]
                self._further(said["records"])
                if said["done"]:
                    self._found += found
                    return True
        self._further(-told)
        self._again(order, await process.wait())
        return False

    def _again(self, order: Order, code: int) -> None:
        share = order.share
        self._tries[share.number] = tries = self._tries.get(share.number, 1) + 1
        if tries > MOST_TRIES:
            how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
            raise CannotRebuild(
                f"The process for share {share.number} ended {MOST_TRIES} times before it was done, "
                f"the last time by {how}.",
                "What it said stands above. If memory ran out, give fewer --workers; then run it again: "
                "it goes on with the shares that are missing.",
            )
        self._waiting.append(order)


async def _started(command: Sequence[str]) -> Process:
    """A process, also when we are stopped while it starts: then it is ended before we leave."""
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=LINE_LIMIT)
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await _end(await starting)
        raise


async def _ended(process: Process) -> None:
    """End it, also when we are stopped meanwhile."""
    ending = asyncio.ensure_future(_end(process))
    try:
        await asyncio.shield(ending)
    except asyncio.CancelledError:
        await ending
        raise


async def _end(process: Process) -> None:
    """Its standard input ends, and so does the process; one that does not is killed."""
    with suppress(ProcessLookupError):
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(5):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
