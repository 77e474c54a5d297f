"""Why a figure is no longer as it was given: which lines came since, why, and what was added up otherwise.

The way from the figure given to the figure now goes in steps, each with one cause; so the parts add up to the
whole difference, to the last digit, also of shares and medians.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, get_args

from services.metrics.domain.closing import Given, given_of
from services.metrics.domain.figures import Figure, Number, Slice, Spreads, Sums
from services.metrics.domain.formula import DUE, Term, kept, terms_of
from services.metrics.domain.measures import Declared
from services.metrics.domain.trail import Line
from services.metrics.domain.units import EVERYTHING, Span

Cause = Literal["late", "corrected", "retracted", "reorganisation", "definition"]
CAUSES: tuple[Cause, ...] = get_args(Cause)
OF_LINES: tuple[Cause, ...] = ("late", "corrected", "retracted")
RETRACTED = "primed.event.retracted.v1"
OPENING = frozenset({"primed.work.received.v1", "primed.package.started.v1"})
"""What can be new only once: told again of something known, it corrects."""
NEVER_BELOW = (
    "received",
    "allocations",
    "started",
    "completed",
    "cancelled",
    "reopened",
    "transferred_in",
    "transferred_out",
    "referred_on",
    "days_to_complete",
    "meetings_held",
    "spend_started",
    "spend_ended",
)
"""Flows of which an event posts less than nothing only by taking back what another had posted."""

Place = tuple[str, int, int]


class Change(NamedTuple):
    """By how much a figure changed; a part that the figure does not have stays None."""

    value: Number | None
    numerator: int | None
    denominator: int | None

    @property
    def nothing(self) -> bool:
        """Whether it is no change."""
        return not (self.value or self.numerator or self.denominator)


@dataclass(frozen=True, slots=True)
class Share:
    """One cause's part of the difference, with its lines, those known last first."""

    cause: Cause
    change: Change
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Restatement:
    """A figure as it was given `at` its closing (None: it was not), as it is now, and why it differs."""

    now: Figure
    at: dt.datetime | None = None
    given: Given | None = None
    shares: tuple[Share, ...] = ()
    then: str | None = None
    """The formula by which it was given, where that is another now."""
    teams: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    """Teams that count now on days on which they did not, and those that no longer do on some day."""
    note: str | None = None

    @property
    def change(self) -> Change:
        """The whole difference."""
        return between(self.given, given_of(self.now)) if self.given else Change(None, None, None)


def between(before: Given, after: Given) -> Change:
    """What has to be added to come from one to the other; a value that is missing counts as 0."""

    def step(one: Number | None, other: Number | None) -> Number | None:
        if one is None and other is None:
            return None
        found = (other or 0) - (one or 0)
        return round(found, 4) if isinstance(found, float) else found

    def whole(one: int | None, other: int | None) -> int | None:
        return None if one is None and other is None else (other or 0) - (one or 0)

    return Change(
        step(before.value, after.value),
        whole(before.numerator, after.numerator),
        whole(before.denominator, after.denominator),
    )


def together(changes: Iterable[Change]) -> Change:
    """Several changes as one."""
    found = Change(None, None, None)
    for change in changes:
        found = Change(
            change.value if found.value is None else found.value + (change.value or 0),
            _sum(found.numerator, change.numerator),
            _sum(found.denominator, change.denominator),
        )
    return found


def _sum(one: int | None, more: int | None) -> int | None:
    return more if one is None else one + (more or 0)


def place_of(line: Line) -> Place:
    """Where the line's event stands in the log."""
    return (line.topic, line.partition, line.offset)


def by_cause(
    lines: Sequence[Line], taking_back: Collection[Place], known: Collection[str]
) -> dict[Cause, list[Line]]:
    """The lines by what their events did: come late, correct what was known, or withdraw it.

    `taking_back` are the events that took back a flow, `known` the subjects that were known before.
    """
    found: dict[Cause, list[Line]] = {cause: [] for cause in OF_LINES}
    for line in lines:
        corrects = place_of(line) in taking_back or (line.type in OPENING and line.subject in known)
        cause: Cause = "corrected" if corrects else "late"
        found["retracted" if line.type == RETRACTED else cause].append(line)
    return found


def taking_back(lines: Iterable[Line]) -> frozenset[Place]:
    """The events that took back a flow."""
    return frozenset(place_of(line) for line in lines if line.amount < 0 and line.account in NEVER_BELOW)


