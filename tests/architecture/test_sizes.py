"""Files, functions and flows stay small enough to be read at once."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("schemas", "eventlog", "runtime", "services", "primed", "bench")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
MAX_FILE, MAX_FUNCTION, MAX_FLOW = 300, 40, 120


def lines_of(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def test_there_is_something_to_measure() -> None:
    assert len(FILES) > 50


def test_no_file_is_longer_than_one_idea() -> None:
    long = {str(path.relative_to(ROOT)): lines_of(path) for path in FILES if lines_of(path) > MAX_FILE}
    assert not long, f"over {MAX_FILE} lines; does each still have one idea? {long}"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "services").glob("*/flow.py")), ids=lambda path: path.parent.name
)
def test_each_flow_is_a_story_that_fits_on_two_screens(path: Path) -> None:
    assert lines_of(path) <= MAX_FLOW


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{node.name}": node.end_lineno - node.lineno + 1
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > MAX_FUNCTION
    }
    assert not long, f"over {MAX_FUNCTION} lines: {long}"


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "models", "service", "manager"])
def test_nothing_bears_a_name_that_says_nothing(name: str) -> None:
    assert [path for path in FILES if path.stem == name or path.parent.name == name] == []
