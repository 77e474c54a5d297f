"""The book of one batch: what is known of its items, and everything that it writes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from eventlog.postgres import Connection, Row, statements
from eventlog.records import TopicPartition
from services.metrics.domain.batch import Folded
from services.metrics.domain.book import Present
from services.metrics.domain.facts import NO_FACTS, Facts, evolve
from services.metrics.domain.hearing import Heard, ItemId, Refused
from services.metrics.domain.keeping import keep, recall
from services.metrics.domain.taking import Position
from services.metrics.store.numbering import changed, learned, months
from services.metrics.store.packing import TOPICS, encode, moment_of, pack
from services.metrics.store.remembering import Known, Memory, Remembered
from services.metrics.store.words import Words

SQL = statements("services.metrics.store", "ledger.sql")

CASES = TOPICS[0]
"""Sources of this topic are the council's feeds."""

ITEM = (
    *("no", "source", "kind", "urgency", "team", "worker", "outcome", "state", "due", "start_by"),
    *("received", "ended", "events", "tenant", "topic", "subject", "generation"),
)
"""The columns in which items are copied."""

TOPIC_NUMBER = {topic: number for number, topic in enumerate(TOPICS)}


class Gathered(NamedTuple):
    """What a batch says of one item: its new events in their kept form, and how it stands after them."""

    item: ItemId
    place: TopicPartition
    no: int
    fresh: bool
    source: str
    present: Present | None
    events: list[bytes]

    @property
    def names(self) -> tuple[str, ...]:
        """Source, kind, urgency, team, worker and outcome."""
        here = self.present
        if here is None:
            return (self.source, "", "", "", "", "")
        return (self.source, here.kind, here.urgency, here.team, here.worker, here.outcome)


class PostgresBook:
    """Writes one batch into a generation, over a connection in its transaction."""

    def __init__(
        self, connection: Connection, generation: int, words: Words, memory: Memory, *, live: bool
    ) -> None:
        self._connection = connection
        self._generation = generation
        self._words = words
        self._memory = memory
        self._live = live
        self._remembered: dict[TopicPartition, Remembered] = {}
        self._numbers: dict[ItemId, int] = {}

    async def positions(self, places: Collection[TopicPartition]) -> dict[TopicPartition, Position]:
        """The positions under lock."""
        rows = await self._connection.fetch(SQL["lock_positions"], self._generation, *columns(places, 2))
        found = {
            (row["topic"], row["partition"]): Position(row["next_offset"], row["known_at"], row["dead_run"])
            for row in rows
        }
        self._remembered = {
            place: self._memory.take_out(place, position.next_offset) for place, position in found.items()
        }
        return found

    async def facts(self, heard: Sequence[Heard]) -> dict[ItemId, Facts]:
        """What is known of the items of these events: from memory, else from their kept events."""
        facts: dict[ItemId, Facts] = {}
        unmet: dict[ItemId, None] = {}
        for event in heard:
            item = event.item
            if item in facts or item in unmet:
                continue
            known = self._remembered[event.place[:2]].items.get(item)
            if known is None:
                unmet[item] = None
            else:
                facts[item], self._numbers[item] = known
        if unmet:
            facts |= await self._read(list(unmet))
        return facts

    async def _read(self, items: Sequence[ItemId]) -> dict[ItemId, Facts]:
        found: dict[ItemId, Facts] = {}
        tenants = await self._words.look_up(self._connection, {item.tenant for item in items})
        asked = [item for item in items if item.tenant in tenants]
        rows = await self._fetch(
            "items",
            [item.subject for item in asked],
            [tenants[item.tenant] for item in asked],
            [TOPIC_NUMBER[item.topic] for item in asked],
        )
        for row in rows:
            item = asked[row["nth"] - 1]
            self._numbers[item] = row["no"]
            facts = NO_FACTS
            for event in recall(row["events"]):
                facts = evolve(facts, event.fact)
            found[item] = facts
        return found

    async def write(self, folded: Folded, refused: Sequence[Refused]) -> None:
        """Write all that the batch does; the sums last, since other workers may wait for them."""
        items = gathered(folded, self._numbers)
        self._numbers |= {one.item: one.no for one in items}
        await self._learn_words(folded, items)
        await self._put_items(items)
        await self._put_faults(folded)
        await bury(self._connection, refused)
        await self._put_lines(folded)
        await self._put_feeds(folded)
        for one in items:
            self._remembered[one.place].keep(one.item, Known(folded.facts[one.item], one.no))

    async def move(self, positions: Mapping[TopicPartition, Position]) -> None:
        """Move to the new positions."""
        rows = [(*place, at.next_offset, at.known_at, at.dead_run) for place, at in positions.items()]
        await self._connection.execute(SQL["move_positions"], self._generation, *columns(rows, 5))
        for place, at in positions.items():
            self._remembered[place].at = at.next_offset

    def remember(self) -> None:
        """The transaction ended well: what is known of the items holds for the next batch."""
        self._memory.put_back(self._remembered)

    async def _learn_words(self, folded: Folded, items: Sequence[Gathered]) -> None:
        await self._words.learn({name for one in items for name in (one.item.tenant, *one.names)})

    async def _put_items(self, items: Sequence[Gathered]) -> None:
        fresh = [one for one in items if one.fresh]
        if fresh:
            await self._connection.copy_records_to_table(
                f"item_{self._generation}",
                columns=ITEM,
                records=((*row, self._generation) for row in item_rows(fresh, self._words)),
            )
        known = [one for one in items if not one.fresh]
        if known:
            await self._run("change_items", *columns(changed_rows(known, self._words), 13))

    async def _put_faults(self, folded: Folded) -> None:
        rows = [(*line.place, line.n, line.tenant, *line.fault, line.amount) for line in folded.faults]
        if rows:
            await self._run("add_faults", *columns(rows, 9))

    async def _put_lines(self, folded: Folded) -> None:
        for tenant, lines in await learned(folded, self._numbers, self._words):
            number = self._words.number[tenant]
            known = moment_of(int(lines.known.min())), moment_of(int(lines.known.max()))
            await self._run("add_journal", number, lines.size, *known, pack(lines))
            found = months(lines, self._words)
            await self._run("add_months", 0, number, *(column.tolist() for column in found))
            if self._live:
                await self._connection.execute(
                    SQL["add_marks"], number, *columns(changed(found, self._words), 4)
                )

    async def _put_feeds(self, folded: Folded) -> None:
        number = self._words.number
        feeds = sorted(
            (number[tenant], number[source], *said) for (tenant, source), said in spoken(folded.events)
        )
        if feeds:
            await self._run("add_feeds", *columns(feeds, 5))

    async def _fetch(self, name: str, *arguments: Any) -> list[Row]:
        return await self._connection.fetch(SQL[name].format(generation=self._generation), *arguments)

    async def _run(self, name: str, *arguments: Any) -> None:
        await self._connection.execute(SQL[name].format(generation=self._generation), *arguments)


