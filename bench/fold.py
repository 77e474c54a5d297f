"""What it costs to make lines out of records, stage by stage, and how much the short way saves.

`python -m bench.fold [events]` prints one table. Times are of the processor, the best of some rounds which
take the stages in turn, so that a busy machine disturbs all of them alike; only ratios mean much elsewhere.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from itertools import islice

from bench.load import case_records
from eventlog.records import Record
from schemas.registry import read
from services.metrics.__main__ import GARBAGE_AFTER
from services.metrics.domain.batch import Folded, fold
from services.metrics.domain.facts import Facts
from services.metrics.domain.hearing import Heard, moment_of
from services.metrics.domain.keeping import recall
from services.metrics.domain.postings import happens, obviously
from services.metrics.domain.taking import Position, take

TOPIC, ROUNDS, BATCH = "primed.case-events", 3, 2_000
BEGINNING = {(TOPIC, 0): Position(0, moment_of(0), 0)}


def report(count: int) -> str:
    """Measure every stage; the table in Markdown."""
    gc.set_threshold(GARBAGE_AFTER, 20, 50)
    log = [
        Record(TOPIC, 0, offset, 1_780_000_000_000 + offset, key, value)
        for offset, (key, value) in enumerate(islice(case_records(count), count))
    ]
    heard = listen(log)
    folded = folds(heard, happens)
    assert folds(heard[:BATCH], happens).lines == folds(heard[:BATCH], obviously).lines
    stages: dict[str, Callable[[], object]] = {
        "read: bytes to a checked event": lambda: [read(record.value or b"") for record in log],
        "take: records to heard events": lambda: listen(log),
        "fold: heard events to lines": lambda: folds(heard, happens),
        "the same, the obvious way": lambda: folds(heard, obviously),
        "recall: kept events to heard ones": lambda: [recall(facts.kept) for facts in folded.facts.values()],
    }
    costs = best(stages)
    plain = costs["the same, the obvious way"]
    both = costs["take: records to heard events"] + costs["fold: heard events to lines"]
    kept = sum(len(facts.kept) for facts in folded.facts.values())
    return "\n".join(
        [
            f"| {count:,} events, {len(folded.entries) / count:.1f} lines each | µs each | of the obvious |",
            "|---|---:|---:|",
            *(f"| {name} | {cost / count * 1e6:.1f} | {cost / plain:.2f} |" for name, cost in costs.items()),
            f"| **take and fold** | **{both / count * 1e6:.1f}** | {both / plain:.2f} |",
            "",
            f"{len(folded.facts):,} items; {kept / count:.0f} bytes kept an event.",
            "",
        ]
    )


def listen(log: list[Record]) -> list[Heard]:
    """Everything that the log says."""
    return take({(TOPIC, 0): log}, BEGINNING, 0, None).heard


def folds(heard: list[Heard], how: Callable[..., object]) -> Folded:
    """The events in batches, as a worker folds them that knows every item."""
    facts: dict[object, Facts] = {}
    every = Folded()
    for start in range(0, len(heard), BATCH):
        found = fold(heard[start : start + BATCH], facts, how)
        every.events += found.events
        every.entries += found.entries
        every.counts += found.counts
        facts |= found.facts
    every.facts = facts
    return every


def best(stages: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The least processor time of each stage over the rounds."""
    costs: dict[str, float] = {}
    for _ in range(ROUNDS):
        for name, stage in stages.items():
            before = time.process_time()
            stage()
            spent = time.process_time() - before
            costs[name] = min(spent, costs.get(name, spent))
    return costs


if __name__ == "__main__":
    print(report(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
