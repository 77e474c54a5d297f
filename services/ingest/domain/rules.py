"""Dated rules fill what a sender does not say: until when work must start and end, and who must authorise it.

    versions:
      - version: 2
        from: 2026-04-01                 # for work that came in on this day or later
        rules:                           # the first one that fits counts
          - {kind: assessment, urgency: urgent, due: 14 days}
          - {kind: assessment, start_by: 2 working days, due: 28 days, needs_authorisation: true}

A rule never overwrites, and is written into the event with its version: a new rule changes new events alone
(docs/ledger.md).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated, Any

import msgspec
import yaml
from msgspec import UNSET, Meta, Struct, structs

from schemas.envelope import Envelope, Event
from schemas.work import Work, WorkRecorded
from schemas.working_days import WorkingDays

RULED_FIELDS = ("due", "needs_authorisation", "start_by")
"""Fields that rules may fill."""

MAX_BYTES = 256 * 1024
MOST_DAYS = 3660
_SPAN = re.compile(r"(?P<many>\d{1,4}) (?P<what>(?:working )?days?|weeks?)")

Named = Annotated[str, Meta(min_length=1, max_length=200)]


class BadRules(ValueError):
    """The rules cannot be used; the message says where and what to write instead."""


@dataclass(frozen=True, slots=True)
class Within:
    """So many days, or so many working days, after the day on which work came in."""

    days: int
    working: bool

    def after(self, day: dt.date, calendar: WorkingDays) -> dt.date:
        """The last day that is still in time."""
        return calendar.after(day, self.days) if self.working else day + dt.timedelta(self.days)


class Rule(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What holds for work of a kind (and of an urgency); without a kind for all that no other rule fits."""

    kind: Named | None = None
    urgency: Named | None = None
    due: str | None = None
    start_by: str | None = None
    needs_authorisation: bool | None = None

    def fits(self, kind: str, urgency: str) -> bool:
        """Whether the rule is about this work."""
        return self.kind in (None, kind) and self.urgency in (None, urgency)


class Version(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"since": "from"}):
    """The rules for work that came in on `since` or later, until the next version."""

    version: Annotated[int, Meta(ge=1)]
    since: dt.date
    rules: Annotated[tuple[Rule, ...], Meta(max_length=500)]


class _Page(Struct, frozen=True, forbid_unknown_fields=True):
    versions: tuple[Version, ...]


@dataclass(frozen=True)
class Rules:
    """All versions, oldest first, and the calendar in which working days are counted."""

    versions: Sequence[Version] = ()
    calendar: WorkingDays = field(default_factory=WorkingDays)

    def fill(self, event: Event) -> Event:
        """The event with what the rules fill in, and what they filled; as it was where they fill nothing."""
        if not self.versions:
            return event
        came_in = _came_in(event)
        if came_in is None or event.envelope.ruled is not UNSET:
            return event
        version = next((one for one in reversed(self.versions) if one.since <= came_in), None)
        found = {} if version is None else self._found(version, event.data, came_in)
        if version is None or not found:
            return event
        envelope = structs.replace(
            event.envelope, ruled=",".join(sorted(found)), rulesversion=version.version
        )
        return Event(envelope=envelope, data=structs.replace(event.data, **found))

    def _found(self, version: Version, data: Work | WorkRecorded, came_in: dt.date) -> dict[str, Any]:
        kind, urgency = _text(data.kind), _text(data.urgency)
        rule = next((one for one in version.rules if one.fits(kind, urgency)), None)
        if rule is None:
            return {}
        found: dict[str, Any] = {}
        for name in RULED_FIELDS:
            said = getattr(rule, name)
            if said is not None and getattr(data, name) in (UNSET, None):
                found[name] = within(said).after(came_in, self.calendar) if isinstance(said, str) else said
        return found


NO_RULES = Rules()


def parse(text: str, calendar: WorkingDays) -> Rules:
    """The rules of a YAML text; raises `BadRules` with the place in it."""
    if len(text.encode()) > MAX_BYTES:
        raise BadRules(f"The rules are larger than {MAX_BYTES // 1024} KiB.")
    try:
        page = msgspec.convert(yaml.safe_load(text), _Page)
    except yaml.YAMLError as error:
        raise BadRules(f"The rules are not YAML: {error}") from error
    except msgspec.ValidationError as error:
        raise BadRules(f"The rules are wrong: {error}.") from error
    for earlier, later in pairwise(page.versions):
        if later.version <= earlier.version or later.since <= earlier.since:
            raise BadRules(
                f"Version {later.version} from {later.since} must come after version {earlier.version} from "
                f"{earlier.since}: write the versions in order, each with a higher number and a later day."
            )
    for version in page.versions:
        for place, rule in enumerate(version.rules, 1):
            _check(rule, f"versions: version {version.version}, rule {place}")
    return Rules(page.versions, calendar)


def within(text: str) -> Within:
    """`28 days`, `2 working days`, `6 weeks`; raises `BadRules`."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise BadRules(f"{text!r} must be like 28 days, 2 working days or 6 weeks")
    many = int(found["many"]) * (7 if found["what"].startswith("week") else 1)
    if many > MOST_DAYS:
        raise BadRules(f"{text!r} is longer than ten years")
    return Within(many, found["what"].startswith("working"))


def _check(rule: Rule, where: str) -> None:
    if all(getattr(rule, name) is None for name in RULED_FIELDS):
        raise BadRules(f"{where}: it fills nothing; give due, start_by or needs_authorisation.")
    for name in ("due", "start_by"):
        try:
            if getattr(rule, name) is not None:
                within(getattr(rule, name))
        except BadRules as error:
            raise BadRules(f"{where}: {name} {error}.") from error


def _came_in(event: Event) -> dt.date | None:
    """The day on which the work of a receipt or of a row came in; None for all other events."""
    if event.envelope.type == "primed.work.received.v1":
        return dt.date.fromisoformat(event.envelope.time[:10])
    if isinstance(event.data, WorkRecorded) and isinstance(event.data.received, dt.date):
        return event.data.received
    return None


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def check_claim(envelope: Envelope) -> str | None:
    """What is wrong with the rules that a sender says it applied itself; None where nothing is."""
    if (envelope.ruled is UNSET) != (envelope.rulesversion is UNSET):
        return "ruled and rulesversion go together; send both or neither."
    if envelope.ruled is UNSET:
        return None
    names = envelope.ruled.split(",")
    if names != sorted(set(names)) or not set(names) <= set(RULED_FIELDS):
        return f"ruled must name some of {', '.join(RULED_FIELDS)}, sorted, with commas."
    return None
