"""Which figures may have changed, and what is told of one: marks become keys of metric events."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from operator import itemgetter
from typing import NamedTuple

from msgspec import UNSET

from schemas.measures import Assurance, GivenFigure, MeasureChanged, Number, Variation
from schemas.tree import UNASSIGNED, Tree
from services.metrics.domain.batch import Mark
from services.metrics.domain.figures import Figure, Key
from services.metrics.domain.formula import terms_of
from services.metrics.domain.measures import Catalogue, Declared
from services.metrics.domain.periods import Grain, Period, between, containing, parse

MONTHS_TOLD = 25
"""Figures of older periods are no longer told; who wants them asks."""


class Subject(NamedTuple):
    """What one metric event is about: the key of the compacted topic, below the tenant."""

    unit: str
    measure: str
    grain: Grain
    period: str

    def text(self) -> str:
        """As it stands in the event's `subject` and in the key of its record."""
        return f"{self.unit}/{self.measure}/{self.grain}/{self.period}"

    @property
    def what(self) -> str:
        """What listeners call such a telling."""
        return "measure.changed"


class Notice(NamedTuple):
    """What an event is about that tells no present value: a feed, or a figure that was given and changed."""

    what: str
    about: str
    unit: str | None = None
    measure: str | None = None

    def text(self) -> str:
        """As it stands in the event's `subject` and in the key of its record."""
        return self.about

    @property
    def period(self) -> Period | None:
        """The period of the figure that it is about."""
        return parse(self.about.split("/")[-2]) if self.measure else None


class Strand(NamedTuple):
    """A series as it is told: all periods of one grain of a measure of a unit."""

    tenant: str
    unit: str
    measure: str
    grain: Grain


class Icons(NamedTuple):
    """How a series stands; nothing is said while too little of it is known."""

    variation: Variation | None = None
    assurance: Assurance | None = None


NO_ICONS = Icons()


class Value(NamedTuple):
    """What makes a telling news; how fresh it is does not."""

    value: Number | None
    numerator: int | None
    denominator: int | None
    target: Number | None
    as_at: str
    over: bool
    icons: Icons = NO_ICONS


UNKNOWN = Value(None, None, None, None, as_at="", over=False)
"""What was told when nobody knows what it was: unlike every value."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was said last of a subject."""

    revision: int
    value: Value


class Telling(NamedTuple):
    """One metric event as it was, or is to be, sent."""

    tenant: str
    subject: Subject | Notice
    revision: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Rests:
    """What the figures of one round rest on."""

    fresh_at: str
    positions: dict[str, int]