class Spoken(NamedTuple):
    """What a source has said: how many events, when it was heard last, and the newest day of which it spoke.

    A day that was still to come when it became known is no sign of life.
    """

    events: int
    last_known: dt.datetime
    last_day: dt.date | None

    def and_then(self, later: Spoken) -> Spoken:
        """Both together."""
        days = [day for day in (self.last_day, later.last_day) if day is not None]
        last_known = max(self.last_known, later.last_known)
        return Spoken(self.events + later.events, last_known, max(days, default=None))


SILENT = Spoken(0, dt.datetime(1970, 1, 1, tzinfo=dt.UTC), None)


def spoken(events: Iterable[Heard]) -> Iterator[tuple[tuple[str, str], Spoken]]:
    """What each tenant's sources of case events have said."""
    found: dict[tuple[str, str], list[Heard]] = {}
    for event in events:
        if event.item.topic == CASES:
            found.setdefault((event.item.tenant, event.fact.identity.source), []).append(event)
    for source, said in found.items():
        days = {event.fact.day for event in said if event.fact.day <= event.known_at.date()}
        last_known = max(event.known_at for event in said)
        yield source, Spoken(len(said), last_known, max(days, default=None))


def gathered(folded: Folded, numbers: Mapping[ItemId, int]) -> list[Gathered]:
    """The events of a batch by item."""
    found: dict[ItemId, Gathered] = {}
    for event in folded.events:
        item = event.item
        one = found.get(item)
        if one is None:
            no = numbers.get(item)
            found[item] = one = Gathered(
                item,
                event.place[:2],
                encode(event.place) if no is None else no,
                no is None,
                event.fact.identity.source,
                folded.items.get(item),
                [],
            )
        one.events.append(keep(event))
    return list(found.values())


def item_rows(items: Iterable[Gathered], words: Words) -> Iterator[tuple[Any, ...]]:
    """Rows of items, as they stand after all their events, but for the generation."""
    number = words.number
    for one, row in zip(items, changed_rows(items, words), strict=True):
        topic, tenant, subject = one.item
        yield (*row, number[tenant], TOPIC_NUMBER[topic], subject)


def changed_rows(items: Iterable[Gathered], words: Words) -> Iterator[tuple[Any, ...]]:
    """The same of known items: what changes of them, and the events to append."""
    number = words.number
    for one in items:
        here = one.present
        state = (here.state, here.due, here.start_by, here.received, here.ended) if here else _NO_STATE
        yield (one.no, *map(number.__getitem__, one.names), *state, b"".join(one.events))


_NO_STATE = (None, None, None, None, None)


async def bury(connection: Connection, refused: Sequence[Refused]) -> None:
    """Keep records that nobody can read until they are told; the same one twice is kept once."""
    rows = [(*one.place, one.known_at, one.key, one.value, one.reason, one.sentence) for one in refused]
    if rows:
        await connection.execute(SQL["bury"], *columns(rows, 8))


def columns(rows: Iterable[Sequence[Any]], width: int) -> list[list[Any]]:
    """Rows as columns, so many also without rows."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
