"""The way back: from a figure to the lines that make it, and from each line to its event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from services.metrics.domain.figures import Figure, Key
from services.metrics.domain.formula import PASSED, Filter, Formula, Quantile, Quotient, Term, Total
from services.metrics.domain.measures import Declared
from services.metrics.domain.units import Rollup, Span

Side = Literal["numerator", "denominator", "histogram"]
BEGINNING = dt.date(1, 1, 1)


@dataclass(frozen=True, slots=True)
class Part:
    """One term of a figure: on which side it counts and with which sign, what its lines add up to.

    `lines` are those that are shown, `cancelled` those of a stock that cancel each other out.
    """

    side: Side
    sign: int
    term: Term
    amount: int = 0
    lines: int = 0
    cancelled: int = 0


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
class Explanation:
    """A figure with its parts and a page of their lines; `more` says that others follow."""

    figure: Figure
    declared: Declared
    parts: tuple[Part, ...]
    lines: tuple[Line, ...]
    more: bool

    @property
    def sum(self) -> int:
        """What the lines of the numerator (of a histogram: all) come to: the figure, for a count."""
        return sum(part.sign * part.amount for part in self.parts if part.side != "denominator")


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


def cohort_of(term: Term, span: Span, as_at: dt.date) -> tuple[Term, Span]:
    """The lines of a cohort: those of any day up to the one asked whose work was passed on in the span."""
    days = (span.last - span.first).days + 1
    passed = tuple((span.first + dt.timedelta(place)).isoformat() for place in range(days))
    narrowed = Term("sum", term.account, (*term.filters, Filter(PASSED, passed)))
    return narrowed, Span(span.first, as_at, span.teams)


def reach_of(key: Key, declared: Declared, rollup: Rollup, as_at: dt.date) -> list[Span]:
    """The days and teams whose lines make the figure: of a stock all days up to the last that counts."""
    last = min(key.period.last, as_at)
    if key.period.first > as_at:
        return []
    if declared.standing or declared.daily:
        return [Span(BEGINNING, last, rollup.on(key.unit, last))]
    return rollup.spans(key.unit, key.period.first, last)
