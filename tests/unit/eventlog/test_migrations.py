"""Migration files: numbered, complete, and with what they include."""

from __future__ import annotations

import pytest

from eventlog import migrations
from eventlog.migrations import Migration, MigrationRefused, found


class Folder:
    """Stands for a package's folder."""

    def __init__(self, **files: str) -> None:
        self._files = files

    def joinpath(self, name: str) -> Folder:
        return self

    def iterdir(self) -> list[File]:
        return [File(f"{name[1:]}.sql", text) for name, text in self._files.items()]


class File:
    def __init__(self, name: str, text: str) -> None:
        self.name, self._text = name, text

    def joinpath(self, name: str) -> File:
        return self

    def read_text(self, encoding: str) -> str:
        return self._text


def given(monkeypatch: pytest.MonkeyPatch, **files: str) -> None:
    real = migrations.resources.files
    monkeypatch.setattr(
        migrations.resources,
        "files",
        lambda package: Folder(**files) if package == "given" else real(package),
    )


def test_files_run_in_the_order_of_their_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, _0002_b="SELECT 2", _0001_a="SELECT 1", _notes="not one")
    assert found("given") == [Migration(1, "0001_a", "SELECT 1"), Migration(2, "0002_b", "SELECT 2")]


def test_a_gap_in_the_numbers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, _0001_a="SELECT 1", _0003_c="SELECT 3")
    with pytest.raises(MigrationRefused, match="not numbered 0001, 0002"):
        found("given")


def test_an_include_brings_the_event_store_and_counts_for_the_checksum(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given(monkeypatch, _0001_a="-- include: eventlog/event_store.sql\nCREATE TABLE own (id int);")
    (migration,) = found("given")
    assert "CREATE TABLE event (" in migration.sql
    assert migration.sql.endswith("CREATE TABLE own (id int);")
    assert migration.checksum != Migration(1, "0001_a", "CREATE TABLE own (id int);").checksum
