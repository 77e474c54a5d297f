"""What a cell of a table says: days, money, numbers, yes and no, as people write them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from schemas.registry import EARLIEST, LATEST

EXCELS_NOUGHT = (dt.date(1899, 12, 30), dt.date(1899, 12, 31), dt.date(1900, 1, 1))
"""What a spreadsheet shows for a day that nobody entered."""

YES, NO = frozenset({"y", "yes", "true", "1"}), frozenset({"n", "no", "false", "0"})


class WrongCell(ValueError):
    """A cell that cannot be used: its column, its value, why and what to do."""

    def __init__(self, column: str, value: str, why: str, remedy: str = "") -> None:
        super().__init__(why)
        self.column, self.value, self.why, self.remedy = column, value, why, remedy


def day_of(column: str, text: str, forms: Sequence[str]) -> dt.date:
    """The day that a cell names in one of these forms; a time after it is left out."""
    for form in forms:
        for said in (text, text.split(" ")[0], text.split("T")[0]):
            try:
                day = dt.datetime.strptime(said, form).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
            return _within(column, text, day)
    like = ", ".join(dt.date(2026, 11, 23).strftime(form) for form in forms)
    raise WrongCell(
        column,
        text,
        f"it is no day that can be read; the mapping expects days like {like}",
        f"Write it like {like}, or name its form under `dates` in the mapping.",
    )


def _within(column: str, text: str, day: dt.date) -> dt.date:
    if day in EXCELS_NOUGHT:
        raise WrongCell(
            column, text, "a spreadsheet writes this day where none was entered", "Leave it blank."
        )
    if not EARLIEST <= day <= LATEST:
        raise WrongCell(column, text, f"{day} lies outside 1990–2100")
    return day


def number_of(column: str, text: str) -> Decimal:
    """A number as people write it: £ and thousands commas are left out; at most two decimals."""
    plain = text.replace("£", "").replace(",", "").replace(" ", "")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise WrongCell(column, text, "it is no number", "Write digits, as 1234.50.") from None
    exponent = number.normalize().as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -2 or number.adjusted() > 9:
        raise WrongCell(
            column, text, "it has more than two decimals, or is too large", "Write it as 1234.50."
        )
    return number


def pence_of(column: str, text: str) -> int:
    """Pounds as whole pence; the sign is not used."""
    return int(number_of(column, text) * 100)


def whether(column: str, text: str) -> bool:
    said = text.lower()
    if said in YES:
        return True
    if said in NO:
        return False
    raise WrongCell(
        column, text, "it is neither yes nor no", "Say in the mapping, under `values`, what it means."
    )
