"""JSON read exactly: what two readers could understand differently is refused before anything else looks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from schemas.registry import Unreadable

MAX_DEPTH = 16
"""Levels of objects and lists in one event; the deepest known event has three."""

MAX_DIGITS = 18
"""Digits of a whole number; more does not fit into 64 bits everywhere."""

_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"')
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def read(raw: bytes) -> dict[str, Any]:
    """One JSON object with unique keys, whole numbers and readable text.

    Raises `Unreadable` with a reason in {not-json, too-deep, duplicate-key, wrong-number, wrong-text}.
    """
    if _deeper_than(raw, MAX_DEPTH):
        raise Unreadable("too-deep", f"The event is nested more than {MAX_DEPTH} levels deep; flatten it.")
    try:
        value = _DECODER.decode(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Unreadable("not-json", f"The event is not valid JSON in UTF-8: {error}.") from error
    if not isinstance(value, dict):
        raise Unreadable("wrong-shape", "An event is a JSON object, in braces.")
    if b"\\" in raw and any(_CONTROL.search(text) for text in _texts(value)):
        raise Unreadable("wrong-text", "A text holds a control character or half a character; remove it.")
    return value


def _deeper_than(raw: bytes, levels: int) -> bool:
    if raw.count(b"{") + raw.count(b"[") <= levels:
        return False
    depth = deepest = 0
    for byte in _STRINGS.sub(b"", raw):
        if byte in b"{[":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"}]":
            depth -= 1
    return deepest > levels


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unreadable(
            "duplicate-key", f"The name {twice[:80]!r} stands twice in one object; send it once."
        )
    return found


def _whole(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_DIGITS:
        raise Unreadable("wrong-number", f"A number has more than {MAX_DIGITS} digits; send it as text.")
    return int(digits)


def _no_fraction(digits: str) -> float:
    raise Unreadable("wrong-number", f"{digits[:40]} is not a whole number; events carry whole numbers only.")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_whole, parse_float=_no_fraction, parse_constant=_no_fraction
)
