"""Words for tests to tell what happened to a piece of work, and to read what the ledger makes of it."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from schemas.registry import TOPIC_OF
from services.metrics.domain.book import Key
from services.metrics.domain.facts import NO_FACTS, Fact, Facts, evolve
from services.metrics.domain.hearing import Heard, Place, hear, moment_of
from services.metrics.domain.postings import entries, postings

SOURCE = "demo/cases"
SUBJECT = "demo/cases/1"
_ids = itertools.count(1)


def day(text: str) -> dt.date:
    """`"3"` is 3 May 2026, `"06-14"` is 14 June 2026."""
    return dt.date.fromisoformat(date_text(text))


def date_text(text: str) -> str:
    if len(text) <= 2:
        return f"2026-05-{int(text):02d}"
    return f"2026-{text}" if len(text) == 5 else text


def event(verb: str, at: str, **fields: Any) -> dict[str, Any]:
    """A work event as JSON; `at` is a day or `day hour:minute`; attributes of the envelope go there."""
    date, _, hour = at.partition(" ")
    attributes = (
        "id",
        "source",
        "subject",
        "tenant",
        "recordedtime",
        "sequence",
        "rulesversion",
        "ruled",
        "time",
    )
    given = {name: fields.pop(name) for name in attributes if name in fields}
    for name in ("due", "start_by"):
        if isinstance(fields.get(name), str):
            fields[name] = date_text(fields[name])
    said: dict[str, Any] = {
        "specversion": "1.0",
        "id": f"e{next(_ids)}",
        "source": SOURCE,
        "subject": SUBJECT,
        "tenant": "demo",
        "type": "primed.event.retracted.v1" if verb == "retracted" else f"primed.work.{verb}.v1",
        "time": f"{date_text(date)}T{hour or '09:00'}:00+01:00",
    }
    if not hour:
        said["timeprecision"] = "day"
    if "recordedtime" in given:
        recorded, _, hour = given.pop("recordedtime").partition(" ")
        said["recordedtime"] = f"{date_text(recorded)}T{hour or '00:00'}:00+01:00"
    return said | given | {"data": fields}


def raw(said: dict[str, Any]) -> bytes:
    return json.dumps(said).encode()


def heard(said: dict[str, Any], offset: int = 0) -> Heard:
    """The event as a record of the log says it, known from the millisecond of its offset."""
    topic = TOPIC_OF[said["type"]]
    key = f"{said.get('tenant', 'demo')}/{said['subject']}".encode()
    found = hear(Place(topic, 0, offset), moment_of(offset), key, raw(said))
    assert isinstance(found, Heard), found
    return found


def fact(said: dict[str, Any]) -> Fact:
    return heard(said).fact


def facts(events: Iterable[dict[str, Any]]) -> Facts:
    known = NO_FACTS
    for said in events:
        known = evolve(known, fact(said))
    return known


def book(*events: dict[str, Any]) -> dict[str, int]:
    """The postings as sentences: `account @team month-day kind worker detail: amount`."""
    lines: Counter[str] = Counter()
    for key, amount in postings(facts(events)).items():
        words = [key.account, f"@{key.team}", key.day.strftime("%m-%d"), key.kind, key.worker]
        words += [f"{name}={short(value)}" for name, value in key.detail]
        lines[" ".join(word for word in words if word)] += amount
    return dict(lines)


def short(value: str | int) -> str | int:
    return value.removeprefix("2026-") if isinstance(value, str) else value


def flows(*events: dict[str, Any]) -> dict[str, int]:
    return {line: amount for line, amount in book(*events).items() if line.split(" ")[0] not in STOCKS}


def stocks(*events: dict[str, Any]) -> dict[str, int]:
    return {line: amount for line, amount in book(*events).items() if line.split(" ")[0] in STOCKS}


STOCKS = ("open", "allocated", "unallocated", "overdue", "start_overdue", "unauthorised", "incomplete")


def added_up(history: Iterable[dict[str, Any]]) -> dict[Key, int]:
    """What the lines of all events come to, one after another, under each key."""
    known, lines = NO_FACTS, Counter[Key]()
    for said in history:
        known, more = entries(known, fact(said))
        for key, amount in more:
            lines[key] += amount
    return {key: amount for key, amount in lines.items() if amount}
