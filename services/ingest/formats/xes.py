"""XES (IEEE 1849): an event log as XML. One trace is one case; the mapping says what its attributes mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from lxml import etree

from services.ingest.domain.cases import Case, events_of
from services.ingest.domain.mapping import AnyMapping, Mapping
from services.ingest.domain.rows import Reject, Row, UnreadableFile

MAX_DEPTH = 32
MAX_ELEMENTS = 1_000_000
"""Elements below one child of the log; a trace with more would not fit into flat memory."""


def rows(chunks: Iterator[bytes], mapping: AnyMapping | None, as_of: str | None) -> Iterator[Row]:
    """A row for each trace. Raises `UnreadableFile` where the XML cannot be read on."""
    if not isinstance(mapping, Mapping):
        raise UnreadableFile("An XES log needs a mapping; name one with ?mapping=, see GET /v1/mappings.")
    number = 0
    for case in cases(chunks):
        number = case.number
        found = events_of(case, mapping, as_of)
        if isinstance(found, Reject):
            yield Row(number, reject=found)
        else:
            yield Row(number, tuple(msgspec.json.encode(event) for event in found))
    if number == 0:
        raise UnreadableFile("The log holds no trace, so there is nothing to import; check the export.")


def cases(chunks: Iterator[bytes]) -> Iterator[Case]:
    """The traces of a log, in the file's order, numbered from 1."""
    parser = etree.XMLPullParser(
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    walk = _Walk()
    try:
        for chunk in chunks:
            parser.feed(chunk)
            yield from walk.on(parser)
        parser.close()
        yield from walk.on(parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableFile(
            f"The XML cannot be read after trace {walk.number} ({error.msg}); export the log again."
        ) from error


class _Walk:
    """Where the parser stands: depth, elements under the present child of the log, traces so far."""

    def __init__(self) -> None:
        self.depth = self.elements = self.number = 0

    def on(self, parser: etree.XMLPullParser) -> Iterator[Case]:
        for event, element in parser.read_events():
            assert isinstance(element, etree._Element)
            if event == "start":
                self._enter(element)
                continue
            self.depth -= 1
            if self.depth == 1:
                if _local(element) == "trace":
                    self.number += 1
                    yield _case(self.number, element)
                _forget(element)
                self.elements = 0

    def _enter(self, element: etree._Element) -> None:
        if self.depth == 0:
            _check_root(element)
        self.depth += 1
        self.elements += 1
        if self.depth > MAX_DEPTH:
            raise UnreadableFile(
                f"Elements are nested more than {MAX_DEPTH} deep after trace {self.number}; no event log is."
            )
        if self.elements > MAX_ELEMENTS:
            raise UnreadableFile(
                f"The trace after trace {self.number} holds more than {MAX_ELEMENTS:,} elements."
            )


def _check_root(root: etree._Element) -> None:
    document: Any = root.getroottree().docinfo  # the stubs leave `doctype` out
    if document.doctype:
        raise UnreadableFile("The XML declares a document type (DTD), which is not read; export it without.")
    if _local(root) != "log":
        raise UnreadableFile(f"This is no XES log: its first element is <{_local(root)[:40]}>, not <log>.")


def _case(number: int, trace: etree._Element) -> Case:
    activities = [_attributes(child) for child in trace if _local(child) == "event"]
    return Case(number, _attributes(trace), activities)


def _attributes(holder: etree._Element) -> dict[str, str]:
    return {
        key: child.get("value", "")
        for child in holder
        if (key := child.get("key")) and _local(child) != "event"
    }


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _forget(element: etree._Element) -> None:
    """Free what was read: the element's content, and its elder siblings."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
