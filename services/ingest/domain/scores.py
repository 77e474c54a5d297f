"""What counts of quality say: how much of each field can be used, worst first, and how it went over time."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from services.ingest.domain.quality import FAULTS, FINE, Outcome

Grain = Literal["week", "month"]
RESULTS: tuple[Outcome, ...] = (*FINE, *FAULTS)


@dataclass(frozen=True, slots=True)
class Seen:
    """Rows of one field with one result; `examples` are rows of the newest import that had some."""

    source: str
    shape: str
    field: str
    result: Outcome
    rows: int
    imported: str
    examples: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SeenIn:
    """Rows of one field with one result in imports of a week or month, by its first day."""

    source: str
    shape: str
    field: str
    result: Outcome
    first: dt.date
    rows: int


@dataclass(frozen=True, slots=True)
class Sum:
    """All fields of something together: how many values were looked at, how many of them are faulty."""

    checked: int
    faulty: int

    @property
    def score(self) -> float | None:
        """Per cent of values that can be used; None where nothing was looked at."""
        return round(100 * (self.checked - self.faulty) / self.checked, 2) if self.checked else None

    def shown(self) -> dict[str, Any]:
        """As answers show it."""
        return {"checked": self.checked, "faulty": self.faulty, "score": self.score}


@dataclass(frozen=True, slots=True)
class Day:
    """All imports of a day."""

    day: dt.date
    imports: int
    sum: Sum


@dataclass(frozen=True, slots=True)
class Imported:
    """One import."""

    id: str
    name: str
    as_of: str | None
    at: dt.datetime
    sum: Sum


@dataclass(frozen=True, slots=True)
class Quality:
    """What was counted in a span of days."""

    seen: Sequence[Seen]
    days: Sequence[Day]
    imports: Sequence[Imported]


def fields(seen: Iterable[Seen]) -> list[dict[str, Any]]:
    """Each field with its results, the one with most faulty rows in a hundred first."""
    grouped: defaultdict[tuple[str, str, str], list[Seen]] = defaultdict(list)
    for one in seen:
        grouped[one.source, one.shape, one.field].append(one)
    found = [_field(place, several) for place, several in grouped.items()]
    return sorted(
        found, key=lambda one: (one["score"], -one["faulty"], one["source"], one["shape"], one["field"])
    )


def _field(place: tuple[str, str, str], seen: Sequence[Seen]) -> dict[str, Any]:
    rows: Mapping[str, int] = {one.result: one.rows for one in seen}
    examples = [
        {"result": one.result, "import": one.imported, "rows": list(one.examples)}
        for one in sorted(seen, key=lambda one: -one.rows)
        if one.result not in FINE
    ]
    return {
        **dict(zip(("source", "shape", "field"), place, strict=True)),
        **total(seen).shown(),
        "results": {result: rows.get(result, 0) for result in RESULTS},
        "examples": examples,
    }


def sources(seen: Iterable[Seen]) -> list[dict[str, Any]]:
    """Each source, the worst first."""
    grouped: defaultdict[str, list[Seen]] = defaultdict(list)
    for one in seen:
        grouped[one.source].append(one)
    found = [{"source": source, **total(several).shown()} for source, several in grouped.items()]
    return sorted(found, key=lambda one: (one["score"], one["source"]))


def over_time(seen: Iterable[SeenIn], *by: str) -> list[dict[str, Any]]:
    """What goes by these names (`source`; or `source`, `shape`, `field`) week by week or month by month, that
    first whose score is the lowest over all of them."""
    grouped: defaultdict[tuple[str, ...], list[SeenIn]] = defaultdict(list)
    for one in seen:
        grouped[tuple(getattr(one, name) for name in by)].append(one)
    found = [
        {**dict(zip(by, names, strict=True)), **total(several).shown(), "points": _points(several)}
        for names, several in grouped.items()
    ]
    return sorted(found, key=lambda one: (one["score"], -one["faulty"], *(one[name] for name in by)))


def _points(seen: Iterable[SeenIn]) -> list[dict[str, Any]]:
    by_first: defaultdict[dt.date, list[SeenIn]] = defaultdict(list)
    for one in seen:
        by_first[one.first].append(one)
    return [
        {"first": first.isoformat(), **total(several).shown(), "results": _results(several)}
        for first, several in sorted(by_first.items())
    ]


def _results(seen: Iterable[SeenIn]) -> dict[str, int]:
    """Rows by what is said of them, where there are any."""
    rows = Counter[str]()
    for one in seen:
        rows[one.result] += one.rows
    return dict(rows)


def total(seen: Iterable[Seen | SeenIn]) -> Sum:
    """All of it together."""
    several = list(seen)
    return Sum(
        checked=sum(one.rows for one in several),
        faulty=sum(one.rows for one in several if one.result not in FINE),
    )
