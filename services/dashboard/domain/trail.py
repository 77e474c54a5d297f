"""The way from a figure to its events, as metrics answers it: its lines, an event, a piece of work."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from services.dashboard.domain.answers import Figure, Measure, Meta, Number


class Place(Struct, frozen=True, kw_only=True):
    """Where an event stands in the log."""

    topic: str
    partition: int
    offset: int
    n: int = 0
    source: str = ""
    id: str = ""
    type: str = ""
    time: str = ""


class Line(Struct, frozen=True, kw_only=True):
    """A line of the ledger and the event that caused it."""

    account: str
    team: str = ""
    day: str = ""
    kind: str = ""
    worker: str = ""
    detail: dict[str, Any] = {}
    amount: int = 0
    pounds: Number | None = None
    subject: str = ""
    known_at: str | None = None
    event: Place | None = None


class MovedBy(Struct, frozen=True, kw_only=True):
    """One step of what changed weekly cost, with its sign, in pounds, and of how many lines."""

    account: str
    pounds: Number
    lines: int = 0


class Moved(Struct, frozen=True, kw_only=True):
    """What changed weekly cost in the period: opening + steps + reorganised = closing."""

    opening: Number
    steps: tuple[MovedBy, ...]
    reorganised: Number = 0
    closing: Number


class Term(Struct, frozen=True, kw_only=True):
    """One term of a formula, and what its lines add up to."""

    side: str = "numerator"
    sign: int = 1
    account: str = ""
    filters: tuple[str, ...] = ()
    amount: int = 0
    pounds: Number | None = None
    lines: int = 0


class Explanation(Meta, frozen=True, kw_only=True):
    """A figure, its definition and the lines that add up to it."""

    figure: Figure
    definition: Measure
    parts: tuple[Term, ...] = ()
    lines: tuple[Line, ...] = ()
    total_lines: int = 0
    sum: Number = 0
    sum_pounds: Number | None = None
    next_cursor: str | None = None
    changes: Moved | None = None


class LoggedEvent(Struct, frozen=True, kw_only=True):
    """One event of the log and the lines that it caused."""

    event: dict[str, Any]
    topic: str = ""
    partition: int = 0
    offset: int = 0
    known_at: str | None = None
    lines: tuple[Line, ...] = ()


class Spot(Struct, frozen=True, kw_only=True):
    """Where one of an item's events stands in the log, and since when it is known."""

    topic: str
    partition: int
    offset: int
    known_at: str | None = None


class Item(Struct, frozen=True, kw_only=True):
    """One piece of work, or one package of care, which has no state, with all its events and lines."""

    subject: str
    state: str | None = None
    kind: str | None = None
    team: str | None = None
    worker: str | None = None
    due: str | None = None
    received: str | None = None
    ended: str | None = None
    outcome: str | None = None
    start_by: str | None = None
    events: tuple[dict[str, Any], ...] = ()
    places: tuple[Spot, ...] = ()
    lines: tuple[Line, ...] = ()
