"""From the log to the flow: batches to absorb, the organisation to know, and how far everything was read."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import math
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from eventlog.following import Follower, read_whole
from eventlog.records import PositionMoved, Record, TopicPartition
from runtime.background import Background
from runtime.telemetry import counter, gauge, histogram, log
from schemas.envelope import Event
from schemas.registry import Unreadable
from schemas.tree import Tree
from services.metrics.domain.aims import NO_AIMS, Aims
from services.metrics.domain.hearing import Place, Refused, moment_of, understand
from services.metrics.domain.taking import Batch, Taken
from services.metrics.flow import Ledger, NotNow, absorb

ACTIONS = "primed.action-events"
TOPICS = ("primed.case-events", ACTIONS)
ORGANISATION = "primed.organisation"
METRICS = "primed.metric-events"
LANE = 400
MOST_LANES = 2
"""A longer batch than this goes in two lanes: while one waits for Postgres, the other is folded."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 2.0
NOTE_EVERY_S = 1.0

ABSORBED = counter(
    "metrics_events_total", "Events folded into the ledger, repeats too: what the service is for."
)
LINES = counter("metrics_lines_total", "Lines written into the ledger.")
BURIED = counter("metrics_dead_letters_total", "Records that could not be read, by reason.", ("reason",))
REFUSED = counter("metrics_refused_batches_total", "Batches that did not continue where the ledger stands.")
SECONDS = histogram("metrics_absorb_seconds", "How long a batch takes from fetch to commit.")
LAG = gauge(
    "metrics_lag_records", "Records of the log that are not in the ledger yet, of this worker's partitions."
)


class Standing(Ledger, Protocol):
    """The ledger, which also knows where it stands."""

    async def stand(self, places: Collection[TopicPartition]) -> Mapping[TopicPartition, int]: ...
    async def mark_read(self, ends: Mapping[TopicPartition, int], now: dt.datetime) -> None: ...
    async def bury(self, refused: Sequence[Refused]) -> None: ...


class Absorber:
    """Hands batches to the flow, again and again while the store is away, and remembers what stands still.

    After `patience_s` seconds without the store `NotNow` is raised; a worker waits for as long as it takes.
    """

    def __init__(
        self,
        ledger: Standing,
        most_dead: int,
        absorbed: Callable[[Taken], None],
        patience_s: float = math.inf,
    ) -> None:
        self._ledger = ledger
        self._patience_s = patience_s
        self._most_dead = most_dead
        self._absorbed = absorbed
        self.stopped: dict[TopicPartition, int] = {}
        self.reached: dict[TopicPartition, int] = {}

    async def load_positions(self, places: Collection[TopicPartition]) -> Mapping[TopicPartition, int]:
        """Where to begin in each partition; one that had stopped gets another chance."""
        for place in places:
            self.stopped.pop(place, None)
        stand = await _patiently(lambda: self._ledger.stand(places), self._patience_s)
        self.reached = dict(stand)
        return dict(stand)

    async def absorb(self, batch: Batch) -> None:
        """Absorb one fetch; raises `PositionMoved` when somebody else moved one of its positions."""
        batch = {place: records for place, records in batch.items() if records and place not in self.stopped}
        if not batch:
            return
        began = time.perf_counter()
        found = await asyncio.gather(*map(self._absorb, _lanes(batch)), return_exceptions=True)
        troubles = [trouble for trouble in found if isinstance(trouble, BaseException)]
        for trouble in sorted(troubles, key=lambda trouble: isinstance(trouble, PositionMoved)):
            REFUSED.inc(isinstance(trouble, PositionMoved))
            raise trouble
        SECONDS.observe(time.perf_counter() - began)

    async def _absorb(self, lane: Batch) -> None:
        taken = await _patiently(lambda: absorb(lane, self._ledger, self._most_dead), self._patience_s)
        self.reached |= {place: position.next_offset for place, position in taken.positions.items()}
        ABSORBED.inc(len(taken.heard))
        LINES.inc(taken.lines)
        for refused in taken.refused:
            BURIED.labels(refused.reason).inc()
        for (topic, partition), offset in taken.stopped.items():
            self.stopped[topic, partition] = offset
            log().error("partition-stopped", topic=topic, partition=partition, offset=offset, why=STOPPED)
        self._absorbed(taken)

    async def well(self) -> str | None:
        """A check for /readyz: None, or which partitions stand still and what to do."""
        if not self.stopped:
            return None
        places = ", ".join(
            f"{topic}-{number} at {at}" for (topic, number), at in sorted(self.stopped.items())
        )
        return f"Standing still: {places}. {STOPPED}"


STOPPED = (
    "Too many records in a row could not be read. Run a release that can read them, or, if they are "
    "really bad, raise PRIMED_DEAD_LETTERS_IN_A_ROW; then restart."
)


async def _patiently(work: Callable[[], Any], patience_s: float = math.inf) -> Any:
    """Try again while the store is away, for so long: nothing of a batch is given up because of it."""
    pause, until = FIRST_PAUSE_S, time.monotonic() + patience_s
    while True:
        try:
            return await work()
        except NotNow as error:
            if time.monotonic() >= until:
                raise
            log().warning("store-away", why=str(error), again_in_s=pause)
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_S)


