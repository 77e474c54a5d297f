"""A mapping, in YAML, says where a file keeps things: of event logs here, of tables in `table.py`."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
import yaml
from msgspec import UNSET, Meta, Struct, UnsetType

from schemas.registry import WORK_VERBS
from services.ingest.domain.cld.mapping import CldMapping, amiss
from services.ingest.domain.steps import StepsMapping, wrong_with
from services.ingest.domain.table import TableMapping, faults

MAX_BYTES = 64 * 1024
TABULAR = ("table", "steps", "cld")
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


class OfActivity(Struct, frozen=True, forbid_unknown_fields=True):
    """A value of the first or last activity of a case instead of one of the case itself."""

    first: Annotated[str, Meta(min_length=1, max_length=200)] | UnsetType = UNSET
    last: Annotated[str, Meta(min_length=1, max_length=200)] | UnsetType = UNSET


Column = Annotated[str, Meta(min_length=1, max_length=200)]
Selector = Column | tuple[Column, ...] | OfActivity
"""A column; several, of which the first that is not blank counts; or one of an activity."""


class EventMapping(Struct, frozen=True, forbid_unknown_fields=True):
    """When an event of this verb happened, and what it says."""

    time: Selector
    fields: dict[str, Selector] = {}


class Mapping(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How one kind of event log becomes events. Without a time the event did not happen."""

    format: Literal["xes"]
    source: Annotated[str, Meta(min_length=1, max_length=200)]
    key: Column
    events: dict[str, EventMapping]
    title: Annotated[str, Meta(max_length=200)] = ""
    zone: Annotated[str, Meta(max_length=60)] = "Europe/London"
    constants: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    blanks: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()


AnyMapping = Mapping | TableMapping | StepsMapping | CldMapping
KINDS: dict[str, type[AnyMapping]] = {"table": TableMapping, "steps": StepsMapping, "cld": CldMapping}
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


def columns_of(selector: Selector) -> tuple[str, ...]:
    """The names of columns that a selector reads."""
    if isinstance(selector, str):
        return (selector,)
    if isinstance(selector, tuple):
        return selector
    return tuple(name for name in (selector.first, selector.last) if name is not UNSET)


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadMapping(f"zone {name!r} is not known; write a name like Europe/London.") from error


def _check_events(mapping: Mapping) -> None:
    if "received" not in mapping.events:
        raise BadMapping("events needs `received`: nothing can be counted before it came in.")
    known = set(TEXT_FIELDS) | set(DATE_FIELDS)
    named = [*mapping.constants, *mapping.values]
    for verb, event in mapping.events.items():
        if verb not in WORK_VERBS:
            raise BadMapping(f"events names {verb!r}, which is not one of {', '.join(WORK_VERBS)}.")
        for selector in (event.time, *event.fields.values()):
            if len(columns_of(selector)) == 0 or (isinstance(selector, OfActivity) and _is_both(selector)):
                raise BadMapping(f"{verb}: write a column, a list of columns, or one of `first` and `last`.")
        named += event.fields
    if unknown := sorted(set(named) - known):
        raise BadMapping(f"Field {unknown[0]!r} cannot be mapped; known are {', '.join(sorted(known))}.")


def _is_both(selector: OfActivity) -> bool:
    return selector.first is not UNSET and selector.last is not UNSET


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
