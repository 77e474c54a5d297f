"""Tables as they are shown and as they lie in a file: the same rows, columns and figures in both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from services.dashboard.domain import words
from services.dashboard.domain.answers import Number

HIDDEN = "–"
LEAST = 5
"""Counts from 1 to below this are not shown in a view that is made for many eyes."""
ROUND = 100
"""Pounds to which amounts are rounded in a shared view, so that no single package shows."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name; figures stand to the right."""

    name: str
    figures: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows, the value that a file holds, and where it leads.

    `counted` is a number of people or of pieces of work, masked in a shared view where it is small; `telling`
    holds such numbers, would give them away or names somebody, and is left out of shared views. An amount in
    `pounds` is rounded there; with `beside` it is left out where the count to its left is hidden.
    """

    text: str
    value: Number | str | None = None
    link: str = ""
    counted: bool = False
    telling: bool = False
    pounds: bool = False
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: the first cell of a row names it."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] = ()


def said(text: str, link: str = "") -> Cell:
    """Words."""
    return Cell(text, text, link)


def count(value: int | None, link: str = "") -> Cell:
    """A number of people or of pieces of work."""
    return Cell(words.number(value), value, link, counted=True)


def figure(value: Number | None, unit_of_measure: str = "count", link: str = "") -> Cell:
    """A measured value that gives nobody away."""
    return Cell(words.shown(value, unit_of_measure), value, link)


def money(value: Number, link: str = "") -> Cell:
    """Whole pounds; a file holds the pence."""
    return Cell(words.pounds(value), value, link, pounds=True)


def moved(value: Number, link: str = "", *, beside: bool = False) -> Cell:
    """Pounds by which something rose or fell, with its sign."""
    return Cell(words.signed(value), value, link, pounds=True, beside=beside)


def columns(*names: str, figures: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """Columns of words, then those of figures."""
    return (*(Column(name) for name in names), *(Column(name, figures=True) for name in figures))


def masked(sheet: Sheet, least: int) -> Sheet:
    """The sheet for many eyes: counts from 1 to below `least` are not shown.

    One hidden count alone in a row or column could be had from the others and their sum, so the next smallest
    is hidden with it. Texts that tell of counts, and names of people, are left out; amounts are rounded.
    """
    hidden = _hidden([*sheet.rows, *([sheet.total] if sheet.total else [])], least)
    rows = [
        tuple(_mask(cell, (row, column - cell.beside) in hidden, least) for column, cell in enumerate(cells))
        for row, cells in enumerate([*sheet.rows, sheet.total])
    ]
    return replace(sheet, rows=tuple(rows[:-1]), total=rows[-1])


def _small(cell: Cell, least: int) -> bool:
    return cell.counted and isinstance(cell.value, int) and 0 < cell.value < least


def _hidden(rows: Sequence[tuple[Cell, ...]], least: int) -> set[tuple[int, int]]:
    """The places of counts that are hidden; each round hides what those hidden before would give away."""
    counts = {
        (row, column): cell.value
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
        if cell.counted and isinstance(cell.value, int) and cell.value
    }
    hidden = {place for place, value in counts.items() if value < least}
    while True:
        more = {found for axis in (0, 1) for found in _alone(counts, hidden, axis)}
        if not more:
            return hidden
        hidden |= more


def _alone(
    counts: Mapping[tuple[int, int], int], hidden: set[tuple[int, int]], axis: int
) -> Iterator[tuple[int, int]]:
    """Beside each hidden count that is the only one of its row (axis 0) or column (1), another of that line.

    Rather one whose other line has something hidden already, so that no more is hidden than must be.
    """
    crossed = {place[1 - axis] for place in hidden}
    for line in {place[axis] for place in hidden}:
        if sum(place[axis] == line for place in hidden) == 1:
            others = [
                (place[1 - axis] not in crossed, value, place)
                for place, value in counts.items()
                if place[axis] == line and place not in hidden
            ]
            if others:
                yield min(others)[2]


def _mask(cell: Cell, hidden: bool, least: int) -> Cell:
    if cell.telling or (hidden and cell.beside):
        return Cell(HIDDEN, "")
    if cell.pounds and isinstance(cell.value, int | float):
        return _rounded(cell, round(cell.value / ROUND) * ROUND)
    if not hidden:
        return replace(cell, link="")
    if _small(cell, least):
        return Cell(f"under {least}", f"under {least}")
    return Cell("not shown", "not shown")


def _rounded(cell: Cell, value: int) -> Cell:
    signed = cell.text.startswith(("+", words.MINUS))
    return Cell(words.signed(value) if signed else words.pounds(value), value)
