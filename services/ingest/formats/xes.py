"""XES (IEEE 1849): an event log as XML. One trace is one case; the mapping says what its attributes mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from services.ingest.domain.cases import Attributes, Case, Reading
from services.ingest.domain.mapping import AnyMapping, Of, columns_of
from services.ingest.domain.mapping import Mapping as LogMapping
from services.ingest.domain.rows import Row, UnreadableFile

MOST_BYTES = 16 * 1024 * 1024
"""Bytes of one trace, which is held as a tree; the parser itself takes no more than 256 levels."""

KINDS = ("string", "date", "int", "float", "boolean", "id", "list", "container")
"""The elements that hold an attribute."""

_ADVICE = re.compile(r",? (?:use|try) XML_PARSE_HUGE(?: option)?")
"""What the parser advises its programmer."""

Paths = Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]
"""By the first attribute of a path: the name in the mapping, and what is left of the path."""


def rows(chunks: Iterator[bytes], mapping: AnyMapping | None, as_of: str | None) -> Iterator[Row]:
    """A row for each trace, or for each activity. Raises `UnreadableFile` where the XML cannot be read on."""
    if not isinstance(mapping, LogMapping):
        raise UnreadableFile("An XES log needs a mapping; name one with ?mapping=, see GET /v1/mappings.")
    reading, number, found = Reading(mapping, as_of), 0, False
    for case in cases(chunks, wanted(mapping)):
        found = True
        for item in reading.items(case, number):
            number = item.number
            yield reading.row(item)
    if not found:
        raise UnreadableFile("The log holds no trace, so there is nothing to import; check the export.")


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


def cases(chunks: Iterator[bytes], what: Wanted) -> Iterator[Case]:
    """The traces of a log, in the file's order, numbered from 1."""
    parser = etree.XMLPullParser(
        events=("start", "end"),
        tag=("{*}log", "{*}trace"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    walk, fed = _Walk(what), 0
    try:
        for chunk in chunks:
            parser.feed(chunk)
            before = walk.number
            yield from walk.on(parser)
            fed = 0 if walk.number > before else fed + len(chunk)
            if fed > MOST_BYTES:
                raise walk.too_long()
        root = parser.close()
        yield from walk.on(parser)
    except etree.XMLSyntaxError as error:
        yield from walk.on(parser)  # what was whole before the fault
        why = _ADVICE.sub("", error.msg)
        raise UnreadableFile(
            f"The XML cannot be read after trace {walk.number} ({why}); export the log again."
        ) from error
    _check_root(root)


class _Walk:
    """Where the parser stands: whether the log began, and how many of its traces are read."""

    def __init__(self, what: Wanted) -> None:
        self._what, self._began, self.number = what, False, 0

    def on(self, parser: etree.XMLPullParser) -> Iterator[Case]:
        for event, element in parser.read_events():
            assert isinstance(element, etree._Element)
            if event == "start" and not self._began:
                _check_root(element.getroottree().getroot())
                self._began = True
            elif event == "end" and element.getparent() is not None:
                self.number += 1
                yield _case(self.number, element, self._what)
                _forget(element)

    def too_long(self) -> UnreadableFile:
        if not self._began:
            return UnreadableFile("This is no XES log: no <log> begins in its first 16 MiB.")
        return UnreadableFile(
            f"What follows trace {self.number} is longer than {MOST_BYTES // 2**20} MiB, which no case is."
        )


def _check_root(root: etree._Element) -> None:
    document: Any = root.getroottree().docinfo  # the stubs leave `doctype` out
    if document.doctype:
        raise UnreadableFile("The XML declares a document type (DTD), which is not read; export it without.")
    local = str(root.tag).rpartition("}")[2]
    if local != "log":
        raise UnreadableFile(f"This is no XES log: its first element is <{local[:40]}>, not <log>.")


def _case(number: int, trace: etree._Element, what: Wanted) -> Case:
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
    return Case(number, attributes, activities)


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


def _forget(element: etree._Element) -> None:
    """Free what was read: the element's content, and its elder siblings."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
