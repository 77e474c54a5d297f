"""The jars of Apache Kafka: fetched once by Maven, checked against the hashes that ship with the project."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from primed.stack.process import ask
from primed.trouble import Trouble

HERE = Path(__file__).parent
POM = HERE / "pom.xml"
HASHES = HERE / "jars.sha256"
KAFKA_VERSION = "4.4.0"
WITHOUT_JAVA = (
    "Or point PRIMED_KAFKA_BOOTSTRAP at a Kafka that runs elsewhere: then neither Java nor Maven is needed."
)


def folder(cache: Path) -> Path:
    """Where Kafka's jars are kept."""
    return cache / f"kafka-{KAFKA_VERSION}"


def jars(cache: Path) -> Path:
    """The folder with Kafka's jars, fetched now if it is not there or not whole."""
    kept = folder(cache)
    with _alone(cache):
        if wrong(kept):
            _fetch(cache, kept)
    return kept


def wrong(kept: Path) -> list[str]:
    """The names of jars that are missing, altered or not expected; empty when the folder is whole."""
    pairs = (line.split() for line in HASHES.read_text().splitlines())
    expected = {name: digest for digest, name in pairs}
    found = {path.name for path in kept.glob("*.jar")}
    altered = [name for name in expected if name in found and _sha256(kept / name) != expected[name]]
    return sorted((set(expected) ^ found) | set(altered))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fetch(cache: Path, kept: Path) -> None:
    if shutil.which("mvn") is None:
        raise Trouble(
            "Maven is not installed, and Kafka's jars are not in the cache yet.",
            f"Install it (Debian: apt-get install maven openjdk-17-jre-headless). {WITHOUT_JAVA}",
        )
    part = cache / f"kafka-{KAFKA_VERSION}.part"
    shutil.rmtree(part, ignore_errors=True)
    done = ask(_maven(cache, part))
    if done.returncode != 0:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise Trouble(
            f"Maven could not fetch Kafka's jars: {said[0] if said else 'it said nothing'}",
            f"Check that this machine reaches Maven Central, then try again. {WITHOUT_JAVA}",
        )
    if bad := wrong(part):
        raise Trouble(
            f"What Maven fetched differs from the hashes in {HASHES.name}: {', '.join(bad[:3])}.",
            "Nothing of it was used. Check the Maven mirror of this machine.",
        )
    shutil.rmtree(kept, ignore_errors=True)
    os.replace(part, kept)


def _maven(cache: Path, target: Path) -> list[str]:
    return [
        "mvn", "-q", "-B", "--strict-checksums", f"-Dmaven.repo.local={cache / 'maven'}",
        "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={target}",
    ]  # fmt: skip


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    """Two stacks that start at the same moment share one download."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
