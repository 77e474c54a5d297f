"""A row's keyed hash is exchanged for a random id, or taken out."""

from __future__ import annotations

import json

from services.ingest.domain.people import named
from services.ingest.domain.rows import Row, Shown

HASH = "0123456789abcdef0123456789abcdef"


def row() -> Row:
    data = {"kind": "review", "person": HASH, "received": "2026-06-02", "status": "completed"}
    shown = Shown("review/1", json.dumps(data, separators=(",", ":")).encode(), ())
    return Row(2, shown=shown, key="review/1", person=HASH)


def test_the_id_stands_where_the_hash_stood() -> None:
    found = named(row(), "r4nd0m")
    assert found.shown is not None
    assert json.loads(found.shown.row)["person"] == "r4nd0m"
    assert HASH not in repr(found)


def test_somebody_who_was_erased_is_in_no_row() -> None:
    found = named(row(), None)
    assert found.shown is not None
    assert json.loads(found.shown.row) == {"kind": "review", "received": "2026-06-02", "status": "completed"}
    assert HASH not in repr(found)


def test_a_row_that_names_nobody_is_as_it_was() -> None:
    assert named(Row(2, key="review/1"), None) == Row(2, key="review/1")
