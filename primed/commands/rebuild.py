"""`primed rebuild`: the ledger made anew from the log, switched to, or back."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from primed.commands.settings import here
from primed.commands.speaking import out, say
from primed.stack.roster import environment
from primed.trouble import Trouble

STAGES = {
    "fold": "Folding the log",
    "index": "Indexing",
    "catch up": "Catching up",
    "switch": "Switching",
    "read": "Reading what stands",
    "look": "Looking at what differs",
}
INTERRUPTED = 130
MINUTES_FROM_S = 100
"""From so many seconds on, the time that is left is told in minutes."""

Switch = Annotated[bool, typer.Option("--switch", help="Let everybody read it when it is made.")]
Rollback = Annotated[bool, typer.Option("--rollback", help="Go back to the one that was live before.")]
Drop = Annotated[int | None, typer.Option(help="Take away a generation that nobody reads.")]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Processes that fold; one for each core if not given.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]


def rebuild(
    switch: Switch = False,
    rollback: Rollback = False,
    drop: Drop = None,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Make the ledger anew from the log, beside the one that is read. Broken off, it goes on from there."""
    if switch + rollback + (drop is not None) > 1:
        raise Trouble("--switch, --rollback and --drop exclude each other.", "Give one of them.")
    if drop is not None:
        words = ["drop", "--generation", str(drop)]
    else:
        words = ["rollback"] if rollback else ["rebuild", *(["--switch"] if switch else [])]
    done = run([*words, *crew(workers)], as_json)
    if not as_json:
        say(_end(done))


def crew(workers: int | None) -> list[str]:
    """The words for so many processes."""
    return [] if workers is None else ["--workers", str(workers)]


def run(words: list[str], as_json: bool) -> dict[str, Any]:
    """Runs it in a process of its own; answers with its result."""
    child = subprocess.Popen(
        [sys.executable, "-m", "services.metrics.rebuilding", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment(here())},
        start_new_session=True,  # Ctrl-C is for us; we tell it
    )
    try:
        told = _told(child)
        return _passed_on(told) if as_json else _shown(told)
    except KeyboardInterrupt:
        child.terminate()
        child.wait()
        say("Stopped. Readers saw nothing of it; the same command goes on from what is done.")
        raise typer.Exit(INTERRUPTED) from None


def _told(child: "subprocess.Popen[str]") -> Iterator[dict[str, Any]]:
    assert child.stdout is not None
    for line in child.stdout:
        yield json.loads(line)
    if child.wait():  # what it stopped at by itself it would have said, and nobody would have read on
        raise Trouble(
            f"It ended with exit code {child.returncode} before it was done.",
            "What it said stands above. Run it again: it goes on from where it was.",
        )


def _passed_on(told: Iterator[dict[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for said in told:
        sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
        sys.stdout.flush()
        result = said.get("result", result)
        if "stopped" in said:
            raise typer.Exit(1)
    return result


def _shown(told: Iterator[dict[str, Any]]) -> dict[str, Any]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[far]}"),
        TextColumn("{task.fields[left]}"),
    )
    with Progress(*columns, console=out, disable=not out.is_terminal) as progress:
        stages = Stages(progress)
        for said in told:
            if "stage" in said:
                stages.show(said)
            elif "note" in said:
                progress.console.print(said["note"], markup=False)
            elif "stopped" in said:
                raise Trouble(said["stopped"], said["do"])
            else:
                result: dict[str, Any] = said["result"]
                stages.end()
    return result


class Stages:
    """The stages as they go by: a bar each on a terminal, else a line, and one a tenth of a long one."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._stage, self._bar, self._tenth = "", TaskID(0), 0

    def show(self, said: dict[str, Any]) -> None:
        """How far a stage is; another one than before means that that is over."""
        done, of, left = said["done"], said["of"], time_left(said["left_s"])
        far = f"{done:,} of {of:,}" if of else f"{done:,}" if done else ""
        if said["stage"] != self._stage:
            self._begin(said["stage"])
        self._progress.update(self._bar, completed=done, total=of or None, far=far, left=left)
        tenth = 10 * done // of if of else 0
        if tenth > self._tenth and left and not out.is_terminal:
            say(f"{STAGES[self._stage]}: {far}, {left}")
        self._tenth = tenth

    def _begin(self, stage: str) -> None:
        self.end()
        self._stage, self._tenth = stage, 0
        self._bar = self._progress.add_task(STAGES[stage], total=None, far="", left="")
        if not out.is_terminal:
            say(f"{STAGES[stage]} …")

    def end(self) -> None:
        """The last stage is over, whatever was known of how long it would be."""
        if self._stage:
            self._progress.update(self._bar, completed=1, total=1, left="")


def time_left(seconds: float | None) -> str:
    """A time in words; none where it is not known, or next to nothing."""
    if seconds is None or seconds < 1:
        return ""
    return f"{seconds:.0f} s left" if seconds < MINUTES_FROM_S else f"about {seconds / 60:.0f} min left"


def _end(done: dict[str, Any]) -> str:
    if "dropped" in done:
        return f"Generation {done['dropped']} is gone."
    made = done["generation"]
    if done["live"]:
        return f"Generation {made} is live. To go back to the one before: primed rebuild --rollback"
    return (
        f"Generation {made} is made, and nobody reads it yet. "
        f"Audit it: primed verify --generation {made}. Let it be read: primed rebuild --switch"
    )
