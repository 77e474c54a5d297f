"""Quality as its page shows it: which fields cannot be used, worst first, and in which words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec import Struct, field

from services.dashboard.domain import words
from services.dashboard.domain.questions import Question

WORDS: Mapping[str, str] = {
    "valid": "valid",
    "blank": "blank, and may be",
    "missing": "blank, and must not be",
    "unreadable": "cannot be read",
    "not-in-list": "not in the list",
    "old-value": "in words of an older release",
    "ends-before-start": "ending before the start",
    "future": "in the future",
    "unknown-team": "of an unknown team",
    "duplicate": "twice in the file",
}
SHAPES: Mapping[str, str] = {
    "cld/request": "requests",
    "cld/assessment": "assessments",
    "cld/review": "reviews",
    "cld/service": "services",
    "table": "",
}
"""Kinds of rows in words, where their code does not say it."""
WHOLE_ROW, NOBODY = "(row)", "(not told)"
"""How ingest names what stands for a field, and for a source."""
MOST = 200
"""Fields on the page; all of them are in the file."""


class Sum(Struct, frozen=True, kw_only=True):
    """Values that were looked at, and how many of them cannot be used."""

    checked: int = 0
    faulty: int = 0
    score: float | None = None

    @property
    def worth(self) -> float | None:
        """Per cent that can be used, not rounded, so that a few faults are not rounded away."""
        return 100 * (self.checked - self.faulty) / self.checked if self.checked else None


class Example(Struct, frozen=True, kw_only=True):
    """Rows of an import that show a fault."""

    result: str
    import_: str = field(name="import")
    rows: tuple[int, ...] = ()


class Field(Sum, frozen=True, kw_only=True):
    """One field of a source."""

    source: str
    shape: str
    field: str
    results: dict[str, int]
    examples: tuple[Example, ...] = ()


class Source(Sum, frozen=True, kw_only=True):
    """All fields of a source."""

    source: str


class Day(Sum, frozen=True, kw_only=True):
    """All imports of a day."""

    day: str
    imports: int = 0


class Imported(Sum, frozen=True, kw_only=True):
    """One import."""

    id: str
    name: str
    at: str


class Quality(Sum, frozen=True, kw_only=True):
    """What was counted in a span of days."""

    source: str | None = None
    first: str = field(name="from")
    last: str = field(name="to")
    sources: tuple[Source, ...] = ()
    fields: tuple[Field, ...] = ()
    series: tuple[Day, ...] = ()
    imports: tuple[Imported, ...] = ()


def counted(source: str = "", first: str = "", last: str = "") -> Question[Quality]:
    """What was counted of a source's imports in some days; all of a quarter where nothing is said."""
    asked = (("source", source), ("from", first), ("to", last))
    return Question("ingest", "/v1/quality", Quality, tuple((key, value) for key, value in asked if value))


@dataclass(frozen=True)
class Row:
    """A field in the table."""

    name: str
    place: str
    usable: str
    checked: int
    parts: tuple[int, int, int]
    """Valid, blank and faulty rows, for the bar."""
    faults: tuple[tuple[str, int, Example | None], ...]


def row(one: Field) -> Row:
    """The faults of a field with most rows first."""
    blank, valid = one.results.get("blank", 0), one.results.get("valid", 0)
    shown = {example.result: example for example in one.examples}
    found = [(name, many) for name, many in one.results.items() if many and name not in ("valid", "blank")]
    return Row(
        name=_named(one.field),
        place=_place(one),
        usable=percent(one.score),
        checked=one.checked,
        parts=(valid, blank, one.faulty),
        faults=tuple(
            (WORDS.get(name, words.coded(name)), many, shown.get(name))
            for name, many in sorted(found, key=lambda pair: -pair[1])
        ),
    )


def _named(name: str) -> str:
    if name == WHOLE_ROW:
        return "Whole rows"
    return words.coded(name) if name.isidentifier() else name


def source_of(name: str) -> str:
    """A source as a reader knows it."""
    return "source not told" if name == NOBODY else name


def _place(one: Field) -> str:
    shape = one.shape.removesuffix(one.source).rstrip("/")
    kind = SHAPES.get(shape, words.coded(shape).lower())
    return f"{source_of(one.source)}, {kind}" if kind else source_of(one.source)


def worst_first(fields: Sequence[Field]) -> list[Field]:
    """Those with most values that cannot be used first; of the same, the larger part."""
    return sorted(fields, key=lambda one: (-one.faulty, one.score or 0.0))


def title(found: Quality) -> str:
    """What one would say of it aloud."""
    if found.score is None:
        return "No import was counted in these days"
    bad = [one for one in found.fields if one.faulty]
    if not bad:
        return "Every value that was imported can be used"
    worst = row(worst_first(bad)[0])
    what, many, _ = worst.faults[0]
    rows = words.plural(many, "row")
    said = words.capital(f"{percent(found.score)} can be used")
    if worst.name == _named(WHOLE_ROW):
        return f"{said}; {rows} {what} at all ({worst.place})"
    return f"{said}; most often wrong is “{worst.name}”: {rows} {what} ({worst.place})"


def percent(score: float | None) -> str:
    """Never rounded up to all, never down to none."""
    if score is None:
        return "–"
    if 99.9 < score < 100:
        return "over 99.9%"
    return f"{words.number(score, 0 if float(score).is_integer() else 1)}%"
