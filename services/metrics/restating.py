"""Figures that were given and are no longer so: what was given, and what has to be said of it now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import msgspec

from schemas.envelope import Envelope
from schemas.measures import GivenFigure, MeasureRestated, RestatementCause
from services.metrics.domain.closing import Closing, Given, Place
from services.metrics.domain.figures import Figure
from services.metrics.domain.periods import parse
from services.metrics.domain.telling import Notice, Rests, Subject, Telling, Value

TYPE = "primed.measure.restated.v1"
NOTHING = Given(None, None, None)

_SAID = msgspec.json.Decoder(Envelope)
_DATA = msgspec.json.Decoder(MeasureRestated)


class GivenBook(Protocol):
    """What was given when periods closed."""

    async def closings(self, tenant: str | None = None) -> Sequence[Closing]: ...
    async def given(self, tenant: str, subjects: Collection[Subject]) -> Mapping[Subject, Given]: ...
    async def close(
        self, closing: Closing, figures: Sequence[Figure], definitions: Mapping[str, Mapping[str, Any]]
    ) -> None: ...


class Found(NamedTuple):
    """A figure as it stands now."""

    subject: Subject
    value: Value


@dataclass(frozen=True, slots=True)
class Restated:
    """A given figure that has another value than was last said of it."""

    subject: Subject
    value: Value
    given: GivenFigure
    previous: float | None

    @property
    def notice(self) -> Notice:
        """What the event is about."""
        return notice_of(self.subject)

    def event(self, rests: Rests, causes: tuple[RestatementCause, ...] | None) -> MeasureRestated:
        """The data of the event; `causes` None: too much has changed to tell it apart."""
        return MeasureRestated(
            unit=self.subject.unit,
            measure=self.subject.measure,
            grain=self.subject.grain,
            period=self.subject.period,
            value=self.value.value,
            numerator=self.value.numerator,
            denominator=self.value.denominator,
            previous=self.previous,
            given=self.given,
            causes=causes,
            as_at=self.value.as_at,
            fresh_at=rests.fresh_at,
            positions=rests.positions,
        )


class Waiting(NamedTuple):
    """A figure that has to be told as restated, and what its value rests on."""

    tenant: str
    restated: Restated
    rests: Rests


def notice_of(subject: Subject) -> Notice:
    """The key under which a figure's restatement is told."""
    return Notice("measure.restated", f"{subject.text()}/restated", subject.unit, subject.measure)


class Restater:
    """Knows which periods have closed, what was given, and what was said of it since."""

    def __init__(self, book: GivenBook) -> None:
        self._book = book
        self._closings: dict[Place, Closing] = {}
        self._stated: dict[tuple[str, str], Given] = {}
        self._waiting: dict[tuple[str, Subject], Waiting] = {}

    async def begin(self, notices: Sequence[Telling]) -> None:
        """Learn what closed, and what was said."""
        self._closings = {closing.place: closing for closing in await self._book.closings()}
        for tenant, subject, _, payload in notices:
            if subject.what == "measure.restated":
                said = _DATA.decode(_SAID.decode(payload).data)
                self._stated[tenant, subject.text()] = Given(said.value, said.numerator, said.denominator)

    def closed(self, closing: Closing) -> None:
        """One more period has closed."""
        self._closings[closing.place] = closing

    def when(self, place: Place) -> dt.datetime | None:
        """The moment at which a period closed; None when it has not."""
        closing = self._closings.get(place)
        return closing.at if closing else None

    async def given(self, tenant: str, found: Sequence[Found]) -> dict[Subject, GivenFigure]:
        """What was given of the figures whose period has closed."""
        closed = {}
        for subject, _ in found:
            closing = self._closings.get(Place(tenant, subject.grain, subject.period))
            if closing and subject.unit in closing.units and subject.measure in closing.definitions:
                closed[subject] = closing.at
        kept = await self._book.given(tenant, closed) if closed else {}
        values = {one.subject: one.value for one in found}
        return {
            subject: _figure(kept.get(subject) or _nothing(values[subject]), at)
            for subject, at in closed.items()
        }

    def look(
        self, tenant: str, found: Sequence[Found], given: Mapping[Subject, GivenFigure], rests: Rests
    ) -> None:
        """Let those figures wait that differ from what was said last, and no others."""
        for one in found:
            first = given.get(one.subject)
            restated = self.restated(tenant, one, first) if first else None
            if restated is None:
                self._waiting.pop((tenant, one.subject), None)
            else:
                self._waiting[tenant, one.subject] = Waiting(tenant, restated, rests)

    def restated(self, tenant: str, found: Found, given: GivenFigure) -> Restated | None:
        """The figure, if it differs from what was said last: what was given, or its last restatement."""
        subject, value = found
        asked = (tenant, notice_of(subject).about)
        last = self._stated.get(asked) or Given(given.value, given.numerator, given.denominator)
        if last == Given(value.value, value.numerator, value.denominator):
            return None
        return Restated(subject, value, given, last.value)

    def waiting(self) -> list[Waiting]:
        """Those that have to be told, the newest periods first; they wait until they are said."""
        return sorted(
            self._waiting.values(), key=lambda one: parse(one.restated.subject.period).last, reverse=True
        )

    def said(self, waited: Waiting, told: Restated | None) -> None:
        """This was looked at and, unless it was as said before, told; what came since waits on."""
        if self._waiting.get((waited.tenant, waited.restated.subject)) is waited:
            del self._waiting[waited.tenant, waited.restated.subject]
        if told is not None:
            value = told.value
            about = told.notice.about
            self._stated[waited.tenant, about] = Given(value.value, value.numerator, value.denominator)


def _nothing(now: Value) -> Given:
    """What was given where nothing had happened: 0 of a count, no value of a quotient."""
    if now.denominator is None:
        return Given(0, 0, None)
    return Given(None, None if now.numerator is None else 0, 0)


def _figure(given: Given, at: dt.datetime) -> GivenFigure:
    return GivenFigure(
        value=given.value, numerator=given.numerator, denominator=given.denominator, at=at.isoformat()
    )
