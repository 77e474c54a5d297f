"""A council as tables and as steps: the same bytes each time, each day's export beside the others."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from primed.simulate.exporting import steps, tables
from primed.simulate.exporting.council import Council, Writer
from services.ingest.domain.mapping import parse

ENDS = dt.date(2026, 9, 6)
WRITERS: tuple[Writer, ...] = (tables.write, steps.write)


@pytest.mark.parametrize("write", WRITERS)
def test_the_same_council_gives_the_same_bytes(write: Writer, tmp_path: Path) -> None:
    found = []
    for name in ("once", "again"):
        folder = tmp_path / name
        folder.mkdir()
        write(Council(7, dt.date(2026, 9, 1), ENDS), folder)
        found.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert found[0] == found[1]
    assert len(found[0]) > 3


@pytest.mark.parametrize("write", WRITERS)
def test_the_command_that_it_names_fits_the_files(write: Writer, tmp_path: Path) -> None:
    written = write(Council(7, dt.date(2026, 9, 1), ENDS, exports=2), tmp_path)
    exports = [one for one in written if one.path.suffix == ".csv"]
    assert {one.load.rpartition(" ")[2] for one in exports} == {
        "2026-09-04T23:30:00+01:00",
        "2026-09-05T23:30:00+01:00",
    }
    for one in exports:
        head, *rows = csv.reader(one.path.read_text("utf-8").splitlines())
        mapping = parse(Path(one.load.split()[4]).read_text("utf-8"))
        assert mapping.format in ("table", "steps")
        assert len(rows) == one.rows > 0
        assert {len(row) for row in rows} == {len(head)}


def test_money_and_days_are_written_as_people_write_them(tmp_path: Path) -> None:
    tables.write(Council(7, dt.date(2026, 9, 1), ENDS), tmp_path)
    first = next(csv.DictReader((tmp_path / "packages.csv").read_text("utf-8").splitlines()))
    assert first["Unit cost"].startswith("£")
    assert dt.datetime.strptime(first["Start date"], "%d/%m/%Y").year < 2026
