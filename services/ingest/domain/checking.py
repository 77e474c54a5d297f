"""What of a row's fields is not simply valid, beside what cannot be read at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from services.ingest.domain.rows import Check, Noun
from services.ingest.domain.table import SHAPES

BLANK: Mapping[str, Check] = {
    name: Check(name, "blank") for shape in SHAPES.values() for name in shape.__struct_fields__
}
"""One check of each field that may be blank, so that a million rows share them."""

HAPPENED: Mapping[Noun, frozenset[str]] = {
    "work": frozenset(
        (
            *("received", "started", "completed", "authorised", "cancelled", "reopened"),
            *("allocated", "team_since", "due_since"),
        )
    ),
    "package": frozenset(("started", "team_since", "setting_since", "cost_since")),
}
"""Days on which something happened, so they cannot lie after the export; a package's end may be planned."""

ENDS: Mapping[Noun, tuple[tuple[str, str], ...]] = {
    "work": (("completed", "received"), ("completed", "started"), ("cancelled", "received")),
    "package": (("ended", "started"),),
}
"""A field that ends something, and the field that begins it."""


def of_dates(data: Mapping[str, Any], noun: Noun, as_of: dt.date | None) -> list[Check]:
    """Dates after the day of the export, and ends before their beginnings; each field once of each."""
    found = dict.fromkeys(
        Check(end, "ends-before-start")
        for end, start in ENDS[noun]
        if end in data and start in data and data[end] < data[start]
    )
    if as_of is not None:
        late = (name for name in HAPPENED[noun] if name in data and data[name] > as_of)
        found |= dict.fromkeys(Check(name, "future") for name in sorted(late))
    return list(found)
