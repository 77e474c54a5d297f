"""Lanes of the bulk producer, one for each partition: a batch under way, and what will be in the next."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer, errors

from eventlog.records import Message, Placed, TopicPartition


class Lane:
    """One partition: one batch under way, and what will be in the next ones."""

    def __init__(self, client: AIOKafkaProducer, place: TopicPartition) -> None:
        self._running: asyncio.Task[None] | None = None
        self._client = client
        self._place = place
        self._waiting: deque[Load] = deque()

    def add(self, messages: Sequence[Message], numbers: Sequence[int], sending: Sending) -> None:
        """Let these messages of a call be written, in their order."""
        load = self._waiting[-1] if self._waiting else self._opened()
        first = 0
        for at, number in enumerate(numbers):
            if not load.append(messages[number]):
                load.answer(sending, numbers[first:at])
                load, first = self._opened(), at
                load.append(messages[number])
        load.answer(sending, numbers[first:])
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run(), name="lane")

    async def stop(self) -> None:
        """Whoever still waits is told that it is not acknowledged, and gives its room back."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait({self._running})
        while self._waiting:
            self._waiting.popleft().end(errors.ProducerClosed())

    def _opened(self) -> Load:
        load = Load(self._client.create_batch())
        self._waiting.append(load)
        return load

    async def _run(self) -> None:
        while self._waiting:
            await self._write(self._waiting.popleft())

    async def _write(self, load: Load) -> None:
        if load.abandoned:
            load.end(None)
            return
        load.batch.close()
        topic, partition = self._place
        try:
            written = await (await self._client.send_batch(load.batch, topic, partition=partition))
        except asyncio.CancelledError:
            load.end(errors.ProducerClosed())
            raise
        except Exception as error:  # noqa: BLE001 - crosses into the futures of all who wait for this batch
            load.end(error)
        else:
            load.written(topic, partition, written.offset)


class Load:
    """A batch and who waits for which of its records."""

    def __init__(self, batch: Any) -> None:
        self.batch = batch
        self._count = 0
        self._parts: list[tuple[Sending, int, Sequence[int]]] = []

    def append(self, message: Message) -> bool:
        """Put the message in; False when the batch is full."""
        if (
            self.batch.append(
                timestamp=None, key=message.key, value=message.value, headers=list(message.headers)
            )
            is None
        ):
            return False
        self._count += 1
        return True

    def answer(self, sending: Sending, numbers: Sequence[int]) -> None:
        """The last records are these of the call."""
        if numbers:
            sending.opened()
            self._parts.append((sending, self._count - len(numbers), numbers))

    @property
    def abandoned(self) -> bool:
        """Whether nobody waits for any of it any more: then it needs not be sent."""
        return all(sending.placed.done() for sending, _, _ in self._parts)

    def written(self, topic: str, partition: int, base: int) -> None:
        """The log has it from this offset on."""
        for sending, first, numbers in self._parts:
            for at, number in enumerate(numbers, base + first):
                sending.places[number] = Placed(topic, partition, at)
            sending.answered()

    def end(self, error: BaseException | None) -> None:
        """It is not in the log as far as anybody knows."""
        for sending, _, _ in self._parts:
            sending.answered(error)


class Sending:
    """One call of `send` on its way; wakes its caller once, when the last record is answered."""

    session: Any = None

    def __init__(self, count: int, give_back: Callable[[], None]) -> None:
        self.places: list[Any] = [None] * count
        self.placed: asyncio.Future[list[Placed]] = asyncio.get_running_loop().create_future()
        self._give_back = give_back
        self._open = 1  # one for handing over, so that early answers do not end it
        self._error: BaseException | None = None

    def opened(self) -> None:
        self._open += 1

    def all_handed_over(self) -> None:
        self.answered()

    def answered(self, error: BaseException | None = None) -> None:
        self._error = self._error or error
        self._open -= 1
        if self._open:
            return
        self._give_back()
        if self.placed.done():
            return
        if self._error is not None:
            self.placed.set_exception(self._error)
        else:
            self.placed.set_result(self.places)
