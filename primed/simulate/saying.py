"""How the simulated council says things: its events as CloudEvents, in local time with offset."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from primed.simulate.state import Said, State

LONDON = ZoneInfo("Europe/London")
CASES, CARE, STAFF = "demo/cases", "demo/care", "demo/hr"


def local(day: dt.date, minutes: float) -> dt.datetime:
    """A moment of the day in local time, `minutes` after midnight."""
    midnight = dt.datetime.combine(day, dt.time(), LONDON)
    return midnight.replace(
        hour=int(minutes // 60) % 24, minute=int(minutes) % 60, second=int(minutes * 60) % 60
    )


def work(
    state: State, verb: str, key: str, moment: dt.datetime, data: Mapping[str, Any] | None = None
) -> Said:
    """An event of a work item, recorded as it happens."""
    return _event(state, f"primed.work.{verb}.v1", CASES, key, moment, data or {})


def package(state: State, verb: str, key: str, moment: dt.datetime, data: Mapping[str, Any]) -> Said:
    """An event of a package of care, recorded as it happens."""
    return _event(state, f"primed.package.{verb}.v1", CARE, key, moment, data)


def retracted(state: State, key: str, moment: dt.datetime, wrong: str) -> Said:
    """The withdrawal of an event of the item that should not have been entered."""
    data = {"source": CASES, "id": wrong, "reason": "entered-in-error"}
    return _event(state, "primed.event.retracted.v1", CASES, key, moment, data)


def organisation(state: State, noun_and_verb: str, key: str, day: dt.date, **data: Any) -> Said:
    """An event of the organisation, at the start of its day."""
    moment = local(day, 0)
    return _event(state, f"primed.{noun_and_verb}.v1", STAFF, key, moment, data)


def _event(
    state: State,
    name: str,
    source: str,
    key: str,
    moment: dt.datetime,
    data: Mapping[str, Any],
) -> Said:
    number, state.next_event = state.next_event, state.next_event + 1
    return {
        "specversion": "1.0",
        "id": f"{state.seed}-{number}",
        "source": source,
        "type": name,
        "subject": f"{source}/{key}",
        "time": moment.isoformat(timespec="seconds"),
        "recordedtime": moment.isoformat(timespec="seconds"),
        "data": {field: _plain(value) for field, value in data.items()},
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
