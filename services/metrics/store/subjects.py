"""Items with their events as they are kept, and the lines that follow from them (trail.sql).

What an item posted is not looked for among the lines of the ledger: its events are folded again, which gives
the same lines for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np

from eventlog.postgres import Row, statements
from services.metrics.domain.batch import fold
from services.metrics.domain.frames import Frame, unpack
from services.metrics.domain.hearing import Heard, Place
from services.metrics.domain.keeping import body, recall
from services.metrics.domain.trail import Line, Said
from services.metrics.domain.worklist import Item
from services.metrics.store.packing import TOPICS, Lines, day_of, decode, encode, moment_of
from services.metrics.store.reading import LineReading
from services.metrics.store.spots import Spot, item_at
from services.metrics.store.terms import detail_of

SQL = statements("services.metrics.store", "trail.sql")
MOST_EVENTS, MOST_LINES = 1000, 5000
"""What is shown of one item at most."""

WORDS = ("source", "kind", "urgency", "team", "worker", "outcome")
"""Columns of an item that hold words."""


class Cause(NamedTuple):
    """The event that a line follows from."""

    subject: str
    source: str
    id: str
    type: str
    time: str


class SubjectReading(LineReading):
    """Items, their events, and lines with their events."""

    async def event(self, topic: str, partition: int, offset: int) -> tuple[Said, list[Line]] | None:
        """The event at a place in the log with its lines; None when the ledger took none from there."""
        place = Place(topic, partition, offset)
        if topic not in TOPICS:
            return None
        item = await self._item_at(encode(place))
        if item is None:
            rows = await self._items_that_kept(place)
        else:
            rows = await self.fetch(SQL["events_of_item"], item)
        for row in rows:
            heard = recall(row["kept"])
            said = next((event for event in heard if event.place == place), None)
            if said is not None:
                return _said(said), [line for line in _lines(heard) if line.place[2:5] == place]
        return None

    async def item(self, subject: str) -> tuple[Item | None, list[Said], list[Line]]:
        """How a subject stands, its events and its lines, in the order of the log."""
        rows = await self.fetch(SQL["items_of_subject"], subject)
        heard = [event for row in rows for event in recall(row["kept"])]
        work = next((row for row in rows if row["state"] is not None), None)
        found = Item(**(await self.named([work]))[0]) if work is not None else None
        return found, [_said(event) for event in heard[:MOST_EVENTS]], _lines(heard)[:MOST_LINES]

    async def named(self, rows: Sequence[Row]) -> list[dict[str, Any]]:
        """Rows of items with texts for their words."""
        text = await self.texts({row[name] for row in rows for name in WORDS if name in row})
        return [
            {name: text[value] if name in WORDS else value for name, value in row.items() if name != "kept"}
            for row in rows
        ]

    async def told(self, parts: Sequence[int], lines: Lines) -> list[Line]:
        """Lines as the way back shows them, each with its event and in the part it counts for."""
        causes = await self._causes(lines)
        words = (lines.account, lines.team, lines.kind, lines.setting, lines.worker, lines.detail)
        text = await self.texts({number for column in words for number in np.unique(column).tolist()})
        rows = zip(parts, *(column.tolist() for column in lines), strict=True)
        return [
            Line(
                part=part,
                account=text[account],
                team=text[team],
                day=day_of(day),
                kind=text[kind],
                setting=text[setting],
                worker=text[worker],
                detail=detail_of(text[detail]),
                amount=amount,
                subject=cause.subject,
                known_at=moment_of(known),
                topic=where.topic,
                partition=where.partition,
                offset=where.offset,
                n=n,
                source=cause.source,
                id=cause.id,
                type=cause.type,
                time=cause.time,
            )
            for part, account, team, day, kind, setting, worker, detail, amount, _, place, n, known in rows
            for where, cause in [(decode(place), causes[place])]
        ]

    async def _causes(self, lines: Lines) -> Mapping[int, Cause]:
        wanted = set(lines.place.tolist())
        rows = await self.fetch(SQL["events_of_items"], np.unique(lines.item).tolist())
        return {
            place: Cause(frame.subject, frame.said_by, frame.id, frame.full_type, frame.time)
            for row in rows
            for place, frame in _placed(row["topic"], row["events"])
            if place in wanted
        }

    async def _item_at(self, place: int) -> int | None:
        """The number of the item that an event belongs to."""
        for lines in await self.journal():
            found = np.flatnonzero(lines.place == place)
            if len(found):
                return int(lines.item[found[0]])
        rows = await self.fetch(SQL["spots"], place)
        return item_at(Spot(*rows[0]), place) if rows else None

    async def _items_that_kept(self, place: Place) -> list[Row]:
        """Items that may have kept an event which posted no line: few ask for one, so all are searched."""
        begins = msgspec.msgpack.encode((place.partition, place.offset, *_REST))[: -len(_REST)]
        first = encode(Place(place.topic, place.partition, 0))
        return await self.fetch(SQL["items_that_kept"], first, encode(place), begins)


_REST = (None,) * (len(Frame.__struct_fields__) - 2)
"""Stands for what follows partition and offset in a frame, a byte each."""


def _placed(topic: int, events: bytes) -> Iterator[tuple[int, Frame]]:
    first: int | None = None
    for frame, _ in unpack(events):
        if first is None:  # all events of an item are in one partition
            first = encode(Place(TOPICS[topic], frame.partition, 0))
        yield first + frame.offset, frame


def _said(heard: Heard) -> Said:
    source, id_ = heard.fact.identity
    place, subject = heard.place, heard.item.subject
    return Said(*place, subject, source, id_, heard.type, heard.time, heard.known_at, body(heard))


def _lines(heard: Sequence[Heard]) -> list[Line]:
    """The lines that the events of an item post, in the order of the log."""
    by_place = {event.place: event for event in heard}
    found = []
    for place, n, item, known_at, key, amount in fold(heard, {}).lines:
        event = by_place[place]
        said = key._asdict() | {"detail": dict(key.detail)}
        source, id_ = event.fact.identity
        found.append(
            Line(
                part=0,
                **said,
                amount=amount,
                subject=item.subject,
                known_at=known_at,
                **place._asdict(),
                n=n,
                source=source,
                id=id_,
                type=event.type,
                time=event.time,
            )
        )
    return found
