"""Mappings as pages show them: which column is read as what, and what came of trying one on a file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from msgspec import Struct

from services.dashboard.domain import quality, words
from services.dashboard.domain.imports import FORMATS

KINDS = dict(FORMATS)


PARTS = {"fields": "", "units": "Teams", "workers": "Staff", "roles": "Roles"}
"""Parts of a mapping that say which column is which, and whose columns they are."""
FACTS = (
    ("noun", "A row is"),
    ("coverage", "The file should hold"),
    ("dates", "Days are written"),
    ("zone", "Times are those of"),
    ("leave_out", "Left out are"),
    ("blanks", "Taken as blank"),
    ("constants", "The same for all"),
)
"""Keys of a mapping that are told in words, in their order."""


DAYS = {"%d": "day", "%m": "month", "%Y": "year", "%y": "year of two digits", "%b": "Jan", "%B": "January"}
COVERAGE = {
    "all": "Every item there is: what is missing is gone",
    "none": "Only some: what is missing may still be there",
    "reporting-period": "What its own reporting period says",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A field that Primed keeps, what of the file it is read from, and how many words of it are renamed."""

    field: str
    read_from: str
    values: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """A mapping in words; `parts` are its columns by what they are of; version 0 ships with Primed."""

    name: str
    title: str
    kind: str
    source: str
    facts: Sequence[tuple[str, str]]
    parts: Sequence[tuple[str, Sequence[Column]]]
    rules: Sequence[str]
    body: str
    version: int


class Cause(Struct, frozen=True, kw_only=True):
    """Why rows are refused: how many, the first of them, and what to do."""

    rows: int
    column: str
    reason: str
    remedy: str
    first_row: int
    value: str = ""


class Fault(Struct, frozen=True, kw_only=True):
    """A field that is not simply valid, and in how many rows."""

    field: str
    result: str
    rows: int

    @property
    def text(self) -> str:
        """What is wrong, in words."""
        return quality.WORDS.get(self.result, words.coded(self.result).lower())


class Sample(Struct, frozen=True, kw_only=True):
    """A row as it would be sent."""

    row: int
    told: str


class Trial(Struct, frozen=True, kw_only=True):
    """What a mapping makes of a file; `beside` of the rows taken only add to others."""

    taken: int = 0
    beside: int = 0
    refused: int = 0
    whole: bool = True
    causes: tuple[Cause, ...] = ()
    faults: tuple[Fault, ...] = ()
    samples: tuple[Sample, ...] = ()

    @property
    def title(self) -> str:
        """What came of it, as one would say it aloud."""
        first = "" if self.whole else "Of its first rows "
        if not self.taken and not self.refused:
            return "The file has no rows that this mapping reads"
        if not self.refused:
            return words.capital(f"{first}every one of {words.plural(self.taken, 'row')} can be taken")
        return words.capital(
            f"{first}{words.number(self.taken)} can be taken, {words.number(self.refused)} cannot"
        )


def shown(name: str, body: str, version: int = 0) -> Shown:
    """A mapping read for people; what is of no known form is left to the text itself."""
    said = _read(body)
    kind = str(said.get("format", ""))
    rules = said.get("rules")
    return Shown(
        name=name,
        title=str(said.get("title") or words.coded(name)),
        kind=KINDS.get(kind, kind),
        source=str(said.get("source", "")),
        facts=[(label, _fact(key, said[key])) for key, label in FACTS if said.get(key)],
        parts=[part for part in _parts(said) if part[1]],
        rules=[_rule(_mapping(one)) for one in rules] if isinstance(rules, list) else [],
        body=body,
        version=version,
    )


def _fact(key: str, said: object) -> str:
    """What the text writes for programs, in words: `%d/%m/%Y` is day/month/year."""
    if key == "coverage" and isinstance(said, str):
        return COVERAGE.get(said, said)
    told = _from(said)
    return re.sub(r"%[a-zA-Z]", lambda code: DAYS.get(code[0], code[0]), told) if key == "dates" else told


def _parts(said: Mapping[str, Any]) -> list[tuple[str, list[Column]]]:
    values = _mapping(said.get("values"))
    key = [Column("Which item it is", _from(said["key"]))] if said.get("key") else []
    found = [(title, _columns(said.get(part), values)) for part, title in PARTS.items()]
    for event, told in _mapping(said.get("events")).items():
        time = [Column("Time", _from(_mapping(told).get("time")))]
        found.append((words.coded(event), time + _columns(_mapping(told).get("fields"), values)))
    return [("", key + found[0][1]), *found[1:]]


def _columns(fields: object, values: Mapping[str, Any]) -> list[Column]:
    return [
        Column(words.coded(field), _from(column), len(_mapping(values.get(field))))
        for field, column in _mapping(fields).items()
    ]


def _rule(said: Mapping[str, Any]) -> str:
    """`Team reviews where Event Type is Review`."""
    given = ", ".join(f"{words.coded(key)} {_from(one)}" for key, one in said.items() if key != "when")
    when = " and ".join(f"{column} is {_from(one)}" for column, one in _mapping(said.get("when")).items())
    return f"{given} where {when}" if when else given


def _read(body: str) -> Mapping[str, Any]:
    try:
        return _mapping(yaml.safe_load(body))
    except yaml.YAMLError:
        return {}


def _mapping(found: object) -> Mapping[str, Any]:
    return found if isinstance(found, dict) else {}


def _from(found: object) -> str:
    """One name, any of several, or what a nested part says."""
    if isinstance(found, list):
        return " or ".join(str(one) for one in found)
    if isinstance(found, dict):
        return ", ".join(f"{words.coded(str(key)).lower()} {_from(one)}" for key, one in found.items())
    return str(found)
