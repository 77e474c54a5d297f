"""A case of an event log becomes the events of one work item, as a mapping says."""

from __future__ import annotations

from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET

from schemas.registry import NEEDS_ONE_OF, WORK_VERBS
from services.ingest.domain.mapping import (
    DATE_FIELDS,
    EventMapping,
    Mapping,
    OfActivity,
    Selector,
    columns_of,
    zone_of,
)
from services.ingest.domain.moments import Moment, read
from services.ingest.domain.rows import HIDDEN, Reject

Attributes = Map[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """One case as the file has it: its number in the file, its attributes, its activities in order."""

    number: int
    attributes: Attributes
    activities: Sequence[Attributes] = ()


def events_of(case: Case, mapping: Mapping, as_of: str | None) -> list[dict[str, Any]] | Reject:
    """The events of one case in the order of their verbs, or why the whole case is refused.

    Ids are made of the case's key and the verb, so the same file gives the same events each time. `as_of`
    becomes their `recordedtime`, by which a newer export wins over an older one.
    """
    try:
        key = _value(case, mapping, mapping.key)
        if not key:
            raise _Wrong(mapping.key, "", "it is blank, so the case has no key")
        found = [_event(case, mapping, key, verb) for verb in WORK_VERBS if verb in mapping.events]
        if found[0] is None:
            column = columns_of(mapping.events["received"].time)[0]
            raise _Wrong(column, "", "it is blank, so nobody knows when the case came in")
    except _Wrong as wrong:
        return _reject(case, mapping, wrong)
    recorded = {} if as_of is None else {"recordedtime": as_of}
    return [{**event, **recorded} for event in found if event is not None]


class _Wrong(ValueError):
    def __init__(self, column: str, value: str, why: str) -> None:
        super().__init__(why)
        self.column, self.value, self.why = column, value, why


def _event(case: Case, mapping: Mapping, key: str, verb: str) -> dict[str, Any] | None:
    said = mapping.events[verb]
    moment = _dated(case, mapping, said.time)
    if moment is None:
        return None
    data = _data(case, mapping, verb, said)
    needed = NEEDS_ONE_OF.get(f"primed.work.{verb}.v1", ())
    if needed and not any(field in data for field in needed):
        return None
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": f"{key}/{verb}",
        "source": mapping.source,
        "type": f"primed.work.{verb}.v1",
        "subject": f"{mapping.source}/{key}",
        "time": moment.time,
        "data": data,
    }
    return {**event, "timeprecision": "day"} if moment.by_day else event


def _data(case: Case, mapping: Mapping, verb: str, said: EventMapping) -> dict[str, str]:
    data = dict(mapping.constants) if verb == "received" else {}
    for field, selector in said.fields.items():
        if field in DATE_FIELDS:
            moment = _dated(case, mapping, selector)
            value = "" if moment is None else moment.date
        else:
            raw = _value(case, mapping, selector)
            value = mapping.values.get(field, {}).get(raw, raw)
        if value:
            data[field] = value
    return data


def _dated(case: Case, mapping: Mapping, selector: Selector) -> Moment | None:
    text = _value(case, mapping, selector)
    if not text:
        return None
    try:
        return read(text, zone_of(mapping))
    except ValueError as error:
        raise _Wrong(columns_of(selector)[0], text, f"it is no date that can be used: {error}") from error


def _value(case: Case, mapping: Mapping, selector: Selector) -> str:
    if isinstance(selector, OfActivity):
        if not case.activities:
            return ""
        activity = case.activities[0] if selector.first is not UNSET else case.activities[-1]
        return _given(activity, columns_of(selector)[0], mapping.blanks)
    found = (_given(case.attributes, name, mapping.blanks) for name in columns_of(selector))
    return next(filter(None, found), "")


def _given(place: Attributes, name: str, blanks: Sequence[str]) -> str:
    text = place.get(name, "").strip()
    return "" if text in blanks else text


def _reject(case: Case, mapping: Mapping, wrong: _Wrong) -> Reject:
    return Reject(
        row=case.number,
        column=wrong.column,
        value=HIDDEN if wrong.column in mapping.personal else wrong.value,
        reason=f"{wrong.column}: {wrong.why}.",
        remedy=f"Correct {wrong.column} of this case in the case system, export again and import again.",
    )
