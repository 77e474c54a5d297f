"""Other stream processors on the same events: each keeps a plain count of every key, and nothing else.

They are fetched into the cache on first use, into environments of their own; the product needs none of them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.stand import Stand, say

HERE = Path(__file__).parent
PATIENCE_S = 900.0


@dataclass(frozen=True, slots=True)
class Peer:
    """What was measured of one peer; without `rate` it could not be run, and `why` says why."""

    name: str
    keeps: str
    rate: float | None
    why: str = ""


def measure(stand: Stand, topic: str, records: int) -> list[Peer]:
    """Let each peer count the records of the topic, one after another."""
    cache = stand.place.cache
    bootstrap = stand.place.bootstrap
    python = _own_python(cache)
    java = _own_java(cache)
    found: list[Peer] = []
    for name, keeps, script, words in (
        ("Quix Streams, at least once", "RocksDB + changelog", "quix_count.py", ("at-least-once",)),
        ("Quix Streams, exactly once", "RocksDB + changelog", "quix_count.py", ("exactly-once",)),
        ("Bytewax", "memory, nothing durable", "bytewax_count.py", ()),
    ):
        command = [python, str(HERE / script), bootstrap, topic, str(records), *words]
        found.append(_run(name, keeps, command, records))
    for name, guarantee in (
        ("Kafka Streams, at least once", "at_least_once"),
        ("Kafka Streams, exactly once", "exactly_once_v2"),
    ):
        command = [*java, bootstrap, topic, str(records), guarantee, "2"]
        found.append(_run(name, "RocksDB + changelog", command, records))
    return found


def _run(name: str, keeps: str, command: Sequence[str], records: int) -> Peer:
    say(f"{name} counts {records} records")
    folder = tempfile.mkdtemp(prefix="primed-peer-")
    try:
        done = subprocess.run(
            [*command, folder], capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        if done.returncode:
            return Peer(name, keeps, None, (done.stderr.strip().splitlines() or ["it said nothing"])[-1])
        return Peer(name, keeps, records / float(done.stdout.split()[-1]))
    except (OSError, subprocess.TimeoutExpired, ValueError, IndexError) as error:
        return Peer(name, keeps, None, str(error))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _own_python(cache: Path) -> str:
    """An interpreter with the peers from PyPI."""
    wanted = HERE / "requirements.txt"
    folder = cache / "peers"
    python, made = folder / "bin" / "python", folder / "requirements.txt"
    if not made.exists() or made.read_text() != wanted.read_text():
        say("fetching Quix Streams and Bytewax")
        uv = [sys.executable, "-m", "uv"]
        subprocess.run(
            [*uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)], check=True
        )
        subprocess.run(
            [*uv, "pip", "install", "--quiet", "--python", str(python), "-r", str(wanted)],
            check=True,
            stdout=2,
        )
        shutil.copy(wanted, made)
    return str(python)


def _own_java(cache: Path) -> list[str]:
    """The command that runs the program on Kafka Streams, up to its own words; needs a JDK, no mere JRE."""
    jars, classes = cache / "peers-jars", cache / "peers-classes"
    if not any(jars.glob("kafka-streams-*.jar")):
        say("fetching Kafka Streams")
        maven = ["mvn", "-q", "-B", "--strict-checksums", f"-Dmaven.repo.local={cache / 'maven'}"]
        goal = ["dependency:copy-dependencies", f"-DoutputDirectory={jars}"]
        subprocess.run([*maven, "-f", str(HERE / "streams" / "pom.xml"), *goal], check=False, stdout=2)
    if shutil.which("javac"):
        source = HERE / "streams" / "Count.java"
        subprocess.run(["javac", "-d", str(classes), "-cp", f"{jars}/*", str(source)], check=False, stdout=2)
    return ["java", "-Xmx1g", "-cp", f"{jars}/*:{classes}", "Count"]
