"""The way back: from a figure to the lines that make it, and from each line to its event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from services.metrics.domain.bridge import STOCK
from services.metrics.domain.figures import Figure, Key
from services.metrics.domain.formula import DUE, PASSED, Filter, Formula, Quantile, Quotient, Term, Total
from services.metrics.domain.measures import Declared
from services.metrics.domain.units import Rollup, Span, Teams

MOVES = {
    "spend_started": 1,
    "spend_changed": 1,
    "spend_transferred_in": 1,
    "spend_transferred_out": -1,
    "spend_ended": -1,
}
"""How each flow moves weekly cost."""

Side = Literal["numerator", "denominator", "histogram"]
When = Literal["opening", "moved"]
"""Of what adds up days: what stood when they began, or what moved in them."""
BEGINNING = dt.date(1, 1, 1)


@dataclass(frozen=True, slots=True)
class Part:
    """One term of a figure: on which side it counts and with which sign, what its lines add up to.

    `lines` are those that are shown, `cancelled` those of a stock that cancel each other out. Where each day
    counts, `days` says which, and `counted` is what each line comes to on every one of its days.
    """

    side: Side
    sign: int
    term: Term
    amount: int = 0
    lines: int = 0
    cancelled: int = 0
    when: When | None = None
    days: tuple[dt.date, dt.date] | None = None
    counted: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the ledger and where the event that caused it stands in the log."""

    part: int
    account: str
    team: str
    day: dt.date
    kind: str
    setting: str
    worker: str
    detail: Mapping[str, str | int]
    amount: int
    subject: str
    known_at: dt.datetime
    topic: str
    partition: int
    offset: int
    n: int
    source: str
    id: str
    type: str
    time: str

    @property
    def place(self) -> tuple[int, dt.date, str, int, int, int]:
        """What lines are ordered by, for the next page."""
        return (self.part, self.day, self.topic, self.partition, self.offset, self.n)


FIRST_LINE = (-1, BEGINNING, "", -1, -1, -1)


@dataclass(frozen=True, slots=True)
class Page:
    """At most `limit` lines after a place."""

    limit: int
    after: tuple[int, dt.date, str, int, int, int] = FIRST_LINE


@dataclass(frozen=True, slots=True)
class Said:
    """An event as the log has it: `body` is its JSON."""

    topic: str
    partition: int
    offset: int
    subject: str
    source: str
    id: str
    type: str
    time: str
    known_at: dt.datetime
    body: bytes


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed weekly cost in the period: opening + steps + reorganised = closing, in 1/1300 pence.

    Each step has its flow as term and its sign; `lines` is a page of them, `more` says that others follow.
    """

    opening: int
    steps: tuple[Part, ...]
    closing: int
    lines: tuple[Line, ...]
    more: bool

    @property
    def reorganised(self) -> int:
        """What came and went with whole teams, which no line says."""
        return self.closing - self.opening - sum(step.sign * step.amount for step in self.steps)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A figure with its parts and a page of their lines; `more` says that others follow."""

    figure: Figure
    declared: Declared
    parts: tuple[Part, ...]
    lines: tuple[Line, ...]
    more: bool
    changes: Changes | None = None
    """Of what packages cost."""

    @property
    def sum(self) -> int:
        """What the lines of the numerator (of a histogram: all) come to: the figure, for a count.

        Where each day counts, each line is taken on every one of its days.
        """
        daily = self.declared.daily
        return sum(
            part.sign * (part.counted if daily else part.amount)
            for part in self.parts
            if part.side != "denominator"
        )


def parts_of(formula: Formula) -> list[Part]:
    """The terms of a formula, each where it stands."""
    match formula:
        case Total(terms=terms):
            return [Part("numerator", sign, term) for sign, term in terms]
        case Quotient(over=over, under=under):
            above = [Part("numerator", sign, term) for sign, term in over.terms]
            return above + [Part("denominator", sign, term) for sign, term in under.terms]
        case Quantile(term=term):
            return [Part("histogram", 1, term)]


def daily_parts(formula: Formula, reach: Sequence[Span]) -> list[Part]:
    """The terms of a formula that adds up days, each told apart: what stood at first, and what moved."""
    whens: tuple[When, ...] = ("opening", "moved")
    return [
        replace(part, when=when, days=(span.first, span.last))
        for span in reach
        for part in parts_of(formula)
        for when in whens
    ]


def steps_of(formula: Formula) -> list[Part]:
    """The flows that move what a formula says of weekly cost; none where it says something else."""
    standing = [part for part in parts_of(formula) if part.side == "numerator"]
    if any(part.term.account != STOCK for part in standing):
        return []
    return [
        Part("numerator", part.sign * sign, Term("sum", flow, part.term.filters))
        for flow, sign in MOVES.items()
        for part in standing
    ]


def cohort_of(term: Term, span: Span, as_at: dt.date) -> tuple[Term, Span]:
    """The lines of a cohort: those of any day up to the one asked whose work was passed on in the span."""
    days = (span.last - span.first).days + 1
    passed = tuple((span.first + dt.timedelta(place)).isoformat() for place in range(days))
    narrowed = Term("sum", term.account, (*term.filters, Filter(PASSED, passed)))
    return narrowed, Span(span.first, as_at, span.teams)


def due_of(term: Term, key: Key, teams: Teams) -> tuple[Term, Span]:
    """The lines of what falls due: those that stand when the period begins, with a due date in it."""
    days = (key.period.last - key.period.first).days + 1
    due = tuple((key.period.first + dt.timedelta(place)).isoformat() for place in range(days))
    narrowed = Term("end", term.account, (*term.filters, Filter(DUE, due)))
    return narrowed, Span(BEGINNING, key.period.first - dt.timedelta(1), teams)


def reach_of(key: Key, declared: Declared, rollup: Rollup, as_at: dt.date) -> list[Span]:
    """The days and teams whose lines make the figure: of a stock all days up to the last that counts."""
    last = min(key.period.last, as_at)
    if key.period.first > as_at:
        return []
    if declared.standing:
        return [Span(BEGINNING, last, rollup.on(key.unit, last))]
    return rollup.spans(key.unit, key.period.first, last)
