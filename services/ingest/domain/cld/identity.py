"""When two rows tell of the same event, which of them stands, and how the event is named without its person.

The same event: council, start, end (not of services), client type, person, event type, and the route, or the
assessment type, or the service type and component. What the end is, a death may decide (`ended`).
Source: the return's own rules for telling events apart and for the row that is kept.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

from schemas.registry import EARLIEST
from services.ingest.domain.cld import columns as at
from services.ingest.domain.cld.columns import KINDS, Kind
from services.ingest.domain.cld.days import Days
from services.ingest.domain.cld.wording import UNRANKED, Words

_KIND: Mapping[str, Kind] = {kind.capitalize(): kind for kind in KINDS}
_OPENLY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./:#-]{0,59}")
_FIRST_DAY = EARLIEST.toordinal()
MOST_KEY = 64
"""Bytes of a key that are used."""
_WHO = (at.PERSON, at.NHS_NUMBER, at.FIRST_NAME, at.LAST_NAME, at.BIRTH)
_MOST = 1_000
_OPEN = 0xFFFF
"""An end later than any day that is read."""


class Event(NamedTuple):
    """What a row tells of."""

    kind: Kind
    start: dt.date
    end: dt.date | None
    person: str


Facts = tuple[str | dt.date | None, ...]
"""All that identifies an event."""


class Telling:
    """Tells events apart. `single`: two services differ also by their delivery and cost.

    Cells are in the order of the specification; blanks round them do not count.
    """

    def __init__(self, lists: Mapping[str, Words], days: Days, *, single: bool) -> None:
        self.days = days
        self._kinds: Mapping[str, Kind | None] = _Known(lists["Event Type"])
        self._clients, self._outcomes = lists["Client Type"], lists["Event Outcome"]
        self._types, self._components = lists["Service Type"], lists["Service Component"]
        self._routes, self._assessments = lists["Request: Route of Access"], lists["Assessment Type"]
        self._single = single

    def kind(self, cells: Sequence[str]) -> Kind | None:
        """The event type of a row."""
        return self._kinds[cells[at.EVENT_TYPE]]

    def event(self, cells: Sequence[str]) -> Event | None:
        """The event of a row; None where its type or its start cannot be told."""
        kind, start = self._kinds[cells[at.EVENT_TYPE]], self.days[cells[at.START]]
        if kind is None or start is None:
            return None
        end = self.days[cells[at.END]]
        if died := cells[at.DEATH]:
            end = ended(start, end, self.days[died])
        return Event(kind, start, end, cells[at.PERSON].strip() or cells[at.NHS_NUMBER].strip())

    def facts(self, cells: Sequence[str], event: Event) -> Facts:
        """All that identifies the event of a row, in the words of release 2 where lists hold them."""
        kind, start, end, person = event
        council = cells[at.LA_CODE].strip()
        client = _said(self._clients, cells[at.CLIENT_TYPE])
        if kind == "service":
            care = _said(self._types, cells[at.SERVICE_TYPE]), _said(self._components, cells[at.COMPONENT])
            facts: Facts = (kind, council, start, client, person, *care)
            return (*facts, *_apart(cells)) if self._single else facts
        facts = (kind, council, start, end, client, person)
        if kind == "request":
            return (*facts, _said(self._routes, cells[at.ROUTE]))
        if kind == "assessment":
            return (*facts, _said(self._assessments, cells[at.ASSESSMENT_TYPE]))
        return facts

    def rank(self, cells: Sequence[str], event: Event) -> int:
        """The latest reporting period, then no end before the latest end, then the lowest rank of outcome.

        Of the rows of one event that with the highest number stands.
        """
        period, outcome = self.days[cells[at.PERIOD_END]], self._outcomes[cells[at.OUTCOME]]
        reported = 0 if period is None else period.toordinal() - _FIRST_DAY
        until = _OPEN if event.end is None else event.end.toordinal() - _FIRST_DAY
        return reported << 21 | until << 5 | (0 if outcome is None else UNRANKED - outcome.rank)


class _Known(dict[str, Kind | None]):
    """Event types by what a cell may say."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words

    def __missing__(self, text: str) -> Kind | None:
        if len(self) > _MOST:
            self.clear()
        word = self._words[text]
        found = self[text] = None if word is None else _KIND.get(word.text)
        return found


def ended(start: dt.date, end: dt.date | None, died: dt.date | None) -> dt.date | None:
    """When an event ended: on the day of a death between its start and its end, or if it has no end."""
    if died is None or died < start:
        return end
    return died if end is None or died < end else end


class Naming:
    """Names of events and people that say nothing of who they are, made with a key that never leaves."""

    def __init__(self, key: bytes, telling: Telling, *, by_reference: bool) -> None:
        self._key, self._telling, self._by_reference = key, telling, by_reference

    def person(self, event: Event) -> str | None:
        """What stands for a person until it is exchanged for the random id; None where nobody is named."""
        return hidden(self._key, "person", event.person) if event.person else None

    def item(self, cells: Sequence[str], event: Event) -> str | None:
        """The event's own reference, else what its identity comes to; None where neither is told."""
        reference = cells[at.REFERENCE].strip() if self._by_reference else ""
        if reference and _OPENLY.fullmatch(reference) and not _tells(cells, reference):
            return f"{event.kind}/{reference}"
        if reference:
            return f"{event.kind}/~{hidden(self._key, 'reference', reference)}"
        if not event.person:
            return None
        identity = "\x1f".join(map(str, self._telling.facts(cells, event)))
        return f"{event.kind}/~{hidden(self._key, 'identity', identity)}"


def hidden(key: bytes, what: str, text: str) -> str:
    """A text as nobody can trace it without the key: keyed BLAKE2b (RFC 7693), 32 hex digits."""
    return blake2b(f"{what}\x1f{text}".encode(), digest_size=16, key=key[:MOST_KEY]).hexdigest()


def _tells(cells: Sequence[str], reference: str) -> bool:
    """Whether a reference holds something of the person."""
    folded = reference.casefold()
    for place in _WHO:
        part = cells[place].strip()
        if part and len(part) <= len(folded) and part.casefold() in folded:
            return True
    return False


def _apart(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(cells[place].strip() for place in (at.DELIVERY, at.UNIT_COST, at.FREQUENCY, at.UNITS))


def _said(known: Words, text: str) -> str:
    """A value in the words of release 2 where the list holds it, so that both releases tell of one event."""
    word = known[text]
    return text.strip() if word is None else word.text
