"""What an export tells the log: a row event for each turn, the withdrawal of what was concluded wrongly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from schemas.envelope import Envelope
from services.ingest.domain.batches import reject_of
from services.ingest.domain.edge import Admitted, Edge, Refused, admit_own
from services.ingest.domain.exports import Export, SaidTwice, Turn, Turned, gone, turned
from services.ingest.domain.rows import HIDDEN, Reject, Shown

RECORDED = {"work": "primed.work.recorded.v1", "package": "primed.package.recorded.v1"}
SUPERSEDED = "superseded-by-an-earlier-export"


@dataclass(frozen=True, slots=True)
class Teller:
    """Whose rows are told: the tenant, the source, its clocks, and what the edge goes by.

    `column` is where to look when an item is shown in two ways.
    """

    tenant: str
    source: str
    zone: ZoneInfo
    edge: Edge
    column: str = ""

    def row(self, key: str, turn: Turn) -> Admitted | Refused:
        """The event that shows the item as it turned."""
        return self._said(key, RECORDED[turn.noun], turn, turn.name, turn.row)

    def withdrawal(self, key: str, turn: Turn) -> Admitted | Refused:
        """The event that takes an absence back."""
        said = {"source": self.source, "id": f"{key}@{turn.name}", "reason": SUPERSEDED}
        name, data = f"{turn.name}/withdrawn", msgspec.json.encode(said)
        return self._said(key, "primed.event.retracted.v1", turn, name, data)

    def _said(self, key: str, what: str, turn: Turn, name: str, data: bytes) -> Admitted | Refused:
        moment = _local(turn.as_of, self.zone)
        event = Envelope(
            specversion="1.0",
            id=f"{key}@{name}",
            source=self.source,
            type=what,
            subject=f"{self.source}/{key}",
            time=moment,
            timeprecision="day",
            recordedtime=moment,
            data=msgspec.Raw(data),
        )
        return admit_own(event, self.tenant, self.edge)


@dataclass(slots=True)
class Differences:
    """What some rows of an export come to; `keep` and `drop` are turns by their items' keys."""

    events: list[Admitted] = field(default_factory=list)
    keep: list[tuple[str, Turn]] = field(default_factory=list)
    drop: list[tuple[str, Turn]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    changed: int = 0
    unchanged: int = 0

    def take(self, key: str, found: Turned, teller: Teller) -> Refused | None:
        """Add what one item comes to; nothing of it where one of its events cannot enter the log."""
        said = [teller.row(key, turn) for turn in found.send]
        said += [teller.withdrawal(key, turn) for turn in found.withdraw]
        wrong = next((one for one in said if isinstance(one, Refused)), None)
        if wrong is not None:
            return wrong
        self.events += [one for one in said if isinstance(one, Admitted)]
        self.keep += [(key, turn) for turn in found.keep]
        self.drop += [(key, turn) for turn in found.withdraw]
        self.changed += bool(said)
        self.unchanged += not said
        return None


def of_rows(
    rows: Iterable[tuple[int, Shown]],
    known: Mapping[str, Sequence[Turn]],
    exports: Sequence[Export],
    export: Export,
    teller: Teller,
) -> Differences:
    """The differences that these rows make to what is known of their items."""
    found, turns = Differences(), {key: list(several) for key, several in known.items()}
    for number, shown in rows:
        mine = turns.setdefault(shown.key, [])
        try:
            item = turned(mine, exports, export, _turn(shown, export))
        except SaidTwice:
            found.rejects.append(shown_twice(number, teller.column, f" as of {export.as_of.isoformat()}"))
            continue
        wrong = found.take(shown.key, item, teller)
        if wrong is not None:
            found.rejects.append(reject_of(number, wrong))
        else:
            turns[shown.key] = _with(mine, item)
    return found


def of_gone(
    known: Mapping[str, Sequence[Turn]], exports: Sequence[Export], export: Export, teller: Teller
) -> Differences:
    """The differences that follow from items which the export does not hold."""
    found = Differences()
    for key, turns in known.items():
        found.take(key, gone(turns, exports, export), teller)
    return found


def _turn(shown: Shown, export: Export) -> Turn:
    return Turn(export.as_of, shown.row, shown.dates, noun=shown.noun)


def _with(turns: Sequence[Turn], found: Turned) -> list[Turn]:
    if not turns:
        return list(found.keep)
    other = {turn.as_of for turn in (*found.keep, *found.withdraw)}
    kept = [turn for turn in turns if turn.as_of not in other]
    return sorted([*kept, *found.keep], key=lambda turn: turn.as_of)


@lru_cache(maxsize=64)
def _local(moment: dt.datetime, zone: ZoneInfo) -> str:
    """An as-of as its rows write it; the same for each row of an export."""
    return moment.astimezone(zone).isoformat()


def shown_twice(number: int, column: str, when: str = "") -> Reject:
    """The reject of a row that shows its item in another way than an earlier row of the file did."""
    return Reject(
        row=number,
        column=column,
        value=HIDDEN,
        reason=f"{column or 'key'}: the item is shown in two ways{when}.",
        remedy="Keep one row for it; a newer export needs its own as-of.",
    )
