"""The other services over HTTP: one reader per request, with its user's token, time limits and no retries.

A page waits for the slowest of its calls, so a call that takes too long is given up and the page says so.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, TypeVar

import httpx2 as httpx
import msgspec

from runtime import telemetry
from runtime.telemetry import log
from services.dashboard.domain.questions import Question
from services.dashboard.domain.refusals import Away, Missing, Refused

T = TypeVar("T", bound=msgspec.Struct)
CALLS = telemetry.histogram(
    "dashboard_call_seconds",
    "How long the services behind the pages take to answer: what makes a page slow.",
    ("service", "outcome"),
)
SENDING_S = 600.0
"""How long a file may take on its way to ingest."""
KEPT_MOST = 500
"""Answers kept for a while; the oldest go first, so memory stays bounded."""


class Services:
    """Connections to every service and the answers that may be kept for a moment."""

    def __init__(
        self,
        addresses: Mapping[str, str],
        *,
        timeout_s: float,
        clock: Callable[[], float] = time.monotonic,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=40, keepalive_expiry=30)
        timeout = httpx.Timeout(timeout_s, connect=min(1.0, timeout_s))
        self._clients = {
            name: httpx.AsyncClient(
                base_url=address, timeout=timeout, limits=limits, transport=transport, trust_env=False
            )
            for name, address in addresses.items()
        }
        self._kept: dict[tuple[str, Question[Any]], tuple[float, Any]] = {}
        self._clock = clock

    def reader(self, token: str) -> ServiceReader:
        """A reader for one request of the person with this token."""
        return ServiceReader(self, token)

    async def close(self) -> None:
        """Give the connections back."""
        await asyncio.gather(*(client.aclose() for client in self._clients.values()))

    def kept(self, token: str, question: Question[T]) -> T | None:
        """An answer that is still good for this person."""
        until, answer = self._kept.get((token, question), (0.0, None))
        return answer if until > self._clock() else None

    def keep(self, token: str, question: Question[T], answer: T) -> None:
        """Keep an answer for as long as its question allows."""
        if question.keep:
            self._kept.pop((token, question), None)
            self._kept[(token, question)] = (self._clock() + question.keep, answer)
            while len(self._kept) > KEPT_MOST:
                del self._kept[next(iter(self._kept))]

    async def call(self, service: str, method: str, path: str, **sent: Any) -> httpx.Response:
        """One request. Raises `Away` when nobody answers in time, or with an error of its own."""
        began = time.perf_counter()
        outcome = "away"
        try:
            answer = await self._clients[service].request(method, path, **sent)
            outcome = f"{answer.status_code // 100}xx"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            log().warning("service-away", service=service, error=type(error).__name__)
            raise Away(service, f"{service} does not answer.") from error
        finally:
            CALLS.labels(service, outcome).observe(time.perf_counter() - began)
        if answer.status_code >= 500 or answer.status_code == 429:
            raise Away(service, f"{service} cannot answer now ({answer.status_code}).")
        return answer


class ServiceReader:
    """One person's reading for one request."""

    def __init__(self, services: Services, token: str) -> None:
        self._services = services
        self._token = token
        self._asked: dict[Question[Any], asyncio.Task[Any]] = {}

    async def read(self, question: Question[T]) -> T:
        """The answer, read at most once in a request. Raises `Away`, `Missing` or `Refused`."""
        kept = self._services.kept(self._token, question)
        if kept is not None:
            return kept
        task = self._asked.get(question)
        if task is None:
            task = self._asked[question] = asyncio.create_task(self._fetch(question))
        answer: T = await task
        return answer

    async def _fetch(self, question: Question[T]) -> T:
        answer = await self._services.call(
            question.service, "GET", question.path, params=list(question.params), headers=self._headers()
        )
        if answer.status_code == 403:
            raise Away(question.service, "This is not for your role to see.")
        _refuse(answer)
        try:
            read = msgspec.json.decode(answer.content, type=question.shape, strict=False)
        except msgspec.DecodeError as error:
            log().error("answer-unreadable", service=question.service, path=question.path, error=str(error))
            raise Away(question.service, f"{question.service} answers in a form not known here.") from error
        self._services.keep(self._token, question, read)
        return read

    async def command(
        self, service: str, path: str, body: Mapping[str, Any], *, key: str, version: int | None = None
    ) -> Mapping[str, Any]:
        """POST a command; `key` makes a repeat harmless. Raises `Away`, `Missing` or `Refused`."""
        headers = {**self._headers(), "Idempotency-Key": key}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        answer = await self._services.call(service, "POST", path, json=dict(body), headers=headers)
        _refuse(answer)
        return msgspec.json.decode(answer.content, type=dict[str, Any]) if answer.content else {}

    async def download(self, path: str, params: Mapping[str, str]) -> tuple[bytes, Mapping[str, str]]:
        """A file that metrics makes, with the headers that describe it."""
        return await self.fetch("metrics", path, params)

    async def send(
        self, path: str, params: Mapping[str, str], body: AsyncIterator[bytes], *, size: int, key: str
    ) -> Mapping[str, Any]:
        """Stream a file to ingest; `key` makes a repeat harmless. Raises `Away`, `Missing` or `Refused`."""
        return msgspec.json.decode(
            await self.upload(path, params, body, size=size, key=key), type=dict[str, Any]
        )

    async def upload(
        self, path: str, params: Mapping[str, str], body: AsyncIterator[bytes], *, size: int, key: str = ""
    ) -> bytes:
        """Stream a file to ingest and answer with what comes back."""
        headers = {**self._headers(), "Content-Type": "application/octet-stream"}
        headers |= {"Content-Length": str(size), **({"Idempotency-Key": key} if key else {})}
        answer = await self._services.call(
            "ingest", "POST", path, params=dict(params), content=body, headers=headers, timeout=SENDING_S
        )
        _refuse(answer)
        return answer.content

    async def save(self, path: str, text: str, *, version: int) -> None:
        """Keep a mapping in ingest, unless it was changed since that version. Raises as `command` does."""
        headers = {**self._headers(), "Content-Type": "application/yaml", "If-Match": f'"{version}"'}
        _refuse(await self._services.call("ingest", "PUT", path, content=text.encode(), headers=headers))

    async def fetch(
        self, service: str, path: str, params: Mapping[str, str]
    ) -> tuple[bytes, Mapping[str, str]]:
        """A file that a service makes, with the headers that describe it."""
        answer = await self._services.call(service, "GET", path, params=dict(params), headers=self._headers())
        _refuse(answer)
        told = ("content-type", "content-disposition", "etag")
        return answer.content, {name: answer.headers[name] for name in told if name in answer.headers}

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}


def _refuse(answer: httpx.Response) -> None:
    if answer.status_code == 404:
        raise Missing("There is nothing here for you.")
    if answer.status_code < 400:
        return
    try:
        problem = msgspec.json.decode(answer.content, type=dict[str, Any])
    except msgspec.DecodeError:
        problem = {}
    errors = [str(one.get("message")) for one in problem.get("errors", []) if isinstance(one, dict)]
    detail = str(problem.get("detail") or problem.get("title") or "The service declined.")
    if answer.status_code == 412:
        detail = "Somebody else changed this a moment ago. Look at it as it stands now and try again."
    raise Refused(detail, errors)
