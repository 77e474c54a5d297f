"""What an audit found, in words for the person who has to decide what to do."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.metrics.store.audit import Feeds
from services.metrics.store.book import Spoken
from services.metrics.store.dump import line_said
from services.metrics.store.opened import WrongOpening
from services.metrics.store.packing import TOPICS, Lines, day_of
from services.metrics.store.prints import SLICE_BITS, Group
from services.metrics.store.sorting import as_json

Row = tuple[int, ...]
"""A line with its tenant before it."""
Text = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """A sentence and, of a line, what stands and what the log gives, as JSON; None: there is no such line."""

    said: str
    stands: str | None = None
    gives: str | None = None


def counted(lines: Mapping[int, Lines]) -> Counter[Row]:
    """Each line with its tenant, as often as it is there."""
    return Counter(
        (tenant, *map(int, row)) for tenant, some in lines.items() for row in zip(*some, strict=True)
    )


def words_of(row: Row) -> Collection[int]:
    """The words that a line names."""
    tenant, account, team, _, kind, setting, worker, detail, *_ = row
    return (tenant, account, team, kind, setting, worker, detail)


def of_lines(stands: Counter[Row], gives: Counter[Row], text: Text) -> Iterator[Difference]:
    """Lines that are on one side only; those of the same place in the log are told together."""
    ours, theirs = _by_place(stands - gives), _by_place(gives - stands)
    for place in sorted({*ours, *theirs}):
        mine, other = ours.get(place, []), theirs.get(place, [])
        for at in range(max(len(mine), len(other))):
            yield _of_line(_at(mine, at), _at(other, at), text)


def _by_place(rows: Counter[Row]) -> dict[Row, list[Row]]:
    found: dict[Row, list[Row]] = {}
    for row in sorted(rows.elements()):
        found.setdefault((row[0], *row[10:12]), []).append(row)
    return found


def _at(rows: list[Row], number: int) -> Row | None:
    return rows[number] if number < len(rows) else None


def _of_line(stands: Row | None, gives: Row | None, text: Text) -> Difference:
    mine, other = (None if row is None else _said(row, text) for row in (stands, gives))
    either = mine or other or {}
    event = either["event"]
    whose = (
        f"{either['account']} of {_team(either['team'])} on {either['day']}, {either['tenant']}, by the "
        f"event at {event['offset']} of {event['topic']}-{event['partition']}"
    )
    if mine is None:
        said = f"A line is missing: {whose}, amount {either['amount']}."
    elif other is None:
        said = f"A line stands that the log does not give: {whose}, amount {either['amount']}."
    else:
        changed = [name for name in mine if mine[name] != other[name]]
        what = ", ".join(
            f"{name} is {_plain(mine[name])} and should be {_plain(other[name])}" for name in changed
        )
        said = f"A line is wrong: {whose}: {what}."
    return Difference(said, *(None if one is None else as_json(one) for one in (mine, other)))


def _said(row: Row, text: Text) -> dict[str, Any]:
    tenant, *line = row
    return {"tenant": text[tenant], **line_said(line, text)}


def of_sums(groups: Collection[Group], text: Text) -> Iterator[Difference]:
    """Sums that are not those of their lines."""
    for _, tenant, account, team, month in groups:
        yield Difference(
            f"The sums of {text[account]} of {_team(text[team])} in {day_of(month):%Y-%m}, {text[tenant]}, "
            "are not those of its lines, which are what the log gives."
        )


def of_openings(wrong: Collection[WrongOpening], text: Text) -> Iterator[Difference]:
    """Openings that are not what the settled lines before them come to."""
    for one in wrong:
        tenant, account, team = (text[word] for word in one.whose)
        stands, gives = one.amounts
        what = f"is {stands} and should be {gives}" if stands != gives else "has other lines than it should"
        yield Difference(
            f"The opening of {account} of {_team(team)} on {one.stands.begins}, {tenant}, {what}: it is not "
            "what the settled lines before that day come to."
        )


def of_feeds(stands: Feeds, gives: Feeds, text: Text) -> Iterator[Difference]:
    """Sources of which something else is noted than the log says."""
    for key in sorted({*stands, *gives}):
        mine, other = stands.get(key), gives.get(key)
        if mine != other:
            tenant, source = (text[word] for word in key)
            yield Difference(f"Feed {source}, {tenant}: {_feed(mine)} is noted; the log says {_feed(other)}.")


def _feed(said: Spoken | None) -> str:
    if said is None:
        return "nothing"
    day: dt.date | str = said.last_day or "none"
    return f"{said.events} events, the last known at {said.last_known:%Y-%m-%d %H:%M:%S}, newest day {day}"


PLACES: Mapping[str, str] = {
    "items": "items first heard of from offset {slice} on: how they stand, or their events, are not as said",
    "faults": "the faults of its events are not those that the log gives",
    "position": "its moment, or its run of unreadable records, is not what the log gives",
}


def of_place(group: Group) -> Difference:
    """Where something differs that cannot be shown line by line."""
    if group.what == "items":
        topic, partition = TOPICS[group.a >> 16], group.a & 0xFFFF
        return Difference(f"{topic}-{partition}: {PLACES['items'].format(slice=group.b << SLICE_BITS)}.")
    return Difference(f"{TOPICS[group.a]}-{group.b}: {PLACES[group.what]}.")


def _team(name: str) -> str:
    return f"team {name}" if name else "no team"


def _plain(value: Any) -> str:
    return as_json(value) if isinstance(value, dict) else str(value) or "blank"
