"""What was downloaded is used only when it is what the project expects."""

import hashlib
from pathlib import Path

import pytest

from primed.stack import downloads
from primed.trouble import Trouble


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    hashes = tmp_path / "jars.sha256"
    hashes.write_text(
        "".join(f"{hashlib.sha256(name.encode()).hexdigest()}  {name}\n" for name in ("a.jar", "b.jar"))
    )
    monkeypatch.setattr(downloads, "HASHES", hashes)
    made = tmp_path / f"kafka-{downloads.KAFKA_VERSION}"
    made.mkdir()
    for name in ("a.jar", "b.jar"):
        (made / name).write_text(name)
    return made


def test_a_whole_folder_is_used_without_asking_anybody(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert downloads.jars(folder.parent) == folder


def test_a_missing_an_altered_and_an_unexpected_jar_are_seen(folder: Path) -> None:
    (folder / "a.jar").write_text("something else")
    (folder / "b.jar").unlink()
    (folder / "c.jar").write_text("c.jar")
    assert downloads.wrong(folder) == ["a.jar", "b.jar", "c.jar"]


def test_without_maven_it_says_what_to_install_and_the_way_around(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.jar").unlink()
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Trouble) as refused:
        downloads.jars(folder.parent)
    assert "apt-get install maven" in refused.value.do
    assert "PRIMED_KAFKA_BOOTSTRAP" in refused.value.do


def test_what_maven_brought_is_not_used_when_it_is_something_else(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.jar").unlink()
    fake = folder.parent / "bin" / "mvn"
    fake.parent.mkdir()
    fake.write_text(
        '#!/bin/sh\nfor word in "$@"; do case $word in -DoutputDirectory=*) out=${word#*=};; esac; done\n'
        "mkdir -p $out; printf evil > $out/a.jar; printf b.jar > $out/b.jar\n"
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:/usr/bin:/bin")
    with pytest.raises(Trouble, match=r"a\.jar"):
        downloads.jars(folder.parent)
    assert downloads.wrong(folder) == ["a.jar"]


def test_the_hashes_are_those_of_the_version_in_the_pom() -> None:
    assert f"<version>{downloads.KAFKA_VERSION}</version>" in downloads.POM.read_text()
    assert f"kafka_2.13-{downloads.KAFKA_VERSION}.jar" in (downloads.HERE / "jars.sha256").read_text()
