"""`primed measures check`: a file of one's own is right, or each mistake is said before anything stops."""

from pathlib import Path

import pytest

from primed.commands.measures import check
from primed.trouble import Trouble

OWN = """\
extends: shipped
measures:
  - id: waiting
    name: Waiting
    definition: Work that waits.
    formula: end(unallocated)
    polarity: lower
"""


def test_a_right_file_is_told_with_what_is_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(OWN)
    check(own)
    head, *listed = capsys.readouterr().out.splitlines()
    assert head.startswith(f"{own} is right: ")
    assert head.endswith(" measures, 1 of them new or changed by it.")
    assert listed == ["  waiting: end(unallocated)"]


def test_each_mistake_is_said_with_its_line_and_what_to_do(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(OWN.replace("lower", "down").replace("unallocated", "alocated"))
    with pytest.raises(Trouble) as trouble:
        check(own)
    head, first, second = trouble.value.what.splitlines()
    assert head == f"{own} has 2 mistakes:"
    assert (f"{own}:6:14: " in first, f"{own}:7:15: " in second) == (True, True)
    assert "docs/measures.md" in trouble.value.do
    with pytest.raises(Trouble, match="cannot be read"):
        check(tmp_path / "none.yaml")
