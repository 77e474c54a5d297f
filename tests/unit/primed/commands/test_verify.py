"""An audit's answer: plain words, then the bytes; the exit code says which it was."""

from __future__ import annotations

from typing import Any

import pytest
import typer

from primed.commands import verify


def answered(monkeypatch: pytest.MonkeyPatch, **found: Any) -> list[list[str]]:
    asked: list[list[str]] = []

    def run(words: list[str], as_json: bool) -> dict[str, Any]:
        asked.append(words)
        return found

    monkeypatch.setattr(verify, "run", run)
    return asked


def test_equal_is_said_and_left_with_nought(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = answered(monkeypatch, equal=True, said="equal: all of it.", differences=[])
    verify.verify(generation=3, workers=2)
    assert asked == [["verify", "--generation", "3", "--workers", "2"]]
    assert capsys.readouterr().out == "equal: all of it.\n"


def test_differences_are_said_in_words_then_as_they_stand(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = {"said": "A line is wrong.", "stands": '{"amount":5}', "gives": '{"amount":1}'}
    missing = {"said": "A line is missing.", "stands": None, "gives": '{"amount":2}'}
    answered(monkeypatch, equal=False, said="different: a little.", differences=[wrong, missing])
    with pytest.raises(typer.Exit) as left:
        verify.verify()
    assert left.value.exit_code == 1
    assert capsys.readouterr().out.splitlines() == [
        "A line is wrong.",
        '  -{"amount":5}',
        '  +{"amount":1}',
        "A line is missing.",
        '  +{"amount":2}',
        "different: a little.",
    ]
