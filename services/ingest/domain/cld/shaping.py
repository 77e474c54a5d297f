"""A row of Client Level Data as an item as it stands: completed work, or a package with its price."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from schemas.registry import LATEST
from services.ingest.domain.cells import ENCODING, UNKNOWN, WrongCell
from services.ingest.domain.cld import columns as at
from services.ingest.domain.cld.checks import NO_KIND, NO_TYPE, TWICE, Checking
from services.ingest.domain.cld.columns import KINDS, NAMES, Kind
from services.ingest.domain.cld.cost import Costs
from services.ingest.domain.cld.days import Births
from services.ingest.domain.cld.identity import Event, Naming, Telling
from services.ingest.domain.cld.mapping import CldMapping
from services.ingest.domain.cld.rules import Given, Rules
from services.ingest.domain.cld.wording import SETTINGS, Words
from services.ingest.domain.rows import HIDDEN, Reject, Row, Shown

KIND_OF_WORK: Mapping[Kind, str] = {"request": "contact", "assessment": "assessment", "review": "review"}
_ENCODER = msgspec.json.Encoder()

SHAPES: Mapping[Kind, str] = {kind: f"cld/{kind}" for kind in KINDS}


class Shaping:
    """Shapes the rows of one file; cells are in the order of the specification."""

    def __init__(
        self,
        mapping: CldMapping,
        telling: Telling,
        naming: Naming,
        lists: Mapping[str, Words],
        present: Sequence[bool],
        today: dt.date,
    ) -> None:
        self._telling, self._naming, self._lists = telling, naming, lists
        self._costs = Costs(lists["Cost Frequency (Unit Type)"])
        days = (telling.days, Births(mapping.dates))
        self._checking = Checking(present, lists, days, self._costs, today)
        self._rules = Rules(mapping.rules, lists)
        self._told: set[Kind] = set()

    def row(self, number: int, cells: Sequence[str], event: Event | None, stands: bool) -> Row:
        """What a row comes to. `stands`: no other row of its event counts more."""
        kind = self._telling.kind(cells)
        if kind is None:
            return self._of_no_kind(number, cells)
        checks = self._checking.of(kind, cells, event)
        if event is not None and not stands:
            return Row(number, shape=SHAPES[kind], fields=self._fields(kind), checks=(*checks, TWICE))
        name = None if event is None else self._naming.item(cells, event)
        try:
            shown, person = self._shown(cells, event, name)
        except WrongCell as wrong:
            reject = _reject(number, wrong)
            return Row(number, (), reject, None, name, SHAPES[kind], self._fields(kind), checks)
        return Row(number, (), None, shown, name, SHAPES[kind], self._fields(kind), checks, person)

    def _fields(self, kind: Kind) -> tuple[str, ...]:
        """The fields of rows of this kind, the first time."""
        if kind in self._told:
            return ()
        self._told.add(kind)
        return self._checking.fields(kind)

    def _of_no_kind(self, number: int, cells: Sequence[str]) -> Row:
        said = cells[at.EVENT_TYPE]
        why = "it is none of Request, Assessment, Service and Review" if said else "it is blank"
        wrong = WrongCell(NAMES[at.EVENT_TYPE], said, why)
        return Row(
            number,
            reject=_reject(number, wrong),
            shape="cld",
            fields=(NAMES[at.EVENT_TYPE],),
            checks=NO_KIND if said else NO_TYPE,
        )

    def _shown(self, cells: Sequence[str], event: Event | None, name: str | None) -> tuple[Shown, str | None]:
        self._check(cells, event)
        assert event is not None
        if name is None:
            raise WrongCell(
                NAMES[at.PERSON],
                "",
                "it is blank and there is no event reference, so nobody knows which event this is",
            )
        given = self._rules.of(cells)
        if event.kind == "service":
            return Shown(name, self._package(cells, event, given), _dates(event), "package"), None
        person = self._naming.person(event)
        data = self._work(cells, event, person, given)
        return Shown(name, data, _dates(event)), person

    def _check(self, cells: Sequence[str], event: Event | None) -> None:
        """Raises `WrongCell` where it cannot be told what happened, to whom, or when."""
        days = self._telling.days
        if cells[at.END] and days[cells[at.END]] is None:
            days.named(NAMES[at.END], cells[at.END])
        if event is None:
            days.named(NAMES[at.START], cells[at.START])
            raise WrongCell(NAMES[at.START], "", "it is blank, so nobody knows when it began")
        if event.end is None and event.kind != "service":
            raise WrongCell(
                NAMES[at.END],
                "",
                f"it is blank, and a {event.kind} stands in this return only when it is over",
                "Leave the row out until it is over; its day will be right then.",
            )
        if UNKNOWN in event.person or UNKNOWN in cells[at.REFERENCE] or UNKNOWN in cells[at.LA_CODE]:
            raise WrongCell(
                NAMES[at.PERSON], "", "the row holds a byte that the file's encoding does not know", ENCODING
            )

    def _work(self, cells: Sequence[str], event: Event, person: str | None, given: Given) -> bytes:
        # Names in the order of the alphabet, so that equal rows are equal bytes.
        data: dict[str, Any] = {"completed": event.end, "kind": given.kind or KIND_OF_WORK[event.kind]}
        if outcome := self._word(cells, at.OUTCOME):
            data["outcome"] = outcome
        if person is not None:
            data["person"] = person
        data["received"] = event.start
        route = self._word(cells, at.ROUTE if event.kind == "request" else at.REVIEW_REASON)
        if route and event.kind != "assessment":
            data["route"] = route
        data["status"] = "completed"
        if given.team:
            data["team"] = given.team
        return _ENCODER.encode(data)

    def _package(self, cells: Sequence[str], event: Event, given: Given) -> bytes:
        price = self._costs.of(cells)
        data: dict[str, Any] = {}
        if component := self._word(cells, at.COMPONENT):
            data["component"] = component
        if event.end is not None:
            data["ended"] = event.end
        if "frequency" in price:
            data["frequency"] = price["frequency"]
        if setting := given.setting or SETTINGS.get(self._word(cells, at.SERVICE_TYPE)):
            data["setting"] = setting
        data["started"] = event.start
        data["status"] = "running" if event.end is None else "ended"
        if given.team:
            data["team"] = given.team
        for field in ("unit_cost", "units_per_week"):
            if field in price:
                data[field] = price[field]
        return _ENCODER.encode(data)

    def _word(self, cells: Sequence[str], place: int) -> str:
        """A value in the words of release 2; blank where the list does not hold it: it may be anything."""
        word = self._lists[NAMES[place]][cells[place]]
        return "" if word is None else word.text


def _dates(event: Event) -> tuple[tuple[str, dt.date], ...]:
    """An event's days, and those on which a return would report it."""
    if event.kind != "service":
        assert event.end is not None
        return (("completed", event.end), ("received", event.start), ("reported", event.end))
    ran = (("reported", event.start), ("reported_until", event.end or LATEST), ("started", event.start))
    return ran if event.end is None else (("ended", event.end), *ran)


def _reject(number: int, wrong: WrongCell) -> Reject:
    """Every value is hidden: a cell in the wrong column may hold somebody's name."""
    return Reject(
        row=number,
        column=wrong.column,
        value=HIDDEN if wrong.value else "",
        reason=f"{wrong.column}: {wrong.why}.",
        remedy=wrong.remedy or f"Correct {wrong.column} in the case system, export and import again.",
    )
