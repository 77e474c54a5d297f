"""Tables for many eyes: what is small is hidden, and nothing shown gives it away."""

import re

from hypothesis import given
from hypothesis import strategies as st

from services.dashboard.domain import sheets
from services.dashboard.domain.sheets import Cell, Sheet

LEAST = 5


def sheet(*rows: tuple[int, ...], total: tuple[int, ...] = ()) -> Sheet:
    width = len(rows[0])
    heads = sheets.columns("Team", figures=tuple(f"c{index}" for index in range(width)))
    made = tuple(
        (sheets.said(f"t{index}"), *(sheets.count(one) for one in row)) for index, row in enumerate(rows)
    )
    end = (sheets.said("In all"), *(sheets.count(one) for one in total)) if total else ()
    return Sheet("Work", heads, made, end)


def texts(found: Sheet) -> list[list[str]]:
    return [[cell.text for cell in row[1:]] for row in found.rows]


def test_large_counts_and_nought_stand() -> None:
    assert texts(sheets.masked(sheet((12, 0), (40, 7)), LEAST)) == [["12", "0"], ["40", "7"]]


def test_a_small_count_takes_the_next_smallest_of_its_row_and_column_with_it() -> None:
    found = sheets.masked(sheet((96, 93, 3), (66, 59, 7), (26, 26, 0)), LEAST)
    assert texts(found) == [
        ["96", "not shown", "under 5"],
        ["66", "not shown", "not shown"],
        ["26", "26", "0"],
    ]


def test_the_file_holds_no_more_than_the_page() -> None:
    found = sheets.masked(sheet((96, 93, 3), (66, 59, 7)), LEAST)
    values = [cell.value for row in found.rows for cell in row]
    assert 3 not in values
    assert 93 not in values


def test_texts_that_tell_of_counts_are_left_out_and_nothing_leads_to_them() -> None:
    row = (
        sheets.said("North", "/units/north"),
        sheets.count(9, "/explain"),
        Cell("2 died", "2 died", telling=True),
    )
    found = sheets.masked(Sheet("Work", sheets.columns("Team", "n", "How"), (row,)), LEAST)
    (shown,) = found.rows
    assert [cell.text for cell in shown] == ["North", "9", "–"]
    assert [cell.link for cell in shown] == ["", "", ""]


@given(st.lists(st.tuples(*[st.integers(0, 30)] * 3), min_size=2, max_size=6))
def test_no_row_or_column_with_a_hidden_count_has_but_one(rows: list[tuple[int, ...]]) -> None:
    found = texts(sheets.masked(sheet(*rows), LEAST))
    for line in [
        *zip(rows, found, strict=True),
        *zip(zip(*rows, strict=True), zip(*found, strict=True), strict=True),
    ]:
        numbers, shown = line
        hidden = [text for text in shown if not re.fullmatch(r"\d+", text)]
        others = [number for number in numbers if number]
        assert len(hidden) != 1 or len(others) == 1
        assert not [one for one in shown if one in ("1", "2", "3", "4")]


def test_amounts_are_rounded_and_left_out_beside_a_count_that_is_hidden() -> None:
    heads = sheets.columns("Team", figures=("Pieces of work", "Changed by", "Closing"))
    rows = tuple(
        (
            sheets.said(f"t{index}"),
            sheets.count(many),
            sheets.moved(by, "/explain", beside=True),
            sheets.money(by * 10),
        )
        for index, (many, by) in enumerate([(3, 845.0), (9, -1266.5), (40, 3310.0)])
    )
    assert texts(sheets.masked(Sheet("Spend", heads, rows), LEAST)) == [
        ["under 5", "–", "£8,400"],
        ["not shown", "–", "−£12,700"],
        ["40", "+£3,300", "£33,100"],
    ]
