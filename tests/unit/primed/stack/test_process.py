"""A number in a file is no process: only one that says it belongs to this home is believed."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from primed.stack import process
from primed.stack.place import Place
from primed.stack.program import Program
from tests.patience import PATIENCE_S

SLEEPER = (sys.executable, "-c", "import time; print('hello', flush=True); time.sleep(60)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(home=tmp_path, port_base=8000)
    made.folders()
    return made


@pytest.fixture
def launched(place: Place) -> Iterator[list[subprocess.Popen[bytes]]]:
    children: list[subprocess.Popen[bytes]] = []
    yield children
    for child in children:
        child.kill()
        child.wait()


def program(name: str = "ingest", command: tuple[str, ...] = SLEEPER) -> Program:
    return Program(name=name, command=command, ready=lambda: True)


def launch(program: Program, place: Place) -> subprocess.Popen[bytes]:
    """Launched and known: for a moment after a program began the system shows nothing of its environment."""
    child = process.launch(program, place)
    end = time.monotonic() + PATIENCE_S
    while process.recorded(place, program.name) is None:
        assert child.poll() is None
        assert time.monotonic() < end
        time.sleep(0.01)
    return child


def until(text: str, path: Path) -> None:
    end = time.monotonic() + PATIENCE_S
    while text not in path.read_text():
        assert time.monotonic() < end, path.read_text()
        time.sleep(0.02)


def test_a_launched_process_is_found_by_name_and_its_words_are_kept(
    place: Place, launched: list[subprocess.Popen[bytes]]
) -> None:
    launched.append(launch(program(), place))
    found = process.recorded(place, "ingest")
    assert found is not None
    assert found.pid == launched[0].pid
    until("hello", place.log_file("ingest"))


def test_a_number_that_now_belongs_to_somebody_else_is_not_believed(place: Place) -> None:
    place.pid_file("ingest").write_text(f"{os.getpid()}\n")
    assert process.recorded(place, "ingest") is None


@pytest.mark.parametrize("content", ["", "nonsense", "-5", "999999999", "12 34"])
def test_a_damaged_pid_file_is_no_process(place: Place, content: str) -> None:
    place.pid_file("ingest").write_text(content)
    assert process.recorded(place, "ingest") is None


def test_a_process_of_another_home_is_not_ours(
    place: Place, tmp_path_factory: pytest.TempPathFactory, launched: list[subprocess.Popen[bytes]]
) -> None:
    other = Place(home=tmp_path_factory.mktemp("other"), port_base=8000)
    other.folders()
    launched.append(launch(program(), other))
    place.pid_file("ingest").write_text(f"{launched[0].pid}\n")
    assert process.recorded(place, "ingest") is None
    assert list(process.left_over(place)) == []


def test_what_lost_its_pid_file_is_still_found(place: Place, launched: list[subprocess.Popen[bytes]]) -> None:
    launched.append(launch(program(), place))
    place.pid_file("ingest").unlink()
    assert [(name, found.pid) for name, found in process.left_over(place)] == [("ingest", launched[0].pid)]


def test_what_does_not_leave_when_asked_is_made_to(
    place: Place, launched: list[subprocess.Popen[bytes]]
) -> None:
    launched.append(launch(program(command=STUBBORN), place))
    until("up", place.log_file("ingest"))
    process.end([psutil.Process(launched[0].pid)], 0.3)
    assert launched[0].wait(PATIENCE_S) == -9
