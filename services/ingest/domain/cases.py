"""A case of an event log, or each activity of one, becomes the events of one work item, as a mapping says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from typing import Any

import msgspec

from schemas.registry import NEEDS_ONE_OF, WORK_VERBS
from services.ingest.domain.checking import BLANK
from services.ingest.domain.mapping import (
    DATE_FIELDS,
    EventMapping,
    Mapping,
    Of,
    Selector,
    Where,
    columns_of,
    zone_of,
)
from services.ingest.domain.moments import Moment, read
from services.ingest.domain.rows import HIDDEN, LONGEST_VALUE, Check, Reject, Row

SHAPE = "xes"
MIDNIGHT = "00:00:00"

_ENCODER = msgspec.json.Encoder()

Attributes = Map[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """One item as the file has it: its number in the file, its case's attributes, its activities in order.

    `own` holds the attributes that a bare name means, the first that has it counts; left out, the case's.
    """

    number: int
    attributes: Attributes
    activities: Sequence[Attributes] = ()
    own: Sequence[Attributes] | None = None

    @property
    def named(self) -> Sequence[Attributes]:
        """Where a bare name is looked up."""
        return (self.attributes,) if self.own is None else self.own


class _Wrong(ValueError):
    def __init__(self, field: str, column: str, value: str, why: str) -> None:
        super().__init__(why)
        self.field, self.column, self.value, self.why = field, column, value, why


@dataclass(slots=True)
class _Told:
    """What was found out about one item on the way."""

    key: str | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    days: dict[str, str] = field(default_factory=dict)


class Reading:
    """Reads cases by one mapping. `as_of` becomes the events' `recordedtime`, by which a newer log wins."""

    def __init__(self, mapping: Mapping, as_of: str | None) -> None:
        self._mapping, self._as_of, self._zone = mapping, as_of, zone_of(mapping)
        self._blanks = frozenset(mapping.blanks)
        self._events = [(verb, mapping.events[verb]) for verb in WORK_VERBS if verb in mapping.events]
        key = mapping.key
        self._keys = [self._finder(one) for one in ((key,) if isinstance(key, str) else key)]
        self._times = {verb: self._finder(said.time) for verb, said in self._events}
        self._values = {
            verb: [(name, one, self._finder(one)) for name, one in said.fields.items()]
            for verb, said in self._events
        }
        named = ("key", *(verb for verb, _ in self._events), *(n for _, s in self._events for n in s.fields))
        self._fields = tuple(dict.fromkeys(named))
        self._told = False

    def items(self, case: Case, after: int) -> Iterator[Case]:
        """The case itself, or its activities: those of one key are one item. Numbers go on from `after`."""
        if self._mapping.item == "case":
            yield case
            return
        groups: dict[str, list[Attributes]] = {}
        for place, activity in enumerate(case.activities):
            key = self._key(Case(0, case.attributes, (activity,), (activity,)))
            groups.setdefault(key or f"\0{place}", []).append(activity)
        for number, group in enumerate(groups.values(), start=after + 1):
            yield Case(number, case.attributes, group, tuple(reversed(group)))

    def row(self, item: Case) -> Row:
        """The events of one item in the order of their verbs, or why the whole item is refused.

        Ids are made of the item's key and the verb, so the same file gives the same events each time.
        """
        told, reject = _Told(), None
        try:
            self._tell(item, told)
        except _Wrong as wrong:
            told.checks.append(Check(wrong.field, "unreadable" if wrong.value else "missing"))
            reject = self._reject(item, wrong)
        fields: tuple[str, ...] = () if self._told else self._fields
        self._told = True
        self._check_days(told)
        drafts = () if reject else tuple(map(_ENCODER.encode, told.events))
        checks = tuple(dict.fromkeys(told.checks))
        return Row(
            item.number, drafts, reject, key=told.key, shape=SHAPE, fields=fields, checks=checks, own=True
        )

    def _tell(self, item: Case, told: _Told) -> None:
        told.key = self._key(item) or None
        if told.key is None:
            column = columns_of(self._mapping.key)[0]
            raise _Wrong("key", column, "", "it is blank, so the case has no key")
        for verb, said in self._events:
            found = self._each(item, told, verb, said) if said.each else self._one(item, told, verb, said)
            if verb == "received" and not found:
                column = columns_of(said.time)[0]
                raise _Wrong("received", column, "", "it is blank, so nobody knows when the case came in")
            told.events += found

    def _each(self, item: Case, told: _Told, verb: str, said: EventMapping) -> list[dict[str, Any]]:
        """An event for every activity that fits, told apart by their order."""
        events = []
        fitting = [activity for activity in item.activities if _fits(activity, said.each)]
        for place, activity in enumerate(fitting, start=1):
            alone = Case(item.number, item.attributes, (activity,), (activity,))
            for event in self._one(alone, told, verb, said):
                events.append({**event, "id": f"{event['id']}/{place}"})
        return events

    def _one(self, item: Case, told: _Told, verb: str, said: EventMapping) -> list[dict[str, Any]]:
        moment = self._dated(self._times[verb](item), verb, said.time)
        if moment is None:
            told.checks.append(_blank(verb))
            return []
        data = self._data(item, told, verb)
        needed = NEEDS_ONE_OF.get(f"primed.work.{verb}.v1", ())
        if needed and not any(name in data for name in needed):
            return []
        told.days[verb] = moment.date
        event: dict[str, Any] = {
            "specversion": "1.0",
            "id": f"{told.key}/{verb}",
            "source": self._mapping.source,
            "type": f"primed.work.{verb}.v1",
            "subject": f"{self._mapping.source}/{told.key}",
            "time": moment.time,
            "data": data,
        }
        if self._by_day(moment):
            event["timeprecision"] = "day"
        if self._as_of is not None:
            event["recordedtime"] = self._as_of
        return [event]

    def _data(self, item: Case, told: _Told, verb: str) -> dict[str, str]:
        data = dict(self._mapping.constants) if verb == "received" else {}
        for name, selector, find in self._values[verb]:
            if name in DATE_FIELDS:
                moment = self._dated(find(item), name, selector)
                value = "" if moment is None else moment.date
            else:
                value = self._meant(told, name, find(item))
            if value:
                data[name] = value
            else:
                told.checks.append(_blank(name))
        return data

    def _meant(self, told: _Told, name: str, raw: str) -> str:
        values = self._mapping.values.get(name)
        if not raw or values is None:
            return raw
        if raw not in values:
            told.checks.append(Check(name, "not-in-list"))
        return values.get(raw, raw)

    def _by_day(self, moment: Moment) -> bool:
        """Whether only the day is known: a clock that shows midnight was not looked at."""
        return moment.by_day or (self._mapping.midnight == "day" and moment.time[11:19] == MIDNIGHT)

    def _dated(self, text: str, name: str, selector: Selector) -> Moment | None:
        if not text:
            return None
        try:
            return read(text, self._zone)
        except ValueError as error:
            why = f"it is no date that can be used: {error}"
            raise _Wrong(name, columns_of(selector)[0], text, why) from error

    def _key(self, item: Case) -> str:
        parts = [find(item) for find in self._keys]
        return "/".join(parts) if all(parts) else ""

    def _finder(self, selector: Selector) -> Callable[[Case], str]:
        """How to find what a selector names in an item; blank where it is not there."""
        if isinstance(selector, Of):
            return self._finder_of(selector)
        names = (selector,) if isinstance(selector, str) else selector

        def find(item: Case) -> str:
            for name in names:
                for place in item.named:
                    if text := self._given(place, name):
                        return text
            return ""

        return find

    def _finder_of(self, selector: Of) -> Callable[[Case], str]:
        name, where = columns_of(selector)[0], selector.where
        place = 0 if selector.of == "first" else -1

        def of_activity(item: Case) -> str:
            fitting = [one for one in item.activities if _fits(one, where)] if where else item.activities
            return self._given(fitting[place], name) if fitting else ""

        return (lambda item: self._given(item.attributes, name)) if selector.of == "case" else of_activity

    def _given(self, place: Attributes, name: str) -> str:
        text = place.get(name, "").strip()
        return "" if text in self._blanks else text

    def _check_days(self, told: _Told) -> None:
        received = told.days.get("received", "")
        for verb, day in told.days.items():
            if verb in ("completed", "cancelled") and day < received:
                told.checks.append(Check(verb, "ends-before-start"))
            if self._as_of is not None and day > self._as_of[:10]:
                told.checks.append(Check(verb, "future"))

    def _reject(self, item: Case, wrong: _Wrong) -> Reject:
        hidden = wrong.column in self._mapping.personal
        return Reject(
            row=item.number,
            column=wrong.column,
            value=HIDDEN if hidden else wrong.value[:LONGEST_VALUE],
            reason=f"{wrong.column}: {wrong.why}.",
            remedy=f"Correct {wrong.column} of this case in the case system, export again and import again.",
        )


def _fits(activity: Attributes, where: Where) -> bool:
    return all(
        activity.get(name, "").strip() in ((among,) if isinstance(among, str) else among)
        for name, among in where.items()
    )


def _blank(name: str) -> Check:
    return BLANK.get(name) or Check(name, "blank")
