"""The producer for very many events: aiokafka behind the verb of `eventlog.kafka`, in a fifth of its time.

kafka-python spends five times as long on a record as aiokafka's batches (docs/decisions/0021), so what
councils send goes this way. What waits for a partition while a batch is under way becomes its next batch: the
more callers, the larger the batches and the fewer the flushes of the broker. A broker answers a connection
one request after the other, each when it is on disk; with several connections it flushes them side by side.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence

from aiokafka import AIOKafkaProducer, errors

from eventlog.codec import partition_of
from eventlog.lanes import Lane, Sending
from eventlog.records import LogRefused, LogUnavailable, Message, Placed, TopicPartition
from eventlog.room import ROOM_BYTES, Room, size_of

START_S = 20.0
CLOSE_S = 2.0
CONNECTIONS = 4
BATCH_BYTES = 512 * 1024
LARGEST_RECORD = 5 * 1024 * 1024
REFUSALS = (
    errors.MessageSizeTooLargeError,
    errors.InvalidTopicError,
    errors.TopicAuthorizationFailedError,
    errors.ClusterAuthorizationFailedError,
)


class BulkProducer:
    """Idempotent, `acks=all`: when `send` answers, every in-sync replica has the records, in their order."""

    def __init__(self, bootstrap: str, *, timeout_s: float = 5.0, room_bytes: int = ROOM_BYTES) -> None:
        self._bootstrap = bootstrap
        self._timeout_s = timeout_s
        self._room = Room(room_bytes)
        self._session: _Session | None = None
        self._starting: asyncio.Task[None] | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self._closed = False

    async def send(self, messages: Sequence[Message]) -> list[Placed]:
        """Write the messages and answer where each stands.

        Raises `LogUnavailable` within the timeout: then some, all or none may be in the log, and sending all
        again is safe, since readers know events by their identity. Raises `LogRefused` for what Kafka will
        never take.
        """
        if not messages:
            return []
        size = self._size(messages)
        sending = Sending(len(messages), lambda: self._room.give_back(size))
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._room.take(size)
                await self._hand_over(messages, sending)
                return await sending.placed
        except TimeoutError as error:
            raise LogUnavailable(f"Kafka did not acknowledge within {self._timeout_s:g} seconds.") from error
        except (errors.KafkaError, OSError) as error:
            self._let_go(sending.session)
            raise _translated(error) from error

    async def close(self) -> None:
        """Send what is under way for at most two seconds, then let go."""
        self._closed = True
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait({self._starting})
        self._let_go(self._session)
        if self._leaving:
            await asyncio.wait(self._leaving)

    async def reachable(self) -> str | None:
        """A check for /readyz: None when Kafka answers a question asked now, else what to do."""
        try:
            async with asyncio.timeout(min(1.5, self._timeout_s)):
                session = await self._connected()
                await session.clients[0].client.fetch_all_metadata()
        except (TimeoutError, errors.KafkaError, OSError, LogUnavailable) as error:
            return (
                f"Kafka does not answer ({type(error).__name__}); start it, or check PRIMED_KAFKA_BOOTSTRAP."
            )
        return None

    def _size(self, messages: Sequence[Message]) -> int:
        """How much room they need; raises for what will never be sent."""
        if self._closed:
            raise _closed()
        sizes = [size_of(message) for message in messages]
        if max(sizes) > LARGEST_RECORD:
            raise _translated(errors.MessageSizeTooLargeError(f"more than {LARGEST_RECORD:,} bytes"))
        return sum(sizes)

    async def _hand_over(self, messages: Sequence[Message], sending: Sending) -> None:
        try:
            session = sending.session = await self._connected()
            partitions = {
                topic: len(await session.clients[0].partitions_for(topic))
                for topic in {message.topic for message in messages}
            }
            session.add(messages, partitions, sending)
        finally:
            sending.all_handed_over()

    async def _connected(self) -> _Session:
        """The clients. Who waits for them may leave: they are made all the same, for whoever comes next."""
        while self._session is None:
            if self._closed:
                raise _closed()
            if self._starting is None or self._starting.done():
                self._starting = asyncio.create_task(self._start(), name="producer-starting")
            await asyncio.shield(self._starting)
        return self._session

    async def _start(self) -> None:
        async with asyncio.timeout(START_S):
            self._session = await _Session.start(self._bootstrap, self._timeout_s)

    def _let_go(self, session: _Session | None) -> None:
        """A client that failed once is not trusted with its sequence numbers; the next call makes another."""
        if session is None or session is not self._session:
            return
        self._session = None
        task = asyncio.create_task(session.stop(), name="producer-leaving")
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)


class _Session:
    """The clients of some time without failures, and their lanes."""

    def __init__(self, clients: Sequence[AIOKafkaProducer]) -> None:
        self.clients = clients
        self._lanes: dict[TopicPartition, Lane] = {}
        self._keyless = 0

    @classmethod
    async def start(cls, bootstrap: str, timeout_s: float) -> _Session:
        clients = [_client(bootstrap, timeout_s) for _ in range(CONNECTIONS)]
        try:
            await asyncio.gather(*(client.start() for client in clients))
        except BaseException:
            await asyncio.gather(*(client.stop() for client in clients), return_exceptions=True)
            raise
        return cls(clients)

    def add(self, messages: Sequence[Message], partitions: Mapping[str, int], sending: Sending) -> None:
        """Let each message wait for its partition; those of a call for one partition stay together."""
        by_place: defaultdict[TopicPartition, list[int]] = defaultdict(list)
        for number, message in enumerate(messages):
            by_place[message.topic, self._partition(message, partitions[message.topic])].append(number)
        for place, numbers in by_place.items():
            lane = self._lanes.get(place)
            if lane is None:
                lane = self._lanes[place] = Lane(self.clients[place[1] % len(self.clients)], place)
            lane.add(messages, numbers, sending)

    def _partition(self, message: Message, partitions: int) -> int:
        if message.key is not None:
            return partition_of(message.key, partitions)
        self._keyless += 1
        return self._keyless % partitions

    async def stop(self) -> None:
        """Send what waits for at most two seconds; what is not answered by then stays unacknowledged."""
        await asyncio.gather(*map(_stop, self.clients))
        await asyncio.gather(*(lane.stop() for lane in self._lanes.values()))


def _client(bootstrap: str, timeout_s: float) -> AIOKafkaProducer:
    return AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        client_id="primed-bulk",
        enable_idempotence=True,
        acks="all",
        max_batch_size=BATCH_BYTES,
        request_timeout_ms=int(timeout_s * 1000),
        linger_ms=0,
    )


async def _stop(client: AIOKafkaProducer) -> None:
    stopping = asyncio.create_task(client.stop())
    await asyncio.wait({stopping}, timeout=CLOSE_S)
    sender = client._sender.sender_task
    if not stopping.done() and sender is not None:
        await client.client.close()  # only without its connections does it stop trying
        sender.cancel()
        await asyncio.wait({stopping, sender}, timeout=CLOSE_S / 4)
        stopping.cancel()
    await asyncio.gather(stopping, return_exceptions=True)


def _closed() -> LogUnavailable:
    return LogUnavailable("The producer is closed because the process is stopping.")


def _translated(error: BaseException) -> Exception:
    if isinstance(error, REFUSALS):
        return LogRefused(f"Kafka does not take this record: {type(error).__name__}: {error}.")
    return LogUnavailable(f"Kafka did not acknowledge: {type(error).__name__}. Nothing is lost; send again.")
