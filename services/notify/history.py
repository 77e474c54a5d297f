"""The past of a measure, read from metrics over HTTP with the token of whoever asks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import httpx2
import msgspec

from services.notify.domain.rule import Rule
from services.notify.domain.trial import Past

TIMEOUT_S = 10.0
AT_ONCE = 4
"""Series read at once, so that a trial leaves room for those who look at pages."""


class HistoryAway(Exception):
    """Metrics, where the past is read, does not answer now; try again soon."""

    reason = "not-ready"


class NoHistory(Exception):
    """Metrics declines the question; the message is its own."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class History:
    """Series of metrics, each as long as was asked."""

    def __init__(self, address: str, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._address = address
        self._transport = transport

    async def series(
        self, token: str, rule: Rule, units: Sequence[str], span: Mapping[str, str]
    ) -> list[Past]:
        """The rule's measure at each unit, in the order asked. Raises `HistoryAway` or `NoHistory`."""
        room = asyncio.Semaphore(AT_ONCE)
        async with httpx2.AsyncClient(
            base_url=self._address, timeout=TIMEOUT_S, transport=self._transport, trust_env=False
        ) as client:

            async def one(unit: str) -> Past:
                asked = {"measure": rule.measure, "unit": unit, "grain": rule.grain, **span}
                async with room:
                    return _read(await _ask(client, token, asked))

            return list(await asyncio.gather(*(one(unit) for unit in units)))


async def _ask(client: httpx2.AsyncClient, token: str, asked: Mapping[str, str]) -> httpx2.Response:
    try:
        return await client.get("/v1/series", params=dict(asked), headers={"Authorization": token})
    except httpx2.HTTPError as error:
        raise HistoryAway(HistoryAway.__doc__) from error


def _read(answer: httpx2.Response) -> Past:
    if answer.status_code >= 500 or answer.status_code == 429:
        raise HistoryAway(HistoryAway.__doc__)
    try:
        if answer.status_code >= 400:
            told = msgspec.json.decode(answer.content, type=dict[str, object])
            raise NoHistory(answer.status_code, str(told.get("detail") or "Metrics declined."))
        return msgspec.json.decode(answer.content, type=Past)
    except msgspec.DecodeError as error:
        raise HistoryAway("Metrics answers in a form that is not known here.") from error
