"""`primed simulate --as`: files instead of a feed, and plain words where that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from primed.simulate.command import simulate
from primed.trouble import Trouble


def test_files_are_written_and_it_says_how_to_load_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new" / "folder"
    simulate(form="events", out=folder, days=3, until="2026-09-04")
    told = capsys.readouterr().out
    rows = len((folder / "events.jsonl").read_text("utf-8").splitlines())
    assert f"events.jsonl: {rows} rows" in told
    assert f"primed import {folder / 'events.jsonl'}" in told


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"form": "parchment"}, "Give one of events"),
        ({"form": "events", "until": "23/11/2026"}, "Write it as 2026-11-23"),
        ({"form": "events", "until": "2026-09-04", "out": Path("/dev/null/folder")}, "another folder"),
    ],
)
def test_what_cannot_be_written_says_what_to_do(asked: dict[str, object], says: str) -> None:
    with pytest.raises(Trouble, match=says):
        simulate(**asked)  # type: ignore[arg-type]  # table of any option
