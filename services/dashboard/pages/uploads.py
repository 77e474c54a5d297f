"""Files that a form brings: kept on disk while they arrive, and passed on to ingest piece by piece."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from fastapi import Request
from starlette.datastructures import UploadFile

from runtime.bodies import limited
from services.dashboard.pages import session

MOST_BYTES = 512 * 1024 * 1024
"""As large as ingest takes; the file waits on disk here until it is passed on."""
MOST_TEXT = 400
PIECE = 256 * 1024


class Carrier(Protocol):
    """Passes files on, with one person's token."""

    async def send(
        self, path: str, params: Mapping[str, str], body: AsyncIterator[bytes], *, size: int, key: str
    ) -> Mapping[str, Any]: ...

    async def upload(
        self, path: str, params: Mapping[str, str], body: AsyncIterator[bytes], *, size: int
    ) -> bytes: ...

    async def save(self, path: str, text: str, *, version: int) -> None: ...

    async def fetch(
        self, service: str, path: str, params: Mapping[str, str]
    ) -> tuple[bytes, Mapping[str, str]]: ...


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form brought: its fields, and the file where one was chosen."""

    fields: Mapping[str, str]
    file: UploadFile | None

    @property
    def name(self) -> str:
        """The file's name, blank without a file."""
        return (self.file.filename or "") if self.file else ""

    @property
    def size(self) -> int:
        """How many bytes the file has."""
        return (self.file.size or 0) if self.file else 0

    async def pieces(self) -> AsyncIterator[bytes]:
        """The file, piece by piece."""
        while self.file and (piece := await self.file.read(PIECE)):
            yield piece


@asynccontextmanager
async def received(request: Request, most_text: int = MOST_TEXT) -> AsyncIterator[Sent]:
    """The form with its file, once its token is right; the file is gone when the block ends.

    Of each field at most so many characters are kept.
    """
    bounded = Request(request.scope, limited(request.scope, request.receive, MOST_BYTES))
    async with bounded.form(max_files=1, max_fields=20) as form:
        fields = {key: value.strip()[:most_text] for key, value in form.items() if isinstance(value, str)}
        session.check_form(request, fields.pop(session.FORM_FIELD, ""))
        file = form.get("file")
        yield Sent(fields, file if isinstance(file, UploadFile) and file.filename else None)


def carrier(request: Request) -> Carrier:
    """What passes files on with the token of who asks."""
    sent = request.headers.get("authorization", "").removeprefix("Bearer ")
    found: Carrier = request.app.state.desk.services.reader(sent or session.token_of(request) or "")
    return found
