"""Reports as files: CSV and Excel of exactly what the JSON says."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from services.metrics.api.views import Cell as Cell
from services.metrics.api.views import Meta

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so would be run as a formula by a spreadsheet."""

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def harmless(cell: Cell) -> Cell:
    """The cell, with an apostrophe before a text that a spreadsheet would run."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(DANGEROUS) else cell


def as_csv(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """Columns and rows as CSV (RFC 4180) in UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([["" if cell is None else harmless(cell) for cell in row] for row in rows])
    return text.getvalue().encode()


def as_xlsx(columns: Sequence[str], rows: Sequence[Sequence[Cell]], about: Mapping[str, Cell]) -> bytes:
    """Columns and rows as a workbook; its second sheet says what they rest on."""
    held = io.BytesIO()
    never = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(held, {"in_memory": True, **never})
    bold = book.add_format({"bold": True})
    sheet, notes = book.add_worksheet("Report"), book.add_worksheet("About")
    sheet.write_row(0, 0, list(columns), bold)
    for number, row in enumerate(rows, start=1):
        sheet.write_row(number, 0, ["" if cell is None else harmless(cell) for cell in row])
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(len(columns) - 1, 0), 20)
    for number, (name, value) in enumerate(about.items()):
        notes.write_string(number, 0, name, bold)
        notes.write(number, 1, "" if value is None else harmless(value))
    notes.set_column(0, 1, 40)
    book.close()
    return held.getvalue()


def headers_of(meta: Meta, name: str) -> dict[str, str]:
    """What a file rests on, as headers, and the name under which it is kept."""
    told: dict[str, Any] = meta.model_dump(mode="json")
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Primed-As-At": told["as_at"],
        "Primed-As-Known": told["as_known"] or "",
        "Primed-Fresh-At": told["fresh_at"] or "",
        "Primed-Positions": json.dumps(told["positions"], separators=(",", ":")),
    }
