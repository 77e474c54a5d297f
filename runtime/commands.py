"""Commands over HTTP: `If-Match`, `ETag` and `Idempotency-Key`, the same wherever commands are taken.

@router.post("/v1/commitments/{id}/complete")
async def complete(id: str, body: Done, principal: Principal = needs("manager"), order: Order = versioned()):
    async def act() -> Answer: ...  # decide on order.expected; append with the answer kept
    return await once(order, act, answered)
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response

from runtime.problems import Problem

_VERSION = re.compile(r'"(?P<version>\d{1,9})"')
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command is answered with, in a form that can be kept and given again."""

    body: Any
    status: int = 200
    version: int | None = None
    location: str | None = None

    def kept(self) -> bytes:
        """The answer as bytes, to be stored with the events."""
        return json.dumps([self.body, self.status, self.version, self.location], ensure_ascii=False).encode()

    @classmethod
    def of(cls, kept: bytes) -> Answer:
        """The answer that `kept` wrote."""
        return cls(*json.loads(kept))

    def response(self, *, repeated: bool = False) -> Response:
        """The HTTP response, with `ETag` and `Location` where they apply."""
        headers = {"Content-Type": "application/json"}
        if self.version is not None:
            headers["ETag"] = f'"{self.version}"'
        if self.location is not None:
            headers["Location"] = self.location
        if repeated:
            headers["Idempotency-Replayed"] = "true"
        return Response(json.dumps(self.body, ensure_ascii=False).encode(), self.status, headers)


@dataclass(frozen=True, slots=True)
class Order:
    """What the headers say: the version that a command was decided on, the name under which it is repeated.

    `key` holds who asks, so that nobody meets another's answer; `fingerprint` covers method, path and body.
    """

    key: str | None
    fingerprint: bytes
    expected: int | None


IfMatch = Annotated[str | None, Header(description='The version you saw: its `ETag`, e.g. `"3"`.')]
IdempotencyKey = Annotated[str | None, Header(description="Any unique text; repeats carry the same.")]


async def _order(request: Request, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None) -> Order:
    body = await request.body()
    said = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return Order(_key(request, idempotency_key), hashlib.sha256(said + body).digest(), _version(if_match))


async def _versioned(order: Annotated[Order, Depends(_order)]) -> Order:
    if order.expected is None:
        raise Problem(
            428,
            "Say which version you saw",
            'Send the ETag that you were given as If-Match, e.g. If-Match: "3".',
        )
    return order


def ordered() -> Any:
    """For commands that create: `If-Match` and `Idempotency-Key` are both optional."""
    return Depends(_order)


def versioned() -> Any:
    """For commands on something that exists: 428 without `If-Match`."""
    return Depends(_versioned)


async def once(
    order: Order,
    act: Callable[[], Awaitable[Answer]],
    answered: Callable[[], Awaitable[bytes | None]] | None = None,
) -> Response:
    """Carry the command out, or give its first answer again.

    `answered` looks for the kept answer before anything is decided, when a repeat would meet its own effect.
    A repeat that loses the race comes back from `act` as an exception that carries the first `answer`.
    """
    if order.key is not None and answered is not None and (kept := await answered()) is not None:
        return Answer.of(kept).response(repeated=True)
    try:
        return (await act()).response()
    except Exception as error:
        kept = getattr(error, "answer", None)
        if not isinstance(kept, bytes):
            raise
        return Answer.of(kept).response(repeated=True)


def _version(if_match: str | None) -> int | None:
    if if_match is None:
        return None
    found = _VERSION.fullmatch(if_match.strip())
    if found is None:
        raise Problem(412, "Somebody else was first", 'If-Match must be one version in quotes, e.g. "3".')
    return int(found["version"])


def _key(request: Request, key: str | None) -> str | None:
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise Problem(400, "The request cannot be read", "Idempotency-Key must be 1 to 200 plain characters.")
    principal = getattr(request.state, "principal", None)
    if principal is None:
        raise RuntimeError(
            "A route must declare its principal before its order, so that keys belong to who asks."
        )
    return f"{principal.tenant}/{principal.subject}/{key}"
