"""When a period closes, and what it takes to give its figures and to make them so again."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import merge
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec

from schemas.tree import UNASSIGNED, Tree
from schemas.working_days import WorkingDays
from services.metrics.domain.figures import Figure, Number
from services.metrics.domain.formula import read
from services.metrics.domain.measures import Declared
from services.metrics.domain.periods import Grain, Period, containing
from services.metrics.domain.postings import FOLD_VERSION

WORKING_DAYS = 5
"""A period closes at the end of so many working days after its last day (docs/restatements.md)."""
GRAINS: tuple[Grain, ...] = ("month", "week")
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days people work, and by which clocks days begin."""

    zone: dt.tzinfo
    days: WorkingDays = field(default_factory=WorkingDays)

    def closes(self, period: Period) -> dt.datetime:
        """The moment from which later knowledge restates the period's figures."""
        day = self.days.after(period.last, WORKING_DAYS)
        midnight = dt.datetime.combine(day + ONE_DAY, dt.time(), tzinfo=self.zone)
        return midnight.astimezone(dt.UTC)


class Given(NamedTuple):
    """A figure as it was given."""

    value: Number | None
    numerator: int | None
    denominator: int | None

    @property
    def nothing(self) -> bool:
        """Whether it says that nothing happened."""
        return not (self.value or self.numerator or self.denominator)


def given_of(figure: Figure) -> Given:
    """What is given of a figure."""
    return Given(figure.value, figure.numerator, figure.denominator)


class Place(NamedTuple):
    """Which period of which tenant closed."""

    tenant: str
    grain: Grain
    period: str


@dataclass(frozen=True, slots=True)
class Closing:
    """A period that closed: what was known `at` counted; `definitions` are fingerprints by measure."""

    place: Place
    at: dt.datetime
    tree: str
    units: frozenset[str]
    definitions: Mapping[str, str]


def due(
    calendar: Calendar, began: dt.datetime, until: dt.datetime, horizon: dt.date
) -> Iterator[tuple[Period, dt.datetime]]:
    """The periods that closed after the ledger began and up to a moment, those that closed last first."""
    closed = (_closed(calendar, grain, began, until, horizon) for grain in GRAINS)
    return merge(*closed, key=itemgetter(1), reverse=True)


def _closed(
    calendar: Calendar, grain: Grain, began: dt.datetime, until: dt.datetime, horizon: dt.date
) -> Iterator[tuple[Period, dt.datetime]]:
    """Those of one grain."""
    period = containing(until.date(), grain)
    while period.last >= horizon:
        at = calendar.closes(period)
        if at < began:
            break
        if at <= until:
            yield period, at
        period = period.back(1)


def units_of(tree: Tree) -> list[str]:
    """Every unit that has figures."""
    return [unit.id for unit in tree.units()] or [UNASSIGNED]


def state_of(tree: Tree) -> str:
    """The fingerprint of who belonged where."""
    told = sorted(
        (unit, [(day.isoformat(), parent) for day, parent in old.parents])
        for unit, old in tree.histories.items()
    )
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def definition_of(declared: Declared) -> dict[str, Any]:
    """What a measure's figures depend on, beside the lines."""
    measure = declared.measure
    return {
        "id": measure.id,
        "formula": " ".join(measure.formula.split()),
        "smallest_denominator": measure.smallest_denominator,
        "fold_version": FOLD_VERSION,
    }


def fingerprint(declared: Declared) -> str:
    """What tells one definition from another."""
    body = json.dumps(definition_of(declared), sort_keys=True)
    return hashlib.sha256(body.encode()).hexdigest()[:16]


def declared_then(declared: Declared, body: Mapping[str, Any]) -> Declared:
    """The measure as it was made when its figure was given; raises `BadFormula` when it no longer can be."""
    then = msgspec.structs.replace(
        declared.measure,
        formula=body["formula"],
        smallest_denominator=body["smallest_denominator"],
    )
    return Declared(then, read(then.formula))


def worth_keeping(figures: Collection[Figure]) -> list[Figure]:
    """All but those that say that nothing happened."""
    return [figure for figure in figures if not given_of(figure).nothing]
