"""The producer: kafka-python behind one verb, awaited from asyncio, bounded in memory and in patience."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import kafka
from kafka import errors
from kafka.net.compat import KafkaNetClient

from eventlog.records import LogRefused, LogUnavailable, Message, Placed
from eventlog.room import ROOM_BYTES, Room, size_of

CLOSE_S = 2.0
LARGEST_REQUEST = 5 * 1024 * 1024
REFUSALS = (
    errors.MessageSizeTooLargeError,
    errors.RecordListTooLargeError,
    errors.InvalidTopicError,
    errors.TopicAuthorizationFailedError,
    errors.ClusterAuthorizationFailedError,
)


class Producer(Protocol):
    """What writes into the log: in memory for tests, else Kafka."""

    async def send(self, messages: Sequence[Message]) -> list[Placed]: ...

    async def close(self) -> None: ...


class KafkaProducer:
    """Idempotent, `acks=all`: when `send` answers, every in-sync replica has the records, in their order."""

    def __init__(self, bootstrap: str, *, timeout_s: float = 5.0, room_bytes: int = ROOM_BYTES) -> None:
        self._bootstrap = bootstrap
        self._timeout_s = timeout_s
        self._client: Any = None
        # kafka-python blocks on metadata and on its first contact, so only this one thread ever calls it,
        # which also keeps the order of callers.
        self._thread = ThreadPoolExecutor(1, "kafka-producer")
        self._room = Room(room_bytes)
        self._closed = False

    @classmethod
    async def start(cls, bootstrap: str, *, timeout_s: float = 5.0) -> KafkaProducer:
        """A producer, whether Kafka is there yet or not; it connects with the first `send`."""
        return cls(bootstrap, timeout_s=timeout_s)

    async def send(self, messages: Sequence[Message]) -> list[Placed]:
        """Write the messages and answer where each stands.

        Raises `LogUnavailable` within the timeout: then some, all or none may be in the log, and sending all
        again is safe, since readers know events by their identity. Raises `LogRefused` for what Kafka will
        never take.
        """
        if not messages:
            return []
        if self._closed:
            raise LogUnavailable("The producer is closed because the process is stopping.")
        loop = asyncio.get_running_loop()
        size = sum(map(size_of, messages))
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._room.take(size)
                sending = _Sending(messages, loop, lambda: self._room.give_back(size))
                self._submit(sending)
                return await sending.placed
        except TimeoutError as error:
            raise LogUnavailable(f"Kafka did not acknowledge within {self._timeout_s:g} seconds.") from error

    async def close(self) -> None:
        """Send what is under way for at most two seconds, then let go."""
        self._closed = True
        loop = asyncio.get_running_loop()
        client = self._client
        if client is not None:
            with contextlib.suppress(errors.KafkaTimeoutError):  # what is under way stays unacknowledged
                await loop.run_in_executor(None, lambda: client.close(timeout=CLOSE_S))
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def reachable(self) -> str | None:
        """A check for /readyz: None when Kafka answers a question asked now, else what to do."""
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[None] = loop.create_future()
        try:
            async with asyncio.timeout(min(1.5, self._timeout_s)):
                client = await loop.run_in_executor(self._thread, self._connected)
                # An open connection says little: a frozen broker keeps it. Only a fresh answer counts.
                asked = client._metadata.request_update()
                asked.add_both(lambda _: _wake(loop, answered))
                await answered
        except (TimeoutError, errors.KafkaError, OSError) as error:
            return (
                f"Kafka does not answer ({type(error).__name__}); start it, or check PRIMED_KAFKA_BOOTSTRAP."
            )
        return f"Kafka answers with an error ({type(asked.exception).__name__})." if asked.failed() else None

    def _submit(self, sending: _Sending) -> None:
        try:
            self._thread.submit(self._hand_over, sending)
        except RuntimeError as error:  # closed while we waited for room
            sending.drop()
            raise LogUnavailable("The producer is closed because the process is stopping.") from error

    def _hand_over(self, sending: _Sending) -> None:
        """In the producer's thread: give the messages to kafka-python, unless the caller has left."""
        if sending.abandoned:
            sending.drop()
            return
        try:
            client = self._connected()
            for message in sending.messages:
                if self._closed:
                    raise errors.KafkaTimeoutError("closing")
                sending.watch(client.send(message.topic, message.value, message.key, list(message.headers)))
        except Exception as error:  # noqa: BLE001 - crosses from a thread into the caller's future, as it is
            sending.fail(error)
        else:
            sending.all_handed_over()

    def _connected(self) -> Any:
        if self._client is None:
            milliseconds = int(self._timeout_s * 1000)
            self._client = opened(
                kafka.KafkaProducer,
                bootstrap_servers=self._bootstrap.split(","),
                client_id="primed",
                enable_idempotence=True,
                acks="all",
                max_block_ms=milliseconds,
                delivery_timeout_ms=milliseconds,
                request_timeout_ms=milliseconds,
                bootstrap_timeout_ms=milliseconds,
                reconnect_backoff_max_ms=1_000,
                max_request_size=LARGEST_REQUEST,
                batch_size=64 * 1024,
                linger_ms=0,
                allow_auto_create_topics=False,
                metrics_enabled=False,
            )
        return self._client


