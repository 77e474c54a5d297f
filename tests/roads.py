"""Roads into the ledger, walked in this process: files are read, admitted and folded into sums."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

from schemas.registry import instant
from schemas.working_days import WorkingDays
from services.ingest.domain.batches import admitted
from services.ingest.domain.differences import Differences, Teller, of_gone, of_rows
from services.ingest.domain.edge import Admitted, Edge
from services.ingest.domain.exports import Coverage, Export, Turn
from services.ingest.domain.mapping import parse
from services.ingest.domain.moments import Zones
from services.ingest.domain.rows import Reject
from services.ingest.domain.rules import NO_RULES, Rules
from services.ingest.domain.rules import parse as rules_of
from services.ingest.formats import READERS, readers
from services.ingest.formats.opening import Unpacking, chunks
from services.ingest.formats.twice import Twice
from services.metrics.domain.batch import fold
from services.metrics.domain.book import Key
from services.metrics.domain.hearing import Heard, Place, hear

LONDON = ZoneInfo("Europe/London")
NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)

KEY = b"a key of these tests, at least 32 signs"

Sums = Counter[Key]


def edge(rules: Path | None = None) -> Edge:
    """The edge in the council's zone, with the rules of a file."""
    said: Rules = NO_RULES if rules is None else rules_of(rules.read_text("utf-8"), WorkingDays())
    return Edge(Zones(LONDON), said)


def of_events(path: Path, form: str, mapping: Path | None, at: Edge) -> list[Admitted]:
    """The events of a file of events."""
    said = None if mapping is None else parse(mapping.read_text("utf-8"))
    with path.open("rb") as file:
        rows = READERS[form](chunks(file, Unpacking(2**30, 200)), said, None)
        found = [admitted(row, "demo", at) for row in rows]
    assert [one for one in found if isinstance(one, Reject)] == []
    return [event for one in found if not isinstance(one, Reject) for event in one]


def of_exports(files: Sequence[tuple[Path, str]], mapping: Path, at: Edge) -> list[Admitted]:
    """What the log hears of exports, each a file with its as-of, loaded in this order; all cover all."""
    said = parse(mapping.read_text("utf-8"))
    teller = Teller("demo", said.source, LONDON, at)
    known: dict[str, list[Turn]] = {}
    exports: list[Export] = []
    heard: list[Admitted] = []
    for path, as_of in files:
        export = Export(instant(as_of), Coverage())
        with path.open("rb") as file:
            pieces = Twice(partial(_from_the_beginning, file))
            rows = list(readers(KEY)[said.format](pieces, said, as_of))
        assert [row.reject for row in rows if row.reject] == []
        shown = [(row.number, row.shown) for row in rows if row.shown is not None]
        found = of_rows(shown, known, exports, export, teller)
        heard += _kept(found, known)
        held = {one.key for _, one in shown}
        missing = {key: turns for key, turns in known.items() if key not in held}
        heard += _kept(of_gone(missing, exports, export, teller), known)
        exports.append(export)
    return heard


def _from_the_beginning(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    return chunks(file, Unpacking(2**30, 200))


def ledger(events: Iterable[Admitted]) -> Sums:
    """The sums that these events come to, in the order of the log."""
    heard = []
    for offset, event in enumerate(events):
        key = f"demo/{event.envelope.subject}".encode()
        found = hear(Place("primed.case-events", 0, offset), NOW, key, event.raw)
        assert isinstance(found, Heard), found
        heard.append(found)
    sums: Sums = Counter()
    for line in fold(heard, {}).lines:
        sums[line.key] += line.amount
    return Counter({key: amount for key, amount in sums.items() if amount})


def _kept(found: Differences, known: dict[str, list[Turn]]) -> list[Admitted]:
    assert found.rejects == []
    fresh = {(key, turn.as_of) for key, turn in (*found.keep, *found.drop)}
    for key in {key for key, _ in fresh}:
        known[key] = [turn for turn in known.get(key, ()) if (key, turn.as_of) not in fresh]
    for key, turn in found.keep:
        known[key] = sorted([*known[key], turn], key=lambda turn: turn.as_of)
    return found.events
