"""What a cell of a table says: days, money, numbers, yes and no, as people write them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from schemas.registry import EARLIEST, LATEST
from services.ingest.domain.rows import HIDDEN

EXCELS_NOUGHT = (dt.date(1899, 12, 30), dt.date(1899, 12, 31), dt.date(1900, 1, 1))
"""What a spreadsheet shows for a day that nobody entered."""

UNKNOWN = "\ufffd"
"""What stands for a byte that could not be read."""
ENCODING = "Save the file in one encoding, best UTF-8, or name its encoding in the mapping."
UNSEEN = "Remove it in the case system; where every cell has it, name the file's encoding in the mapping."
LONGEST = 200
"""Characters of a field in an event."""

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_DAY_OF_MONTH = re.compile(r"^\d{1,2}(?=[/. -]\w)|(?<=\d{4}-\d{2}-)\d{1,2}", re.ASCII)

YES, NO = frozenset({"y", "yes", "true", "1"}), frozenset({"n", "no", "false", "0"})


class WrongCell(ValueError):
    """A cell that cannot be used: its column, its value, why and what to do."""

    def __init__(self, column: str, value: str, why: str, remedy: str = "") -> None:
        super().__init__(why)
        self.column, self.value, self.why, self.remedy = column, value, why, remedy


def plain(column: str, cell: str) -> str:
    """The text of a cell: without blanks round it, in one line.

    Raises `WrongCell` on what no event can carry: signs that do not show, unknown bytes, a page of text.
    """
    text = cell.strip()
    if not text.isprintable():
        text = " ".join(text.split())
        if _UNSEEN.search(text):
            shown = _UNSEEN.sub(UNKNOWN, text)
            raise WrongCell(column, shown, "it holds a sign that does not show, such as NUL", UNSEEN)
    if UNKNOWN in text:
        raise WrongCell(column, text, "it holds a byte that the file's encoding does not know", ENCODING)
    if len(text) > LONGEST:
        why = f"it holds {len(text):,} signs, and a field has at most {LONGEST}"
        # After a quotation mark that is not closed it holds whole rows, and whatever they say of people.
        raise WrongCell(column, HIDDEN, why, "Shorten it; look for a quotation mark that is not closed.")
    return text


def day_of(column: str, text: str, forms: Sequence[str]) -> dt.date:
    """The day that a cell names in one of these forms; a time after it is left out."""
    forms = tuple(forms)
    day = _parsed(text, forms)
    if day is not None:
        return _within(column, text, day)
    like = ", ".join(dt.date(2026, 11, 23).strftime(form) for form in forms)
    if _parsed(_DAY_OF_MONTH.sub("01", text), forms) is not None:
        raise WrongCell(column, text, "there is no such day in that month", "Write the day that is meant.")
    raise WrongCell(
        column,
        text,
        f"it is no day that can be read; the mapping expects days like {like}",
        f"Write it like {like}, or name its form under `dates` in the mapping.",
    )


@lru_cache(maxsize=16_384)
def _parsed(text: str, forms: tuple[str, ...]) -> dt.date | None:
    """Days stand in many rows, and reading one is slow."""
    for form in forms:
        for said in (text, text.split(" ")[0], text.split("T")[0]):
            try:
                return dt.datetime.strptime(said, form).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
    return None


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
