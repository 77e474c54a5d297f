"""A mapping for Client Level Data. The return has its own columns; it names no team, so a mapping gives them.

    format: cld
    source: cld
    coverage: reporting-period           # or all, none, {field: reported, from: 2026-04-01, to: 2026-09-30}
    rules:                               # the first that fits and gives a team (of work: a kind; of services:
                                         # a setting) counts
      - {when: {Event Description: North locality}, team: north-locality}
      - {when: {Event Type: Review, Service Type: [..]}, team: reviews}
      - {when: {Assessment Type: Financial assessment}, kind: financial-assessment}
      - {when: {Service Component: Equipment}, setting: equipment}
    values:                              # what the case system writes instead of the return's own words
      Event Outcome: {Advice only: "NFA: Information and advice or signposting"}

Where no rule gives a team there is none: such work is unassigned, never somebody's by guess.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from services.ingest.domain.cld.columns import COLUMNS, NAMES, PLACE, REFERENCE, plain
from services.ingest.domain.cld.wording import words
from services.ingest.domain.table import Said, Window

Text = Annotated[str, Meta(min_length=1, max_length=200)]
DATES = ("reported", "completed", "received", "started", "ended")
"""Days by which an export may be cut: `reported` is the end of work, and the days on which a service ran."""


class Rule(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What holds for rows whose columns say one of these values: their team, kind, or setting."""

    when: dict[Text, Text | tuple[Text, ...]]
    team: Text | None = None
    kind: Text | None = None
    setting: Text | None = None


class CldMapping(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What Client Level Data does not say itself."""

    format: Literal["cld"]
    source: Annotated[str, Meta(min_length=1, max_length=100)]
    title: Annotated[str, Meta(max_length=200)] = ""
    zone: Annotated[str, Meta(max_length=60)] = "Europe/London"
    coverage: Said | Literal["reporting-period"] | None = None
    release: Literal[1, 2] = 2
    """The release whose words are expected; with 2 those of release 1 are read, and told as old values."""
    keys: Literal["reference", "identity"] = "reference"
    """What names an event: its reference, or (where references are used twice) all that identifies it."""
    services: Literal["joined", "single"] = "joined"
    """When two services are one: by type and component, or only if their delivery and cost are equal too."""
    rules: tuple[Rule, ...] = ()
    values: dict[Text, dict[Text, Text]] = {}
    dates: tuple[Text, ...] = ("%d/%m/%Y",)
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    encoding: str | None = None
    sheet: str | None = None

    @property
    def days(self) -> tuple[str, ...]:
        """The fields by whose dates a coverage may be told."""
        return DATES

    @property
    def key_column(self) -> str:
        """The column to look at where an item is shown in two ways."""
        return NAMES[REFERENCE]


def amiss(mapping: CldMapping) -> str | None:
    """What is wrong with a mapping beyond its form; None where nothing is."""
    if not mapping.dates:
        return 'dates needs a form such as "%d/%m/%Y".'
    window = mapping.coverage
    if isinstance(window, Window) and window.field not in DATES:
        return f"coverage: {window.field!r} is no date; known are {', '.join(DATES)}."
    return _rule_faults(mapping) or _value_faults(mapping)


def _rule_faults(mapping: CldMapping) -> str | None:
    for number, rule in enumerate(mapping.rules, start=1):
        if rule.team is rule.kind is rule.setting is None:
            return f"rule {number} gives no team, no kind and no setting."
        for name in rule.when:
            place = PLACE.get(plain(name))
            if place is None:
                return f"rule {number}: {name!r} is no column of Client Level Data."
            if COLUMNS[place].personal:
                return f"rule {number}: {name!r} says who somebody is; choose a column about the event."
    return None


def _value_faults(mapping: CldMapping) -> str | None:
    lists = words({})
    for name, meanings in mapping.values.items():
        if name not in lists:
            return f"values: {name!r} has no list; known are {', '.join(sorted(lists))}."
        for text, meant in meanings.items():
            if lists[name][meant] is None:
                return f"values: {name} {text!r} is said to mean {meant!r}, which the list does not hold."
    return None
