"""Dead letters: records that a reader could not take, with their bytes, place and reason."""

from __future__ import annotations

import datetime as dt
import re
from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
from msgspec import UNSET

from schemas import registry
from schemas.registry import TOPIC_OF, Unreadable
from services.ingest.domain.edge import FEEDER_TOPICS, Admitted, Edge, Refused, admit


class _Tenant(msgspec.Struct):
    tenant: str = ""


class Place(NamedTuple):
    """Where a letter stands in the order of all: its moment in milliseconds, partition and offset."""

    at: int
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a walk through the letters has come: to `after`, of those that were there by `until`.

    Who is sent again and dies again is a new letter, later than `until`, which the same walk leaves alone.
    """

    after: Place
    until: int

    @property
    def text(self) -> str:
        """As answers give it."""
        return "-".join(map(str, (*self.after, self.until)))

    @staticmethod
    def said(text: str) -> Cursor | None:
        """The cursor of such a text; None for any other."""
        if not re.fullmatch(r"\d{1,15}-\d{1,9}-\d{1,18}-\d{1,15}", text):
            return None
        *after, until = map(int, text.split("-"))
        return Cursor(Place(*after), until)


@dataclass(frozen=True, slots=True)
class Replay:
    """A letter that was sent again: when, by whom, and as which event, which is what makes it count once."""

    letter: str
    at: dt.datetime
    by: str
    mended: bool
    source: str
    event: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter: where it lies, and the record's own bytes, place and reason."""

    partition: int
    offset: int
    at: dt.datetime
    key: bytes | None
    value: bytes | None
    headers: Mapping[str, str]

    @property
    def place(self) -> Place:
        """Where it stands in the order of all."""
        return Place(round(self.at.timestamp() * 1000), self.partition, self.offset)

    @property
    def id(self) -> str:
        """Partition and offset among the dead letters."""
        return f"{self.partition}-{self.offset}"

    @property
    def reason(self) -> str:
        """Why it could not be taken."""
        return self.headers.get("primed-reason", "")

    @property
    def service(self) -> str:
        """Which service could not take it."""
        return self.headers.get("primed-service", "")

    @property
    def topic(self) -> str:
        """The topic that the record was read from."""
        return self.headers.get("primed-topic", "")

    def is_for(self, tenant: str) -> bool:
        """Whether this tenant's operator may see it: by its key, else by its content, else everybody's."""
        owner, slash, _ = (self.key or b"").decode("utf-8", "replace").partition("/")
        return (owner if slash else self._named_tenant()) in (tenant, "")

    def _named_tenant(self) -> str:
        try:
            return msgspec.json.decode(self.value or b"", type=_Tenant).tenant
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters are asked for: those of a tenant's operator, of a reason and a service where named."""

    tenant: str
    reason: str | None = None
    service: str | None = None

    def holds(self, letter: Letter) -> bool:
        """Whether the letter is one of them."""
        asked = self.reason in (None, letter.reason) and self.service in (None, letter.service)
        return asked and letter.is_for(self.tenant)


@dataclass(slots=True)
class Page:
    """The next letters of a walk, oldest first, at most `limit`; `left` counts those that come after them."""

    limit: int
    cursor: Cursor | None = None
    left: int = 0
    newest: int = 0
    _letters: list[Letter] = field(default_factory=list)

    def take(self, letter: Letter) -> None:
        """Look at a wanted letter."""
        place = letter.place
        if self.cursor is not None and not self.cursor.after < place <= (self.cursor.until, 10**9, 0):
            return
        self.newest = max(self.newest, place.at)
        insort(self._letters, letter, key=lambda one: one.place)
        if len(self._letters) > self.limit:
            self._letters.pop()
            self.left += 1

    @property
    def letters(self) -> Sequence[Letter]:
        """The letters of this page."""
        return self._letters

    @property
    def next(self) -> Cursor | None:
        """Where to go on; None behind the last."""
        if not self.left:
            return None
        return Cursor(self._letters[-1].place, self.newest if self.cursor is None else self.cursor.until)


def again(letter: Letter, mended: bytes | None, tenant: str, edge: Edge) -> Admitted | Refused:
    """The event of a letter, mended or as it was, ready for its topic; or why it still cannot be read."""
    raw = letter.value if mended is None else mended
    if raw is None:
        return Refused(None, "no-value", "The record has no value; send the event that it should have been.")
    found = admit(raw, tenant, edge) if letter.topic in FEEDER_TOPICS else _own(raw, tenant)
    if isinstance(found, Admitted) and TOPIC_OF[found.envelope.type] != letter.topic:
        return Refused(
            found.envelope.id, "other-topic", f"This type does not belong to {letter.topic}.", "type"
        )
    return found


def _own(raw: bytes, tenant: str) -> Admitted | Refused:
    """An event of Primed's own services goes back byte for byte."""
    try:
        envelope = registry.read(raw).envelope
    except Unreadable as error:
        return Refused(None, error.reason, str(error), error.field)
    if envelope.tenant is UNSET or envelope.tenant != tenant:
        return Refused(envelope.id, "other-tenant", "The event is not of this tenant.", "tenant")
    return Admitted(raw, envelope)


def text_of(raw: bytes | None) -> str | None:
    """Bytes as text that no screen obeys: what is no UTF-8 and what controls a terminal is written out."""
    if raw is None:
        return None
    text = raw.decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() or sign in "\n\t" else _written(sign) for sign in text)


def _written(sign: str) -> str:
    number = ord(sign)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
