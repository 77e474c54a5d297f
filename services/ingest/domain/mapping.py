"""A mapping, in YAML, says where a file keeps things: of event logs here, of tables in `table.py`."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
import yaml
from msgspec import UNSET, Meta, Struct, UnsetType

from schemas.registry import WORK_VERBS
from services.ingest.domain.cld.mapping import CldMapping, amiss
from services.ingest.domain.organisation import OrganisationMapping, unusable
from services.ingest.domain.steps import StepsMapping, wrong_with
from services.ingest.domain.table import TableMapping, faults

MAX_BYTES = 64 * 1024
TABULAR = ("table", "steps", "cld", "organisation")
"""Formats that come as CSV or Excel; which of them a file is in, its mapping says."""
DATE_FIELDS = ("due", "start_by")
TEXT_FIELDS = (
    "kind",
    "team",
    "worker",
    "route",
    "urgency",
    "from_team",
    "from_work",
    "outcome",
    "needs",
    "reason",
)
"""Fields that a mapping may fill. `person` is missing: a file's person must first become a random id."""


class BadMapping(ValueError):
    """The mapping cannot be used; the message says where and what to write instead."""


Column = Annotated[str, Meta(min_length=1, max_length=200)]
Where = dict[str, Column | tuple[Column, ...]]
"""Attributes that an activity must have, each with one of these values."""


class Of(Struct, frozen=True, forbid_unknown_fields=True):
    """A value of the first or last activity of an item (`where` says which count), or one of its case."""

    first: Column | UnsetType = UNSET
    last: Column | UnsetType = UNSET
    case: Column | UnsetType = UNSET
    where: Where = {}

    @property
    def of(self) -> Literal["first", "last", "case"]:
        """Where the value stands."""
        return "first" if self.first is not UNSET else "last" if self.last is not UNSET else "case"


Selector = Column | tuple[Column, ...] | Of
"""A column; several, of which the first that is not blank counts; or one of an activity or of the case.

An attribute within another is named by its path: `review/planned`.
"""


class EventMapping(Struct, frozen=True, forbid_unknown_fields=True):
    """When an event of this verb happened, and what it says.

    With `each` every activity that has these values is an event, and bare names are attributes of it.
    """

    time: Selector
    fields: dict[str, Selector] = {}
    each: Where = {}


class Mapping(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How one kind of event log becomes events. Without a time the event did not happen.

    With `item: activity` each activity is a piece of work instead of each case: bare names are its
    attributes, and activities of one case with the same key (begun, ended) are one. `midnight` says whether
    a time at midnight is a day only.
    """

    format: Literal["xes"]
    source: Annotated[str, Meta(min_length=1, max_length=200)]
    key: Column | tuple[Column | Of, ...]
    events: dict[str, EventMapping]
    item: Literal["case", "activity"] = "case"
    midnight: Literal["day", "moment"] = "day"
    title: Annotated[str, Meta(max_length=200)] = ""
    zone: Annotated[str, Meta(max_length=60)] = "Europe/London"
    constants: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    blanks: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()

    @property
    def selectors(self) -> tuple[tuple[Selector, bool], ...]:
        """Every selector, and whether its bare names are attributes of an activity."""
        alone = self.item == "activity"
        keys = (self.key,) if isinstance(self.key, str) else self.key
        said = [
            (selector, alone or bool(event.each))
            for event in self.events.values()
            for selector in (event.time, *event.fields.values())
        ]
        return (*((key, alone) for key in keys), *said)


AnyMapping = Mapping | TableMapping | StepsMapping | CldMapping | OrganisationMapping
KINDS: dict[str, type[AnyMapping]] = {
    "table": TableMapping,
    "steps": StepsMapping,
    "cld": CldMapping,
    "organisation": OrganisationMapping,
}
"""What a mapping is by its `format`; without one of these it is of an event log."""


def parse(text: str) -> AnyMapping:
    """Read a mapping; raises `BadMapping` when it does not say what it must."""
    if len(text.encode()) > MAX_BYTES:
        raise BadMapping(f"A mapping has at most {MAX_BYTES // 1024} KiB.")
    try:
        said = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader, see below
        form = said.get("format") if isinstance(said, dict) else None
        mapping: AnyMapping = msgspec.convert(said, type=KINDS.get(str(form), Mapping))
    except (yaml.YAMLError, msgspec.ValidationError, RecursionError, ValueError) as error:
        raise BadMapping(f"The mapping cannot be read: {error}") from error
    _check_zone(mapping.zone)
    _check(mapping)
    return mapping


def _check(mapping: AnyMapping) -> None:
    match mapping:
        case TableMapping():
            wrong = faults(mapping)
        case StepsMapping():
            wrong = wrong_with(mapping)
        case CldMapping():
            wrong = amiss(mapping)
        case OrganisationMapping():
            wrong = unusable(mapping)
        case Mapping():
            _check_events(mapping)
            wrong = None
    if wrong is not None:
        raise BadMapping(wrong)


def look_of(form: str) -> str:
    """The format that the first bytes of a file in this format show: some look like any table."""
    return "table" if form in TABULAR else form


def zone_of(mapping: AnyMapping) -> ZoneInfo:
    """The zone of times that carry no offset."""
    return ZoneInfo(mapping.zone)


def columns_of(selector: Selector | tuple[Column | Of, ...]) -> tuple[str, ...]:
    """The names of columns that a selector reads."""
    if isinstance(selector, str):
        return (selector,)
    if isinstance(selector, tuple):
        return tuple(name for one in selector for name in columns_of(one))
    given = (selector.first, selector.last, selector.case)
    return tuple(name for name in given if name is not UNSET)


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadMapping(f"zone {name!r} is not known; write a name like Europe/London.") from error


def _check_events(mapping: Mapping) -> None:
    _check_opening(mapping)
    known = set(TEXT_FIELDS) | set(DATE_FIELDS)
    named = [*mapping.constants, *mapping.values]
    for verb, event in mapping.events.items():
        if verb not in WORK_VERBS:
            raise BadMapping(f"events names {verb!r}, which is not one of {', '.join(WORK_VERBS)}.")
        for selector in (event.time, *event.fields.values()):
            if not _is_one(selector):
                raise BadMapping(
                    f"{verb}: write a column, a list of columns, or one of `first`, `last` and `case`."
                )
        named += event.fields
    if unknown := sorted(set(named) - known):
        raise BadMapping(f"Field {unknown[0]!r} cannot be mapped; known are {', '.join(sorted(known))}.")


def _check_opening(mapping: Mapping) -> None:
    if "received" not in mapping.events:
        raise BadMapping("events needs `received`: nothing can be counted before it came in.")
    if mapping.events["received"].each:
        raise BadMapping("received happens once, so it cannot have `each`; name its time by `first`.")
    if not columns_of(mapping.key) or any(isinstance(one, Of) and not _is_one(one) for one in mapping.key):
        raise BadMapping("key: write a column, or a list of columns and of {case: column}.")


def _is_one(selector: Selector) -> bool:
    return len(columns_of(selector)) == 1 if isinstance(selector, Of) else len(columns_of(selector)) > 0


class _Loader(yaml.SafeLoader):
    """YAML without aliases (they can grow without end) and without names given twice."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise BadMapping("A mapping cannot use YAML aliases (*name); write the value out.")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [name.value for name, _ in node.value]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise BadMapping(f"{twice!r} stands twice in one place; keep one.")
        return super().construct_mapping(node, deep)
