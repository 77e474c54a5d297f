"""Servers for tests that hang up on everybody before they stop, so that no socket outlives the test.

A server that is closed in the very turn in which somebody comes in never takes that connection, and nobody
closes it; so the door is shut first, and who is in already is seen off after that.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from tests.patience import PATIENCE_S

TURNS = 5
"""Turns of a loop after which whoever came in has been handed over to the server."""


async def shut_the_door(listening: socket.socket) -> None:
    """Let nobody more in, and everybody who came in be taken; in the loop that serves."""
    asyncio.get_running_loop().remove_reader(listening.fileno())
    for _ in range(TURNS):
        await asyncio.sleep(0)


async def see_off(writer: asyncio.StreamWriter) -> None:
    """Close a connection, whatever the other side has done."""
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


class _Post(Controller):
    """A mail server in a thread that knows with whom it talks."""

    def __init__(self, handler: Any, port: int) -> None:
        super().__init__(handler, hostname="127.0.0.1", port=port)
        self._talks: list[SMTP] = []

    def factory(self) -> SMTP:
        self._talks.append(super().factory())
        return self._talks[-1]

    async def hang_up(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        for listening in self.server.sockets:
            await shut_the_door(listening)  # type: ignore[arg-type]  # asyncio shows its sockets by a wrapper
        while open_still := [talk.transport for talk in self._talks if talk.transport is not None]:
            for transport in open_still:
                transport.abort()  # type: ignore[attr-defined]  # a TCP connection
            await asyncio.sleep(0)


@contextmanager
def taking_mail(handler: Any, port: int = 0) -> Iterator[int]:
    """A mail server for `handler`, at the given port or any free one; yields its port."""
    if not port:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
    post = _Post(handler, port)
    post.start()
    try:
        yield port
    finally:
        asyncio.run_coroutine_threadsafe(post.hang_up(), post.loop).result(PATIENCE_S)
        post.stop()
