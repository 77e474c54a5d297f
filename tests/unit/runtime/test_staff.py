"""The staff directory: people by id, read again when the file changes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runtime.staff import Directory, Person, StaffFileWrong

LEAH = """
people:
  w-0012: {name: Leah Brook, email: leah@example.org, role: manager, unit: north-locality}
  17: {name: Sam}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "staff.yaml"
    path.write_text(LEAH)
    return path


def change(path: Path, text: str) -> None:
    path.write_text(text)
    later = path.stat().st_mtime_ns + 1_000_000_000
    os.utime(path, ns=(later, later))


def test_a_person_is_found_by_id(file: Path) -> None:
    found = Directory(file)
    assert found.person("w-0012") == Person(
        "w-0012", "Leah Brook", "leah@example.org", "manager", "north-locality"
    )
    assert found.person("17") == Person("17", "Sam")


def test_who_is_not_known_is_shown_as_the_id(file: Path) -> None:
    assert Directory(file).person("w-9999") == Person("w-9999", "w-9999")


def test_without_a_file_everybody_is_an_id(tmp_path: Path) -> None:
    assert Directory(tmp_path / "none.yaml").person("w-1").name == "w-1"


def test_a_changed_file_is_read_again(file: Path) -> None:
    found = Directory(file)
    assert found.person("w-0012").name == "Leah Brook"
    change(file, "people: {w-0012: {name: Leah Rivers}}")
    assert found.person("w-0012").name == "Leah Rivers"


def test_a_file_that_went_wrong_or_away_leaves_the_last_good_one(file: Path) -> None:
    found = Directory(file)
    assert found.person("w-0012").name == "Leah Brook"
    change(file, "people: [broken")
    assert found.person("w-0012").name == "Leah Brook"
    file.unlink()
    assert found.person("w-0012").name == "Leah Brook"


@pytest.mark.parametrize("text", ["people: [1, 2]", "[]", "people: {w-1: Leah}", ": :", "people: {a: {"])
def test_a_file_that_never_was_a_directory_is_said_to_be_wrong(tmp_path: Path, text: str) -> None:
    path = tmp_path / "staff.yaml"
    path.write_text(text)
    with pytest.raises(StaffFileWrong, match=r"staff\.yaml"):
        Directory(path).people()