class Posted(Protocol):
    """What is added up: a line, or a sum of lines that say the same."""

    @property
    def account(self) -> str: ...
    @property
    def team(self) -> str: ...
    @property
    def day(self) -> dt.date: ...
    @property
    def kind(self) -> str: ...
    @property
    def setting(self) -> str: ...
    @property
    def detail(self) -> Mapping[str, str | int]: ...
    @property
    def amount(self) -> int: ...


NOTHING = Sums({}, {}, {})


def with_lines(
    sums: Sums,
    lines: Sequence[Posted],
    declared: Declared,
    spans: Sequence[Span],
    period: Slice | None = None,
) -> Sums:
    """The sums with more lines in them; `period` where it does not end with the spans."""
    flows = defaultdict(Counter[str], {key: Counter(found) for key, found in sums.flows.items()})
    stocks = defaultdict(Counter[str], {key: Counter(found) for key, found in sums.stocks.items()})
    spreads = _open(sums.spreads)
    for term, line, span in _pairs(declared, lines, spans):
        slice_ = (span.first, span.last)
        match term.how:
            case "days":
                spreads[term, slice_][line.team][int(line.detail["days"])] += line.amount
            case "sum" | "cohort":
                flows[term, slice_][line.team] += line.amount
            case "end" | "cost" | "average":
                for day in _standing(term, line, span):
                    stocks[term, day][line.team] += line.amount
    due_in = period or (spans[0].first, spans[-1].last)
    for term, line in _falling_due(declared, lines, due_in):
        flows[term, due_in][line.team] += line.amount
    return Sums(flows, stocks, spreads)


def _open(kept: Spreads) -> dict[tuple[Term, Slice], dict[str, Counter[int]]]:
    """Histograms to which can be added."""
    spreads: dict[tuple[Term, Slice], dict[str, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    for key, teams in kept.items():
        for team, days in teams.items():
            spreads[key][team].update(days)
    return spreads


def _falling_due(declared: Declared, lines: Sequence[Posted], days: Slice) -> Iterator[tuple[Term, Posted]]:
    """Each term of what falls due with the lines of the days before whose due date lies in them."""
    first, last = (day.isoformat() for day in days)
    for term in (one for one in terms_of(declared.formula) if one.how == "due"):
        for line in lines:
            due = str(line.detail.get(DUE, ""))
            if line.day < days[0] and first <= due <= last and _counts(term, line):
                yield term, line


def _pairs(
    declared: Declared, lines: Sequence[Posted], spans: Sequence[Span]
) -> Iterator[tuple[Term, Posted, Span]]:
    """Each term with the lines that count in it, in each span: a flow on its day, a stock from it on."""
    for term in (one for one in terms_of(declared.formula) if one.how != "due"):
        happened = term.how in ("days", "sum", "cohort")
        for line in (line for line in lines if _counts(term, line)):
            for span in spans:
                if line.day <= span.last and (span.first <= line.day or not happened):
                    yield term, line, span


def _counts(term: Term, line: Posted) -> bool:
    columns = {"kind": line.kind, "setting": line.setting}
    said = [str(columns.get(one.word, line.detail.get(one.word, ""))) for one in term.filters]
    return line.account == term.account and kept(term, said)


def _standing(term: Term, line: Posted, span: Span) -> list[dt.date]:
    """The days at whose end the line stands, as far as the term asks for them."""
    if term.how == "end":
        return [span.last]
    first = max(line.day, span.first)
    return [first + dt.timedelta(days) for days in range((span.last - first).days + 1)]


def shares_of(steps: Mapping[Cause, Change], lines: Mapping[Cause, Sequence[Line]]) -> tuple[Share, ...]:
    """The causes that made a difference or have lines."""
    found = [Share(cause, steps[cause], tuple(lines.get(cause, ()))) for cause in CAUSES]
    return tuple(share for share in found if share.lines or not share.change.nothing)


def reach(spans: Sequence[Span], declared: Declared, beginning: dt.date) -> tuple[Span, ...]:
    """The days and teams whose lines the figure is made of: of a stock all days up to its own."""
    if not (declared.standing or declared.daily or declared.falls_due):
        return tuple(spans)
    teams = spans[0].teams if len({span.teams for span in spans}) == 1 else EVERYTHING
    return (Span(beginning, spans[-1].last, teams),)
