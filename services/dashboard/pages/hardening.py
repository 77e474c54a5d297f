"""Around every page: what a browser may load, what it may keep, and errors as pages that say what to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)
PROBLEM = "application/problem+json"
ErrorPage = Callable[[Request, int, Mapping[str, Any]], str]


class Hardening:
    """ASGI middleware; `error_page` renders a problem for a person."""

    def __init__(self, app: ASGIApp, *, error_page: ErrorPage) -> None:
        self._app = app
        self._error_page = error_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Answer(scope, send, self._error_page).send)


class _Answer:
    """One answer on its way out; a problem is held until its body is whole."""

    def __init__(self, scope: Scope, send: Send, error_page: ErrorPage) -> None:
        self._request = Request(scope)
        self._send = send
        self._error_page = error_page
        self._held: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = {name: value for name, value in message["headers"]}
            message["headers"] = [*message["headers"], *HEADERS, *self._keeping(headers)]
            if headers.get(b"content-type", b"").startswith(PROBLEM.encode()) and self._for_a_person():
                self._held = message
                return
        if self._held is None:
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if not message.get("more_body"):
            await self._say(self._held)

    def _for_a_person(self) -> bool:
        """Whether a browser asks for a page; a part that fetches itself anew is not given another page."""
        headers = self._request.headers
        return "text/html" in headers.get("accept", "") and "hx-request" not in headers

    def _keeping(self, headers: Mapping[bytes, bytes]) -> list[tuple[bytes, bytes]]:
        if b"cache-control" in headers:
            return []
        static = self._request.url.path.startswith("/static/") and "v" in self._request.query_params
        return [(b"cache-control", b"public, max-age=604800, immutable" if static else b"no-store")]

    async def _say(self, start: Message) -> None:
        problem = json.loads(self._body)
        if start["status"] == 401:
            await self._redirect(start)
            return
        body = self._error_page(self._request, start["status"], problem).encode()
        start["headers"] = _described(start, b"text/html; charset=utf-8", len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})

    async def _redirect(self, start: Message) -> None:
        """Without a session: to the sign-in, and back to where the reader wanted to go."""
        url = self._request.url
        wanted = f"{url.path}?{url.query}" if url.query else url.path
        onward = f"?next={quote(wanted, safe='')}" if self._request.method == "GET" and wanted != "/" else ""
        headers = [*_described(start, b"text/plain", 0), (b"location", f"/sign-in{onward}".encode())]
        await self._send({**start, "status": 303, "headers": headers})
        await self._send({"type": "http.response.body", "body": b""})


def _described(start: Message, kind: bytes, length: int) -> list[tuple[bytes, bytes]]:
    dropped = {b"content-type", b"content-length", b"www-authenticate"}
    kept = [pair for pair in start["headers"] if pair[0] not in dropped]
    return [*kept, (b"content-type", kind), (b"content-length", str(length).encode())]
