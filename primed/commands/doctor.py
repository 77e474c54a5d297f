"""`primed doctor`: what this machine has and lacks, and what to do about it."""

import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Annotated

import psutil
import typer
from rich.markup import escape

from primed.commands.speaking import out, say_json
from primed.stack import control, downloads, ports
from primed.stack.options import remembered
from primed.stack.place import Place, from_environment
from primed.stack.process import ask
from primed.trouble import Trouble

OLDEST_JAVA = 17
ROOM_GB, MEMORY_GB = 2.0, 2.0
JAVA = f"apt-get install openjdk-17-jre-headless. {downloads.WITHOUT_JAVA}"
Json = Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `do` is empty when it is well."""

    about: str
    found: str
    do: str = ""


def doctor(as_json: Json = False) -> None:
    """Look at Java, Maven, ports, disk and memory. Exit code 1 when something is missing."""
    place = from_environment(os.environ)
    findings = [look(place) for look in LOOKS]
    if as_json:
        say_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            mark = "[bold red]✗[/]" if finding.do else "[green]✓[/]"
            out.print(f"{mark} {finding.about:<8} {escape(finding.found)}")
            if finding.do:
                out.print(f"  → {escape(finding.do)}")
    if any(finding.do for finding in findings):
        raise typer.Exit(1)


def python(place: Place) -> Finding:
    found = f"Python {sys.version.split()[0]}, Primed {version('primed')}"
    return Finding("python", found)


def java(place: Place) -> Finding:
    if place.kafka_given:
        return Finding("java", f"not needed: Kafka is at {place.kafka_given}")
    if shutil.which("java") is None:
        return Finding("java", "not installed; the embedded Kafka needs it", JAVA)
    said = ask(("java", "-version")).stderr
    number = re.search(r'version "(?:1\.)?(\d+)', said)
    if number is None or int(number[1]) < OLDEST_JAVA:
        return Finding("java", f"too old: {said.splitlines()[0] if said else 'unknown'}", JAVA)
    return Finding("java", f"Java {number[1]}")


def maven(place: Place) -> Finding:
    jars = downloads.folder(place.cache)
    if place.kafka_given:
        return Finding("maven", "not needed")
    if not downloads.wrong(jars):
        return Finding("maven", f"not needed: Kafka {downloads.KAFKA_VERSION} is in {jars}")
    if shutil.which("mvn") is None:
        return Finding(
            "maven",
            "not installed; it fetches Kafka once",
            f"apt-get install maven. {downloads.WITHOUT_JAVA}",
        )
    return Finding("maven", "installed; it fetches Kafka at the first start")


def free_ports(place: Place) -> Finding:
    if control.supervisor(place):
        return Finding("ports", f"in use by this Primed, from {place.port_base}")
    try:
        ports.check(place, remembered(place))
    except Trouble as trouble:
        return Finding("ports", trouble.what, trouble.do)
    return Finding("ports", f"free, from {place.port_base}")


def disk(place: Place) -> Finding:
    there = next(folder for folder in (place.home, *place.home.parents) if folder.exists())
    free = shutil.disk_usage(there).free / 1e9
    if not os.access(there, os.W_OK):
        return Finding("disk", f"{there} cannot be written", "Choose another folder with PRIMED_HOME.")
    if free < ROOM_GB:
        return Finding(
            "disk", f"{free:.1f} GB free for {place.home}", f"Make room: {ROOM_GB:g} GB are needed."
        )
    return Finding("disk", f"{free:.0f} GB free for {place.home}")


def memory(place: Place) -> Finding:
    free = psutil.virtual_memory().available / 1e9
    do = (
        ""
        if free >= MEMORY_GB or control.supervisor(place)
        else "Close something: Kafka and the services need 2 GB."
    )
    return Finding("memory", f"{free:.1f} GB free", do)


LOOKS: tuple[Callable[[Place], Finding], ...] = (python, java, maven, free_ports, disk, memory)
