"""Reading bodies: held against their limits before they are taken, and against what all callers hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request
from starlette.requests import ClientDisconnect

from runtime.bodies import limited
from runtime.problems import Problem


class Room:
    """Bytes of bodies that are held at one time over all callers; beyond it callers come back later.

    A caller who is named may hold half of it, so that no one sender keeps the others out.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._used = 0
        self._of = Counter[str]()

    @asynccontextmanager
    async def body(self, request: Request, limit: int, caller: str = "") -> AsyncIterator[bytes]:
        """The whole body, while room for it is kept. 413 over `limit`, 429 beyond the caller's share of the
        room, 503 without any."""
        told = request.headers.get("content-length", "")
        size = int(told) if told.isdigit() and int(told) <= limit else limit
        counted = Request(request.scope, limited(request.scope, request.receive, limit))
        if caller and self._of[caller] and 2 * (self._of[caller] + size) > self._limit:
            raise Problem(
                429,
                "Too much from you at once",
                "Your other requests fill your share of what ingest holds; wait for them, then repeat this.",
                headers={"Retry-After": "1"},
            )
        if self._used and self._used + size > self._limit:
            raise Problem(
                503,
                "Too much at once",
                "Other senders fill ingest now; repeat this.",
                headers={"Retry-After": "1"},
            )
        self._used += size
        self._of[caller] += size
        try:
            yield await _whole(counted)
        finally:
            self._used -= size
            self._of[caller] -= size
            if not self._of[caller]:
                del self._of[caller]


async def _whole(request: Request) -> bytes:
    try:
        return await request.body()
    except ClientDisconnect as error:
        raise Problem(400, "The request cannot be read", "The body ended early; send it again.") from error


def media_type(request: Request) -> str:
    """The type of the body without its parameters; 415 for another charset than UTF-8."""
    kind, _, rest = request.headers.get("content-type", "").partition(";")
    charset = rest.lower().partition("charset=")[2].split(";")[0].strip(' "')
    if charset not in ("", "utf-8", "utf8", "us-ascii"):
        raise Problem(415, "Wrong type of body", f"The charset {charset!r} is not taken; send UTF-8.")
    return kind.strip().lower()
