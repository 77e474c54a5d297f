"""A table as a file to take away: what is shown, as CSV or Excel."""

from __future__ import annotations

import csv
import io
from typing import Literal

import xlsxwriter
from fastapi import Response

from services.dashboard.domain.answers import Number
from services.dashboard.domain.sheets import Sheet

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so would be run as a formula by a spreadsheet."""


def answer(sheet: Sheet, form: Literal["csv", "xlsx"], name: str) -> Response:
    """The table under a name of letters, digits, dots and dashes."""
    lines = _lines(sheet)
    body = _as_csv(lines) if form == "csv" else _as_xlsx(lines)
    safe = "".join(one if one.isascii() and (one.isalnum() or one in "-._") else "-" for one in name)
    told = {"content-disposition": f'attachment; filename="{safe}.{form}"'}
    return Response(body, media_type=KINDS[form], headers=told)


def _lines(sheet: Sheet) -> list[list[Number | str]]:
    rows = [*sheet.rows, *([sheet.total] if sheet.total else [])]
    return [
        [column.name for column in sheet.columns],
        *([_value(cell.value) for cell in row] for row in rows),
    ]


def _value(value: Number | str | None) -> Number | str:
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value


def _as_csv(lines: list[list[Number | str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue().encode()


def _as_xlsx(lines: list[list[Number | str]]) -> bytes:
    held = io.BytesIO()
    never = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(held, {"in_memory": True, **never})
    page, bold = book.add_worksheet("Table"), book.add_format({"bold": True})
    for number, line in enumerate(lines):
        page.write_row(number, 0, line, None if number else bold)
    page.freeze_panes(1, 0)
    page.set_column(0, max(len(lines[0]) - 1, 0), 20)
    book.close()
    return held.getvalue()
