"""What a file of items as they stand covers, as its sender or its mapping says: never guessed, for what is
missing is withdrawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Literal

from runtime.problems import wrong
from services.ingest.api.ports import KeptMapping
from services.ingest.domain.exports import coverage_text
from services.ingest.domain.mapping import Mapping, parse
from services.ingest.domain.organisation import OrganisationMapping
from services.ingest.domain.table import Said, Window, coverage_of


def covered_by(mapping: KeptMapping | None, said: str | None, as_of: str | None) -> str | None:
    """The coverage as an import keeps it (JSON); None for a file of events."""
    table = None if mapping is None else parse(mapping.body)
    if table is None or isinstance(table, Mapping | OrganisationMapping):
        if said is not None:
            raise wrong(
                "Only a file that shows items as they stand has a coverage; leave it out.", field="coverage"
            )
        return None
    if as_of is None:
        raise wrong(
            "Say when the file was true, as ?as_of=2026-11-22T18:00:00+00:00: by that a newer export wins.",
            field="as_of",
        )
    if said is None and table.coverage is None:
        raise wrong(
            "Say what the file covers: ?coverage=all if it holds every item of its source, none if it does "
            "not tell which are gone, or days as received:2026-04-01..2027-03-31.",
            field="coverage",
        )
    return coverage_text(coverage_of(table.coverage if said is None else _read(said, table.days)))


def _read(said: str, dated: Collection[str]) -> Said | Literal["reporting-period"]:
    match said:
        case "all" | "none":
            return said
        case "reporting-period" if "reported" in dated:
            return "reporting-period"
    field, _, days = said.partition(":")
    if field not in dated:
        raise wrong(f"{field!r} is no date that the mapping fills; use one that is.", field="coverage")
    first, _, last = days.partition("..")
    try:
        window = Window(field, _day(first), _day(last))
    except ValueError as error:
        raise wrong(f"coverage has a day that does not exist: {error}.", field="coverage") from error
    if window.first and window.last and window.first > window.last:
        raise wrong("coverage ends before it begins; turn its days round.", field="coverage")
    return window


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