def opened(make: Callable[..., Any], **settings: Any) -> Any:
    """Make a client of kafka-python; when its first contact fails, its thread and sockets are closed."""
    made: list[Any] = []

    def remembered(**inner: Any) -> Any:
        made.append(KafkaNetClient(**inner))
        return made[-1]

    try:
        return make(kafka_client=remembered, **settings)
    except BaseException:
        for client in made:
            client.close()
        raise


class _Sending:
    """One call of `send` on its way; wakes its caller once, when the last record is answered."""

    def __init__(
        self, messages: Sequence[Message], loop: asyncio.AbstractEventLoop, give_back: Callable[[], None]
    ) -> None:
        self.messages = messages
        self.placed: asyncio.Future[list[Placed]] = loop.create_future()
        self._loop = loop
        self._give_back = give_back
        self._futures: list[Any] = []
        self._lock = threading.Lock()
        self._open = 1  # one for handing over, so that early answers do not end it
        self._error: BaseException | None = None

    @property
    def abandoned(self) -> bool:
        """Whether the caller has given up: then nothing more needs to be sent."""
        return self.placed.done()

    def watch(self, future: Any) -> None:
        with self._lock:
            self._open += 1
        self._futures.append(future)
        future.add_callback(self._answered)
        future.add_errback(self.fail)

    def fail(self, error: BaseException) -> None:
        self._error = self._error or error
        self._answered()

    def all_handed_over(self) -> None:
        self._answered()

    def drop(self) -> None:
        self._answered()

    def _answered(self, _metadata: object = None) -> None:
        with self._lock:
            self._open -= 1
            if self._open:
                return
        try:
            self._loop.call_soon_threadsafe(self._tell)
        except RuntimeError:
            return  # the loop is closed: the process is leaving and nobody waits any more

    def _tell(self) -> None:
        self._give_back()
        if self.placed.done():
            return
        if self._error is not None:
            self.placed.set_exception(_translated(self._error))
            return
        self.placed.set_result([_placed(future.value) for future in self._futures])


def _wake(loop: asyncio.AbstractEventLoop, waiting: asyncio.Future[None]) -> None:
    """From the client's thread: let the waiting go on; nobody waits when the loop is closed."""

    def wake() -> None:
        if not waiting.done():
            waiting.set_result(None)

    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(wake)


def _placed(metadata: Any) -> Placed:
    return Placed(metadata.topic, metadata.partition, metadata.offset)


def _translated(error: BaseException) -> Exception:
    if isinstance(error, REFUSALS):
        return LogRefused(f"Kafka does not take this record: {type(error).__name__}: {error}.")
    return LogUnavailable(f"Kafka did not acknowledge: {type(error).__name__}. Nothing is lost; send again.")
