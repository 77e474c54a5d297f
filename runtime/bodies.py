"""Bodies are held against their limits before they are read, and JSON is taken strictly."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from starlette.types import Message, Receive, Scope

from runtime.problems import TITLES, Problem


def limited(scope: Scope, receive: Receive, limit: int) -> Receive:
    """A `receive` that refuses a body over the limit: at once when it says its length, else as it arrives."""
    told = dict(scope["headers"]).get(b"content-length", b"0")
    if not told.isdigit() or int(told) > limit:
        raise too_large(limit)
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise too_large(limit)
        return message

    return counted


async def strict(receive: Receive) -> Receive:
    """Read a JSON body whole, check it strictly, and give a `receive` that hands it on."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return _handing_on([message], receive)
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            break
    body = b"".join(parts)
    if body:
        check_json(body)
    return _handing_on([{"type": "http.request", "body": body, "more_body": False}], receive)


def _handing_on(first: list[Message], then: Receive) -> Receive:
    async def next_message() -> Message:
        return first.pop(0) if first else await then()

    return next_message


def check_json(body: bytes) -> None:
    """Raise a 400 for JSON that two readers might read differently, or that no text of ours may hold.

    That is NaN, infinities, the same name twice, huge numbers, deep nesting, bad UTF-8 and NUL characters.
    """
    try:
        read = json.loads(
            body.decode("utf-8"), parse_constant=_not_a_number, object_pairs_hook=_once, parse_int=_whole
        )
        if b"\\u0000" in body:
            _refuse_nul(read)
    except RecursionError as error:
        raise _unreadable("it is nested too deeply") from error
    except ValueError as error:
        raise _unreadable(str(error)) from error


def _not_a_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _whole(digits: str) -> int:
    if len(digits) > 19:
        raise ValueError("a number has more than 19 digits")
    return int(digits)


def _refuse_nul(value: Any) -> None:
    if isinstance(value, str) and "\x00" in value:
        raise ValueError("a text holds a NUL character")
    if isinstance(value, dict):
        for name, inner in value.items():
            _refuse_nul(name)
            _refuse_nul(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_nul(inner)


def too_large(limit: int) -> Problem:
    """413 with the limit."""
    return Problem(
        413, TITLES[413], f"The body may have at most {limit:,} bytes.", headers={"Connection": "close"}
    )


def _unreadable(why: str) -> Problem:
    return Problem(400, TITLES[400], f"The body is not valid JSON: {why}.")
