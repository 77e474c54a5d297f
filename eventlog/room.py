"""Room for what is under way: bounded in bytes, first come first served."""

from __future__ import annotations

import asyncio
from collections import deque

from eventlog.records import Message

ROOM_BYTES = 32 * 1024 * 1024
"""Most bytes on the way to Kafka at once; who comes after waits, so a slow Kafka cannot fill memory."""

OVERHEAD_BYTES = 120


class Room:
    """Bytes under way. One call that is larger than the whole room goes alone."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._used = 0
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def take(self, size: int) -> None:
        """Wait until there is room and everybody who came before has gone in."""
        if not self._waiting and self._fits(size):
            self._used += size
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((size, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give_back(size)
            raise

    def give_back(self, size: int) -> None:
        """What was taken is no longer under way."""
        self._used -= size
        while self._waiting and (self._waiting[0][1].done() or self._fits(self._waiting[0][0])):
            size, turn = self._waiting.popleft()
            if not turn.done():
                self._used += size
                turn.set_result(None)

    def _fits(self, size: int) -> bool:
        return self._used + size <= self._limit or self._used == 0


def size_of(message: Message) -> int:
    """What a message takes of the room."""
    return OVERHEAD_BYTES + len(message.key or b"") + len(message.value or b"")
