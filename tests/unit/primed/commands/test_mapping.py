"""`primed mapping`: a proposal that can be used at once, and what comes of a file before it is sent."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from primed.commands.mapping import check, draft

STEPS = """STEP_ID,STEP_TYPE,STATUS,INCOMING_ON,COMPLETED_ON,ASSIGNEE_ID
1,Review,Started,02/11/2026,,w-1
2,Review,Completed,05/11/2026,01/11/2026,w-2
3,Review,Completed,31/02/2026,,w-3
"""


def test_a_proposal_for_steps_is_used_and_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, mapping = tmp_path / "steps.csv", tmp_path / "own.yaml"
    file.write_text(STEPS, "utf-8")
    draft(file, source="mosaic/steps")
    mapping.write_text(capsys.readouterr().out, "utf-8")
    with pytest.raises(typer.Exit):
        check(mapping, file, show=1)
    told = capsys.readouterr().out
    assert 'row 2: 1 {"kind":"review","received":"2026-11-02","status":"open","worker":"w-1"}' in told
    assert "row 3" not in told
    assert "2 rows can be taken, 1 cannot." in told
    assert "completed: 1 x ends-before-start" in told
    assert "1 x INCOMING_ON: there is no such day in that month. First in row 4" in told