class Waiting:
    """Figures to look at: present ones in the order in which they came, then the newest periods first.

    So history never holds up today, nor one figure of today another. It knows of which series some wait.
    """

    def __init__(self) -> None:
        self._came: dict[dt.date, dict[tuple[str, Key], int]] = defaultdict(dict)
        self._numbers = count()
        self._strands: Counter[Strand] = Counter()

    def __len__(self) -> int:
        return sum(map(len, self._came.values()))

    def add(self, tenant: str, keys: Iterable[Key]) -> None:
        """Figures of one tenant, each once."""
        for key in keys:
            came = self._came[key.period.last]
            if (tenant, key) not in came:
                came[tenant, key] = next(self._numbers)
                self._strands[strand_of(tenant, key)] += 1

    def first(self, most: int, today: dt.date) -> list[tuple[str, Key]]:
        """The next to look at, of history a quarter at least; they wait until they are done."""
        days = sorted(self._came, reverse=True)
        over = list(islice((pair for day in days if day < today for pair in self._came[day]), most))
        came = [pair for day in days if day >= today for pair in self._came[day].items()]
        present = [pair for pair, _ in sorted(came, key=itemgetter(1))]
        return [*present[: most - min(len(over), most // 4)], *over][:most]

    def done(self, looked_at: Iterable[tuple[str, Key]]) -> None:
        """Take away what was looked at."""
        for tenant, key in looked_at:
            if self._came[key.period.last].pop((tenant, key), None) is not None:
                self._strands[strand_of(tenant, key)] -= 1

    def some_of(self, strand: Strand) -> int:
        """How many figures of a series wait."""
        return self._strands[strand]


def strand_of(tenant: str, key: Key) -> Strand:
    """The series of a figure."""
    return Strand(tenant, key.unit, key.measure, key.period.grain)


class Units:
    """The units in whose figures a team's lines count, or have counted, by one tree."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        moves = {day for old in tree.histories.values() for day, _ in old.parents}
        self._days = sorted(moves) or [dt.date.max]
        self._known: dict[str, frozenset[str]] = {}

    def over(self, team: str) -> frozenset[str]:
        """The team itself and all above it on any day; an unknown team counts as unassigned."""
        found = self._known.get(team)
        if found is None:
            paths = {unit.id for day in self._days for unit in self.tree.path(team, day)}
            found = frozenset(paths or {UNASSIGNED}) | {self.tree.council or UNASSIGNED}
            self._known[team] = found
        return found


def horizon(today: dt.date) -> dt.date:
    """The first day of the oldest month that is told."""
    return containing(today, "month").back(MONTHS_TOLD - 1).first


def touched(marks: Iterable[Mark], catalogue: Catalogue, units: Units, today: dt.date) -> set[Key]:
    """Every figure that the marks may have changed; nothing of the future, nothing too old."""
    found: set[Key] = set()
    for span, over in _spans(set(marks), units).items():
        for measure in catalogue.touched_by(span.account):
            for period in _periods(catalogue[measure], span, today):
                found.update([Key(measure, unit, period) for unit in over])
    return found


class _Span(NamedTuple):
    account: str
    since: dt.date
    until: dt.date | None


def _spans(marks: Collection[Mark], units: Units) -> dict[_Span, set[str]]:
    """The units by what was marked; of marks without an end, the first says what later ones say."""
    firsts: dict[tuple[str, str], dt.date] = {}
    for mark in marks:
        if mark.until is None:
            key = (mark.account, mark.team)
            firsts[key] = min(mark.since, firsts.get(key, mark.since))
    spans: defaultdict[_Span, set[str]] = defaultdict(set)
    for mark in marks:
        since = mark.since if mark.until else firsts[mark.account, mark.team]
        spans[_Span(mark.account, since, mark.until)] |= units.over(mark.team)
    return spans


def _periods(declared: Declared, span: _Span, today: dt.date) -> Iterator[Period]:
    first = horizon(today) if declared.by_cohort else max(span.since, horizon(today))
    last = min(span.until or today, today)
    hows = {term.how for term in terms_of(declared.formula) if term.account == span.account}
    if first <= last:
        for grain in declared.measure.grains:
            for period in between(first, last, grain):
                if hows != {"due"} or period.first > span.since:  # what stood when it began is no other
                    yield period


def subject_of(key: Key) -> Subject:
    """The subject under which a figure is told."""
    return Subject(key.unit, key.measure, key.period.grain, key.period.label)


def strand_of_subject(tenant: str, subject: Subject) -> Strand:
    """The series of what is told."""
    return Strand(tenant, subject.unit, subject.measure, subject.grain)


def key_of_subject(subject: Subject) -> Key:
    """The figure of a subject."""
    return Key(subject.measure, subject.unit, parse(subject.period))


def value_of(figure: Figure, declared: Declared, today: dt.date) -> Value:
    """What is told of a figure."""
    return Value(
        figure.value,
        figure.numerator,
        figure.denominator,
        figure.target(declared.measure),
        min(figure.key.period.last, today).isoformat(),
        figure.key.period.last <= today,
    )


def event_of(
    subject: Subject, new: Value, before: Value | None, rests: Rests, given: GivenFigure | None = None
) -> MeasureChanged:
    """The data of the event that tells a new value."""
    return MeasureChanged(
        unit=subject.unit,
        measure=subject.measure,
        grain=subject.grain,
        period=subject.period,
        value=new.value,
        previous=before.value if before else None,
        target=new.target,
        variation=new.icons.variation,
        assurance=new.icons.assurance,
        given=given,
        as_at=new.as_at,
        fresh_at=rests.fresh_at,
        positions=rests.positions,
        numerator=UNSET if new.numerator is None else new.numerator,
        denominator=UNSET if new.denominator is None else new.denominator,
    )


def value_said(said: MeasureChanged) -> Value:
    """The value that an event told."""
    return Value(
        said.value,
        said.numerator if isinstance(said.numerator, int) else None,
        said.denominator if isinstance(said.denominator, int) else None,
        said.target,
        said.as_at,
        said.as_at == parse(said.period).last.isoformat(),
        Icons(said.variation, said.assurance),
    )


def id_of(tenant: str, subject: Subject | Notice, revision: int) -> str:
    """The event's id: the same for the same telling, however often it is sent."""
    return hashlib.sha256(f"{tenant}/{subject.text()}#{revision}".encode()).hexdigest()[:32]
