"""The catalogue of measures: what each figure is called, means, is made from, and asks of people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import yaml

from services.metrics.domain.accounts import ACCOUNTS
from services.metrics.domain.formula import (
    DAILY,
    BadFormula,
    Formula,
    Quantile,
    Quotient,
    Term,
    Total,
    read,
    terms_of,
)
from services.metrics.domain.periods import Grain
from services.metrics.domain.spc import Polarity

UnitOfMeasure = Literal[
    "count", "percent", "days", "ratio", "rate", "pounds", "pounds_a_week", "pounds_a_day"
]
State = Literal["as_usual", "better", "worse", "changed", "too_few", "misses_target"]
"""How a series stands, as prompts are chosen by it: no change, a change for the better, the worse or neither,
too little to judge by, and as usual but such that the target cannot be met."""


class BadMeasures(ValueError):
    """The catalogue cannot be used; the message names the measure and the field."""


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


@dataclass(frozen=True)
class Declared:
    """A measure with its formula understood."""

    measure: Measure
    formula: Formula

    @property
    def standing(self) -> bool:
        """Whether it says how things stand at the end of a day, rather than what happened in a period."""
        return terms_of(self.formula)[0].how == "end"

    @property
    def daily(self) -> bool:
        """Whether it adds up what stood at the end of each day of a period."""
        return terms_of(self.formula)[0].how in DAILY


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


def catalogue(text: str, origin: str = "measures.yaml") -> Catalogue:
    """Read and check a catalogue from YAML; raises `BadMeasures` with the first thing that is wrong."""
    try:
        entries = (yaml.safe_load(text) or {}).get("measures")
    except (yaml.YAMLError, AttributeError) as error:
        raise BadMeasures(f"{origin} is no YAML with a list under `measures`: {error}") from error
    if not isinstance(entries, list) or not entries:
        raise BadMeasures(f"{origin} declares nothing: a list under `measures` is needed.")
    declared: dict[str, Declared] = {}
    for place, entry in enumerate(entries, start=1):
        one = _declare(entry, place, origin)
        if one.measure.id in declared:
            raise BadMeasures(_said(origin, one.measure.id, "id", "is declared twice"))
        declared[one.measure.id] = one
    return Catalogue(declared)


def _declare(entry: Any, place: int, origin: str) -> Declared:
    name = entry.get("id") if isinstance(entry, dict) else None
    who = name if isinstance(name, str) else f"number {place}"
    try:
        measure = msgspec.convert(entry, Measure)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `")
        field = where.rpartition("$.")[2].rstrip("`")
        raise BadMeasures(_said(origin, who, field or "itself", what)) from error
    try:
        formula = read(measure.formula)
    except BadFormula as error:
        raise BadMeasures(_said(origin, who, "formula", str(error))) from error
    if problem := _problem(measure, formula):
        raise BadMeasures(_said(origin, who, *problem))
    return Declared(measure, formula)


def _problem(measure: Measure, formula: Formula) -> tuple[str, str] | None:
    """The field and what is wrong with it, where each is right by itself."""
    for field in ("id", "name", "definition"):
        if not getattr(measure, field).strip():
            return field, "is blank"
    if not measure.grains:
        return "grains", "must name week, month or both"
    if len({_when(term) for term in terms_of(formula)}) > 1:
        return "formula", "mixes what stands at the end, what stood each day or what happened in the period"
    try:
        possible = _units(formula)
    except ValueError as error:
        return "formula", str(error)
    if measure.unit not in possible:
        return "unit", f"must be {' or '.join(possible)} for this formula, not {measure.unit}"
    return None


def _when(term: Term) -> str:
    return "daily" if term.how in DAILY else "end" if term.how == "end" else "period"


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


def _said(origin: str, measure: str, field: str, what: str) -> str:
    return f"{origin}: measure {measure}, field {field}: {what}"
