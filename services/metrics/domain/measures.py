"""The catalogue of measures: what each figure is called, means, is made from, and asks of people."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import msgspec

from services.metrics.domain.accounts import ACCOUNTS
from services.metrics.domain.formula import (
    DAILY,
    Formula,
    Quantile,
    Quotient,
    Term,
    Total,
    terms_of,
)
from services.metrics.domain.periods import Grain
from services.metrics.domain.spc import Polarity

UnitOfMeasure = Literal[
    "count", "percent", "days", "ratio", "rate", "pounds", "pounds_a_week", "pounds_a_day"
]
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
"""What programs call a measure: a part of addresses and of the keys of events."""

LARGEST = 10**15

State = Literal["as_usual", "better", "worse", "changed", "too_few", "misses_target"]
"""How a series stands, as prompts are chosen by it: no change, a change for the better, the worse or neither,
too little to judge by, and as usual but such that the target cannot be met."""


class Rebase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"since": "from"}):
    """From a day on a series is judged anew, after a big, lasting and understood change; why stands with it.

    Without a unit it holds for all; `measure` is named where it stands outside its measure.
    """

    since: dt.date
    reason: str
    unit: str | None = None
    measure: str | None = None


class Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One declared figure, as it stands in the catalogue; `formula` is text in the language of `formula`."""

    id: str
    name: str
    definition: str
    formula: str
    unit: UnitOfMeasure = "count"
    polarity: Polarity
    grains: tuple[Grain, ...] = ("week", "month")
    target: int | float | None = None
    threshold: int | float | None = None
    smallest_denominator: int = 1
    audiences: tuple[str, ...] = ()
    prompts: dict[State, tuple[str, ...]] = {}
    rebase: tuple[Rebase, ...] = ()

    def rebased(self, unit: str) -> list[Rebase]:
        """The days from which the unit's series is judged anew, in order."""
        found = [one for one in self.rebase if one.unit in (None, unit)]
        return sorted(found, key=lambda one: one.since)


@dataclass(frozen=True)
class Declared:
    """A measure with its formula understood."""

    measure: Measure
    formula: Formula

    @cached_property
    def standing(self) -> bool:
        """Whether it says how things stand at the end of a day, rather than what happened in a period."""
        return terms_of(self.formula)[0].how == "end"

    @cached_property
    def daily(self) -> bool:
        """Whether it adds up what stood at the end of each day of a period."""
        return terms_of(self.formula)[0].how in DAILY

    @cached_property
    def by_cohort(self) -> bool:
        """Whether what happens later counts in an earlier period: that in which the work was passed on."""
        return any(term.how == "cohort" for term in terms_of(self.formula))

    @cached_property
    def falls_due(self) -> bool:
        """Whether it asks what stood when the period began."""
        return any(term.how == "due" for term in terms_of(self.formula))


class Catalogue:
    """Every declared measure by its id, in the order of the file."""

    def __init__(self, declared: Mapping[str, Declared]) -> None:
        self._declared = dict(declared)
        self._by_account: dict[str, list[str]] = {}
        for name, one in self._declared.items():
            for account in {term.account for term in terms_of(one.formula)}:
                self._by_account.setdefault(account, []).append(name)

    def __iter__(self) -> Iterator[Declared]:
        return iter(self._declared.values())

    def __getitem__(self, measure: str) -> Declared:
        return self._declared[measure]

    def get(self, measure: str) -> Declared | None:
        """The measure of this id, or None."""
        return self._declared.get(measure)

    def ids(self) -> list[str]:
        """The ids of all measures."""
        return list(self._declared)

    def touched_by(self, account: str) -> list[str]:
        """The measures whose figures may change when lines are posted to the account."""
        return self._by_account.get(account, [])


def problem(measure: Measure, formula: Formula) -> tuple[str, str] | None:
    """The field and what is wrong with it, where each is right by itself; None for a good measure."""
    if wrong_field := _wrong_field(measure):
        return wrong_field
    if wrong := _wrong_rebase(measure):
        return "rebase", wrong
    if not measure.grains:
        return "grains", "must name week, month or both"
    if len({_when(term) for term in terms_of(formula)}) > 1:
        return (
            "formula",
            "mixes what happened in the period with what stood in it or at its end: one formula, one of them",
        )
    try:
        possible = _units(formula)
    except ValueError as error:
        return "formula", str(error)
    if measure.unit not in possible:
        return "unit", f"must be {' or '.join(possible)} for this formula, not {measure.unit}"
    return None


def _wrong_field(measure: Measure) -> tuple[str, str] | None:
    for field in ("id", "name", "definition"):
        if not getattr(measure, field).strip():
            return field, "is blank"
    if not ID.fullmatch(measure.id):
        return "id", f"must be letters, digits, _ and -, such as contacts_waiting, not {measure.id!r}"
    for field in ("target", "threshold"):
        if not -LARGEST < (getattr(measure, field) or 0) < LARGEST:
            return field, "must be a number that a figure can reach"
    if measure.smallest_denominator < 1:
        return "smallest_denominator", "must be 1 or more: a share of nothing has no value"
    return None


def _wrong_rebase(measure: Measure) -> str | None:
    for one in measure.rebase:
        if not one.reason.strip():
            return "says no reason: say what changed, for those who read the chart"
        if one.measure not in (None, measure.id):
            return f"is about {one.measure}; it belongs there, or under `rebase` of the file"
    return None


def _when(term: Term) -> str:
    return term.how if term.how in (*DAILY, "end") else "period"


def _units(formula: Formula) -> tuple[UnitOfMeasure, ...]:
    """In what a formula may be shown; raises `ValueError` where it adds up what does not add up."""
    match formula:
        case Quantile():
            return ("days",)
        case Total() as total:
            return _units_of(_paid(total))
        case Quotient(over=over, under=under):
            above, below = _paid(over), _paid(under)
            if above == below:
                return ("percent", "ratio", "rate")
            if below is None:
                return _units_of(above)
            raise ValueError("divides by money what is not money of the same kind")


def _units_of(paid: str | None) -> tuple[UnitOfMeasure, ...]:
    if paid is None:
        return ("count",)
    return ("pounds",) if paid == "once" else ("pounds_a_week", "pounds_a_day")


def _paid(total: Total) -> str | None:
    """`a week`, `once`, or None for counts; what a period's days cost is paid once."""
    found = {_paid_for(term) for _, term in total.terms}
    if len(found) > 1:
        raise ValueError("adds up counts, money a week and money in the period, of which each is by itself")
    return found.pop()


def _paid_for(term: Term) -> str | None:
    return "once" if term.how == "cost" else ACCOUNTS[term.account].money
