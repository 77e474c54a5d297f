"""How the simulated council reaches Primed: by the front door, like any other sender."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import httpx2

from primed.simulate.state import Said

BATCH = 500
PATIENCE_S = 120.0
"""How long to repeat a request while ingest is away; every event is safe to send again."""


class FeedRefused(Exception):
    """Ingest understood the events and did not take them; sending them again would not help."""


class Feed:
    """Posts events in batches as a feeder; repeats while ingest or Kafka is away."""

    def __init__(self, ingest: str, token: Callable[[], str], client: httpx2.AsyncClient) -> None:
        self._ingest = ingest
        self._token = token
        self._client = client

    async def send(self, events: Sequence[Said]) -> int:
        """Send the events in their order; answers how many were accepted.

        Raises `FeedRefused` when ingest will not have one, `TimeoutError` when it stays away.
        """
        accepted = 0
        for at in range(0, len(events), BATCH):
            answer = await self._post(list(events[at : at + BATCH]))
            if answer["refused"]:
                raise FeedRefused(f"ingest refused an event of the simulation: {answer['refused'][0]}")
            accepted += int(answer["accepted"])
        return accepted

    async def _post(self, batch: list[Said]) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE_S
        while True:
            answer = await self._try(batch)
            if answer is not None and answer.status_code == 202:
                body: dict[str, Any] = answer.json()
                return {"accepted": body["accepted"], "refused": body.get("refused", [])}
            if answer is not None and answer.status_code not in (429, 502, 503, 504):
                raise FeedRefused(f"ingest answered {answer.status_code}: {answer.text[:500]}")
            if loop.time() > until:
                raise TimeoutError(f"ingest at {self._ingest} took nothing for {PATIENCE_S:.0f} s.")
            await asyncio.sleep(1.0)

    async def _try(self, batch: list[Said]) -> httpx2.Response | None:
        headers = {
            "authorization": f"Bearer {self._token()}",
            "content-type": "application/cloudevents-batch+json",
        }
        try:
            return await self._client.post(f"{self._ingest}/v1/events", json=batch, headers=headers)
        except httpx2.TransportError:
            return None
