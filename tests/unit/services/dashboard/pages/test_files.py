"""A table as a file holds what the page shows."""

import io
import zipfile

from services.dashboard.domain import sheets
from services.dashboard.domain.sheets import Sheet
from services.dashboard.pages import files

SHEET = Sheet(
    "Work",
    sheets.columns("Team", figures=("Open", "Spend")),
    ((sheets.said("=North, old"), sheets.count(1234), sheets.money(-12.5)),),
    (sheets.said("In all"), sheets.count(None), sheets.money(3)),
)


def test_a_csv_has_plain_figures_and_runs_nothing() -> None:
    answer = files.answer(SHEET, "csv", "work/../x y")
    assert bytes(answer.body).decode().splitlines() == [
        "Team,Open,Spend",
        '"\'=North, old",1234,-12.5',
        "In all,,3",
    ]
    assert answer.headers["content-disposition"] == 'attachment; filename="work-..-x-y.csv"'


def test_a_workbook_has_the_same() -> None:
    body = bytes(files.answer(SHEET, "xlsx", "work").body)
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        words = book.read("xl/sharedStrings.xml").decode()
        cells = book.read("xl/worksheets/sheet1.xml").decode()
    assert "'=North, old" in words.replace("&apos;", "'")
    assert "<v>1234</v>" in cells
    assert "<f>" not in cells