def _lanes(batch: Batch) -> list[Batch]:
    """A long batch in several transactions, by partitions, which are independent of one another."""
    count = min(MOST_LANES, len(batch), 1 + sum(map(len, batch.values())) // LANE)
    lanes: list[dict[TopicPartition, Sequence[Record]]] = [{} for _ in range(count)]
    sizes = [0] * count
    for place, records in sorted(batch.items(), key=lambda pair: -len(pair[1])):
        smaller = sizes.index(min(sizes))
        lanes[smaller][place] = records
        sizes[smaller] += len(records)
    return list(lanes)


class Reader(Protocol):
    """What knows how far the log goes."""

    @property
    def ready(self) -> bool: ...
    def lag(self) -> Mapping[TopicPartition, int]: ...
    def asked_s_ago(self) -> float: ...


class FreshnessNote(Background):
    """Notes again and again which partitions were read to their end, and when."""

    name = "freshness"

    def __init__(
        self, reader: Reader, absorber: Absorber, ledger: Standing, now: Callable[[], dt.datetime]
    ) -> None:
        super().__init__()
        self._reader, self._absorber, self._ledger, self._now = reader, absorber, ledger, now

    async def run(self) -> None:
        """Note it every second."""
        while True:
            await asyncio.sleep(NOTE_EVERY_S)
            await self._note()

    async def _note(self) -> None:
        lag = self._reader.lag()
        LAG.set(sum(lag.values()))
        if not self._reader.ready:
            return
        asked = self._now() - dt.timedelta(seconds=self._reader.asked_s_ago())
        reached, stopped = self._absorber.reached, self._absorber.stopped
        ends = {
            place: reached[place]
            for place, behind in lag.items()
            if not behind and place in reached and place not in stopped
        }
        if ends:
            with contextlib.suppress(NotNow):
                await self._ledger.mark_read(ends, asked)


async def last_sent(bootstrap: str) -> Mapping[bytes, int]:
    """The newest revision in the topic of metric events, by key; a tombstone counts as none."""
    found: dict[bytes, int] = {}

    async def hear(records: Sequence[Record]) -> None:
        for record in records:
            key = record.key or b""
            try:
                found[key] = int(_SEQUENCE.decode(record.value or b"").sequence)
            except (msgspec.DecodeError, ValueError):
                found.pop(key, None)  # taken away, or not ours: then it is told again

    await read_whole(bootstrap, [METRICS], hear)
    return found


class _Sequenced(msgspec.Struct):
    sequence: str


_SEQUENCE = msgspec.json.Decoder(_Sequenced)


class NotCaughtUp(NotNow):
    """The organisation is still being read; ask again in a moment."""

    reason = "not-ready"


class Organisation:
    """The tree of each tenant, as the log of the organisation tells it; read whole at each start."""

    def __init__(self, bootstrap: str, ledger: Standing) -> None:
        self.follower = Follower(bootstrap, [ORGANISATION], start="whole", hear=self.hear)
        self._ledger = ledger
        self._trees: dict[str, Tree] = {}
        self._known: dict[str, list[tuple[dt.datetime, Event]]] = {}

    async def hear(self, records: Sequence[Record]) -> None:
        """Take in the next records; one that cannot be read is buried, once however often it is read."""
        dead: list[Refused] = []
        for record in records:
            place = Place(record.topic, record.partition, record.offset)
            match understand(place.topic, record.key, record.value):
                case Unreadable() as error:
                    at = moment_of(record.timestamp_ms)
                    dead.append(Refused(place, at, record.key, record.value, error.reason, str(error)))
                case (event, tenant):
                    self._trees[tenant] = self._trees.get(tenant, Tree()).after(event)
                    self._known.setdefault(tenant, []).append((moment_of(record.timestamp_ms), event))
        if dead:
            await _patiently(lambda: self._ledger.bury(dead))

    def tree(self, tenant: str) -> Tree:
        """The tenant's organisation; raises `NotCaughtUp` until it was read to its end."""
        if not self.follower.caught_up.is_set():
            raise NotCaughtUp("The organisation is still being read; ask again in a moment.")
        return self._trees.setdefault(tenant, Tree())

    def tree_known(self, tenant: str, moment: dt.datetime) -> Tree:
        """The tenant's organisation as it was known at a moment; raises `NotCaughtUp` like `tree`."""
        self.tree(tenant)
        return Tree().after_all(
            event for known_at, event in self._known.get(tenant, ()) if known_at <= moment
        )

    @property
    def tenants(self) -> Collection[str]:
        """Who has told of an organisation."""
        return list(self._trees)


class Agreements:
    """What each tenant's units agreed to reach, as the log of actions tells it; read whole at each start.

    What cannot be read there is buried by who folds that log into the ledger.
    """

    def __init__(self, bootstrap: str, changed: Callable[[], None]) -> None:
        self.follower = Follower(bootstrap, [ACTIONS], start="whole", hear=self.hear)
        self._changed = changed
        self._aims: dict[str, Aims] = {}

    async def hear(self, records: Sequence[Record]) -> None:
        """Take in the next records; most are about something else."""
        for record in records:
            if _ABOUT_TARGETS not in (record.value or b""):
                continue
            found = understand(record.topic, record.key, record.value)
            if not isinstance(found, Unreadable):
                event, tenant = found
                self._aims[tenant] = self._aims.get(tenant, NO_AIMS).after(event)
                self._changed()

    def aims(self, tenant: str) -> Aims:
        """What was agreed; raises `NotCaughtUp` until it was read to its end."""
        if not self.follower.caught_up.is_set():
            raise NotCaughtUp("What units agreed is still being read; ask again in a moment.")
        return self._aims.get(tenant, NO_AIMS)


_ABOUT_TARGETS = b'"primed.target.'
