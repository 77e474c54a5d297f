"""What a trace of an event log says of the paths that a mapping asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from services.ingest.domain.cases import Attributes
from services.ingest.domain.mapping import Mapping as LogMapping
from services.ingest.domain.mapping import Of, columns_of

KINDS = ("string", "date", "int", "float", "boolean", "id", "list", "container")
"""The elements that hold an attribute."""

Paths = Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]
"""By the first attribute of a path: the name in the mapping, and what is left of the path."""

Found = tuple[Attributes, Sequence[Attributes]]
"""What a case says, and each of its activities."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a log is read: paths of cases and of activities; of activities all, or first and last."""

    case: Paths
    activity: Paths
    every: bool


def wanted(mapping: LogMapping) -> Wanted:
    """What a mapping reads of a log; the rest is passed over."""
    case: set[str] = set()
    activity: set[str] = set()
    every = mapping.item == "activity"
    for selector, bare in mapping.selectors:
        of_activity = selector.of != "case" if isinstance(selector, Of) else bare
        (activity if of_activity else case).update(columns_of(selector))
        if isinstance(selector, Of) and selector.where:
            activity |= selector.where.keys()
            every = True
    for event in mapping.events.values():
        activity |= event.each.keys()
        every = every or bool(event.each)
    return Wanted(_paths(case), _paths(activity), every)


def found_in(trace: etree._Element, what: Wanted) -> Found:
    """What a trace says of its case and of its activities."""
    space = str(trace.tag).removesuffix("trace")
    event = space + "event"
    # What is not asked for stays within the parser: an object for each element costs more than reading it.
    attributes = _attributes(trace.iterchildren(*(space + kind for kind in KINDS)), what.case)
    steps: Iterable[etree._Element] = ()
    if what.every:
        steps = trace.iterchildren(event)
    elif what.activity:
        first, last = (next(trace.iterchildren(event, reversed=back), None) for back in (False, True))
        steps = [one for one in (first, None if last is first else last) if one is not None]
    activities = [_attributes(step, what.activity) for step in steps] if what.activity else ()
    return attributes, activities


def _attributes(children: Iterable[etree._Element], paths: Paths) -> Attributes:
    """What the children say of these paths. A name that itself holds a slash comes before a path."""
    found: dict[str, str] = {}
    for child in children:
        named = paths.get(child.get("key", ""))
        if named is None:
            continue
        for name, rest in named:
            value = _within(child, rest) if rest else child.get("value", "")
            if value and (not rest or name not in found):
                found[name] = value
    return found


def _within(attribute: etree._Element, path: tuple[str, ...]) -> str:
    """The value at the end of a path of nested attributes; the `values` of a list are stepped over."""
    for child in attribute:
        if child.get("key") is None and str(child.tag).endswith("values"):
            value = _within(child, path)
        elif child.get("key") == path[0]:
            value = _within(child, path[1:]) if len(path) > 1 else child.get("value", "")
        else:
            continue
        if value:
            return value
    return ""


def _paths(names: set[str]) -> Paths:
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for name in sorted(names):
        found.setdefault(name, []).append((name, ()))
        first, *rest = name.split("/")
        if rest:
            found.setdefault(first, []).append((name, tuple(rest)))
    return {first: tuple(several) for first, several in found.items()}
