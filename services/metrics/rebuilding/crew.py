"""Processes that do the shares, one for each core; one that is killed is replaced, its share done again."""

from __future__ import annotations

import asyncio
import json
import signal
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from typing import Any

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


class Crew:
    """Hands shares out to as many processes as there are cores; `further` is told of records done."""

    def __init__(self, command: Sequence[str], size: int, further: Callable[[int], None]) -> None:
        self._command, self._size, self._further = tuple(command), size, further
        self._waiting: deque[Share] = deque()
        self._tries: dict[int, int] = {}

    async def do(self, generation: int, shares: Sequence[Share]) -> None:
        """Do all of the shares; raises `CannotRebuild` with what stopped one of them."""
        self._waiting = deque(shares)
        await together(self._keep_busy(generation) for _ in range(min(self._size, len(shares))))

    async def _keep_busy(self, generation: int) -> None:
        while self._waiting:
            process = await _started(self._command)
            try:
                while self._waiting and await self._hand_over(process, generation, self._waiting.popleft()):
                    pass
            finally:
                await _end(process)

    async def _hand_over(self, process: Process, generation: int, share: Share) -> bool:
        """One share to one process; False when the process was gone before it was done."""
        assert process.stdin is not None
        assert process.stdout is not None
        told = 0
        with suppress(ConnectionError):
            process.stdin.write(_order(generation, share))
            await process.stdin.drain()
            async for line in process.stdout:
                said = json.loads(line)
                if "stopped" in said:
                    raise CannotRebuild(said["stopped"], said["do"])
                told += said["records"]
                self._further(said["records"])
                if said["done"]:
                    return True
        self._further(-told)
        self._again(share, await process.wait())
        return False

    def _again(self, share: Share, code: int) -> None:
        self._tries[share.number] = tries = self._tries.get(share.number, 1) + 1
        if tries > MOST_TRIES:
            how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
            raise CannotRebuild(
                f"The process for share {share.number} ended {MOST_TRIES} times before it was done, "
                f"the last time by {how}.",
                "What it said stands above. If memory ran out, give fewer --workers; then run it again: "
                "it goes on with the shares that are missing.",
            )
        self._waiting.append(share)


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


def _order(generation: int, share: Share) -> bytes:
    until = [[topic, partition, end] for (topic, partition), end in share.until]
    return json.dumps({"generation": generation, "share": share.number, "until": until}).encode() + b"\n"


def share_of(line: str | bytes) -> tuple[int, Share]:
    """The generation and the share that an order names."""
    said: dict[str, Any] = json.loads(line)
    until = tuple(((topic, partition), end) for topic, partition, end in said["until"])
    return said["generation"], Share(said["share"], until)


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
