"""Rows name people by a keyed hash until it is exchanged for their random ids."""

from __future__ import annotations

from msgspec.structs import replace

from services.ingest.domain.rows import Row


def named(row: Row, person: str | None) -> Row:
    """The row with the person's random id in the place of the hash; without a person where there is no id."""
    if row.person is None or row.shown is None:
        return row
    before = b'"person":"%b"' % row.person.encode()
    if person is None:
        # In a row a status follows the person, so there is always a comma to take along.
        shown = row.shown.row.replace(before + b",", b"", 1)
    else:
        shown = row.shown.row.replace(before, b'"person":"%b"' % person.encode(), 1)
    return replace(row, shown=replace(row.shown, row=shown), person=None)
