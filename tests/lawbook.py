"""The law by example: reads docs/ledger.md, and makes events, lines and faults of what it says."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
import re
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from eventlog.records import Record
from schemas.registry import TOPIC_OF
from services.metrics.domain.accounts import ACCOUNTS

Json = dict[str, Any]

PAGE = Path(__file__).parents[1] / "docs" / "ledger.md"
FIELDS = ("rule", "why", "told", "organisation", "complete_from", "of")
OUTCOMES = ("lines", "faults", "refused", "dump", "figures", "restated", "position")
LONDON = ZoneInfo("Europe/London")
SOURCE = "demo/cases"
ENVELOPE = ("id", "source", "sequence", "rulesversion", "ruled", "recordedtime", "subject")
NUMBERS = ("unit_cost",)
MANY = 24
"""Orders in which the events of an example are taken."""


@dataclass(frozen=True)
class Example:
    """One example: the rule that it shows, what was told, and what follows."""

    rule: str
    said: Json

    @property
    def told(self) -> list[Json]:
        """The events in the order in which they came."""
        return [event for event, _ in self._records()]

    def records(self, partition: int) -> list[Record]:
        """The events as the log holds them, each with the moment at which it was known."""
        found = []
        for offset, (event, known) in enumerate(self._records()):
            key = f"{event['tenant']}/{event['subject']}".encode()
            millis = int(known.timestamp() * 1000)
            value = json.dumps(event).encode()
            found.append(Record(TOPIC_OF[event["type"]], partition, offset, millis, key, value))
        return found

    def orders(self) -> Iterator[list[Json]]:
        """The events in every order, or in some where there are very many."""
        told, chance = self.told, random.Random(self.rule)
        if len(told) <= 4:
            yield from map(list, itertools.permutations(told))
            return
        for _ in range(MANY):
            yield chance.sample(told, len(told))

    def organisation(self) -> list[Json]:
        """What was said of units, workers and roles."""
        return [event_of(text, place)[0] for place, text in enumerate(self.said.get("organisation", ()))]

    def _records(self) -> Iterator[tuple[Json, dt.datetime]]:
        for place, text in enumerate(self.said["told"]):
            yield event_of(text, place)


def examples(outcome: str = "") -> list[Example]:
    """The examples of the page, in its order; those that say such an outcome, if one is asked for."""
    blocks = re.findall(r"^```law\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    found = [yaml.load(block, yaml.BaseLoader) for block in blocks]
    for one in found:
        unknown = set(one) - {*FIELDS, *OUTCOMES}
        assert not unknown, f"{one['rule']} says {unknown}"
        assert any(name in one for name in OUTCOMES), f"{one['rule']} shows nothing"
    return [Example(one["rule"], one) for one in found if not outcome or outcome in one]


def event_of(text: str, place: int) -> tuple[Json, dt.datetime]:
    """`05-04 09:30 received team=north due=05-10 known=06-01`: the event, and when the log took it.

    Without an hour it has day precision. A day without a year is one of 2026; an hour without offset is
    London's; `item=` is the key of the subject.
    """
    words = shlex.split(text)
    date, rest = date_of(words[0]), words[1:]
    hour = rest.pop(0) if re.match(r"\d\d:", rest[0]) else ""
    verb, given = rest[0], dict(word.split("=", 1) for word in rest[1:])
    known = moment_of(given.pop("known", f"{date}T12:00"))
    time = written(f"{date}T{hour or '00:00'}")
    type_ = f"primed.{verb if '.' in verb else f'work.{verb}'}.v1"
    type_ = "primed.event.retracted.v1" if verb == "retracted" else type_
    noun = type_.split(".")[1]
    source = {"commitment": "primed/actions", "meeting": "primed/actions"}.get(noun, SOURCE)
    event: Json = {
        "specversion": "1.0",
        "id": f"e-{place}",
        "source": given.pop("source", source),
        "tenant": "demo",
        "type": type_,
        "time": time,
    }
    event["subject"] = f"{event['source']}/{given.pop('item', '1')}"
    if not hour:
        event["timeprecision"] = "day"
    if "recorded" in given:
        event["recordedtime"] = written(date_and_hour(given.pop("recorded")))
    event |= {name: given.pop(name) for name in ENVELOPE if name in given}
    if "rulesversion" in event:
        event["rulesversion"] = int(event["rulesversion"])
    if type_ == "primed.event.retracted.v1":
        given = {"source": SOURCE, "id": given["of"]}
    return event | {"data": {name: value_of(name, value) for name, value in given.items()}}, known


def value_of(name: str, text: str) -> Any:
    """The value of a field as JSON has it."""
    if text in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[text]
    if name in NUMBERS and re.fullmatch(r"-?\d+", text):
        return int(text)
    return date_of(text) if re.fullmatch(r"(\d{4}-)?\d\d-\d\d", text) else text


def date_of(text: str) -> str:
    """`05-04` is 4 May 2026."""
    return text if len(text) != 5 else f"2026-{text}"


def date_and_hour(text: str) -> str:
    """`05-04` and `05-04T09:00` with their year and an hour."""
    date, _, hour = text.partition("T")
    return f"{date_of(date)}T{hour or '00:00'}"


def written(text: str) -> str:
    """A time with its offset: London's, unless it has one; `none` leaves it out."""
    if text.endswith("none"):
        return f"{text.removesuffix('none')}:00"
    if re.search(r"(Z|[+-]\d\d:\d\d)$", text):
        return re.sub(r"T(\d\d:\d\d)(Z|[+-])", r"T\1:00\2", text)
    return dt.datetime.fromisoformat(text).replace(tzinfo=LONDON).isoformat()


def moment_of(text: str) -> dt.datetime:
    """The moment of a day, or of a day and hour in London."""
    return dt.datetime.fromisoformat(written(date_and_hour(text)))


def lines_of(
    amounts: Iterable[tuple[tuple[str, ...], dict[str, Any], int]], of: Iterable[str]
) -> dict[str, str]:
    """Sums as the page shows them: `account @team day kind setting worker detail: amount`."""
    shown: Counter[str] = Counter()
    wanted = set(of)
    for (account, team, day, *columns), detail, amount in amounts:
        if not wanted or account in wanted:
            words = [account, f"@{team}", short(day), *columns]
            words += [f"{name}={short(str(detail[name]))}" for name in sorted(detail)]
            shown[" ".join(word for word in words if word)] += amount
    return {line: said(line.split(" ")[0], amount) for line, amount in sorted(shown.items()) if amount}


def said(account: str, amount: int) -> str:
    """A count as it is; money in pence, exactly."""
    return f"{Fraction(amount, 1300)}p" if ACCOUNTS[account].money else str(amount)


def short(text: str) -> str:
    """A day of 2026 without its year."""
    return text.removeprefix("2026-") if re.fullmatch(r"2026-\d\d-\d\d", text) else text
