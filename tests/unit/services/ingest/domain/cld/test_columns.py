"""The header of a return: its columns in any order and form, and what is missing by its name."""

from __future__ import annotations

import pytest

from services.ingest.domain.cld.columns import COLUMNS, NAMES, OUTCOME, PERSON, place_of, places, plain
from services.ingest.domain.rows import UnreadableFile


def test_the_specification_has_its_fifty_columns_in_order() -> None:
    assert len(NAMES) == 50
    assert (NAMES[0], NAMES[24], NAMES[-1]) == ("LA Code", "Event Type", "Planned units per week")
    assert (NAMES[PERSON], NAMES[OUTCOME]) == ("LA Person Unique Identifier", "Event Outcome")


def test_capitals_spaces_and_marks_do_not_count_nor_does_the_order() -> None:
    header = [name.upper().replace(" ", "_") for name in reversed(NAMES)]
    assert places(["Extra", *header])[place_of("LA code")] == 50
    assert plain(" NFA- Other ") == plain("nfa: other")


def test_a_column_that_is_needed_and_missing_is_named() -> None:
    with pytest.raises(UnreadableFile, match="'Unit Cost' is missing"):
        places([name for name in NAMES if name != "Unit Cost"])


def test_a_column_that_may_be_missing_is() -> None:
    found = places([name for name in NAMES if name != "Gender"])
    assert found[place_of("Gender")] is None
    assert {column.name for column in COLUMNS if column.vital} <= set(NAMES)


def test_a_column_twice_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="'LA Code' stands twice"):
        places([*NAMES, "la code"])
