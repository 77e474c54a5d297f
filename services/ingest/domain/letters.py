"""Dead letters: records that a reader could not take, with their bytes, place and reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from msgspec import UNSET

from schemas import registry
from schemas.registry import TOPIC_OF, Unreadable
from services.ingest.domain.edge import FEEDER_TOPICS, Admitted, Edge, Refused, admit


class _Tenant(msgspec.Struct):
    tenant: str = ""


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
