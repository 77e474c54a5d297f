"""A reader of stretches ends as its block does, however its client takes it that Kafka is away."""

import asyncio

import aiokafka
import pytest

from eventlog import stretches


class Client:
    """A client whose Kafka went away; `ending` is what stopping it comes to."""

    def __init__(self, ending: str) -> None:
        self.ending, self.let_go = ending, False

    async def start(self) -> None:
        """Kafka is there yet."""

    async def stop(self) -> None:
        try:
            if self.ending == "cancelled":
                raise asyncio.CancelledError
            if self.ending == "hangs":
                await asyncio.Event().wait()
        finally:
            self.let_go = True


@pytest.mark.parametrize("ending", ["well", "cancelled", "hangs"])
async def test_what_went_wrong_is_what_is_raised(ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(ending)
    monkeypatch.setattr(aiokafka, "AIOKafkaConsumer", lambda **settings: client)
    monkeypatch.setattr(stretches, "STOP_S", 0.01)
    with pytest.raises(ValueError, match="trouble"):
        async with stretches.stretches("127.0.0.1:1"):
            raise ValueError("trouble")
    await asyncio.sleep(0)
    assert client.let_go


async def test_who_is_stopped_meanwhile_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiokafka, "AIOKafkaConsumer", lambda **settings: Client("hangs"))

    async def leave() -> None:
        async with stretches.stretches("127.0.0.1:1"):
            pass

    leaving = asyncio.ensure_future(leave())
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
