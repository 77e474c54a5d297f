"""XES (IEEE 1849): an event log as XML. One trace is one case; the mapping says what its attributes mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml import etree

from services.ingest.domain.cases import Case, Reading
from services.ingest.domain.mapping import AnyMapping
from services.ingest.domain.mapping import Mapping as LogMapping
from services.ingest.domain.rows import Row, UnreadableFile
from services.ingest.formats import pieces
from services.ingest.formats.traces import Wanted, found_in, wanted
from services.ingest.formats.twice import Twice

MOST_BYTES = 16 * 1024 * 1024
"""Bytes of one trace, which is held as a tree; the parser itself takes no more than 256 levels."""

_ADVICE = re.compile(r",? (?:use|try) XML_PARSE_HUGE(?: option)?")
"""What the parser advises its programmer."""


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


def cases(chunks: Iterator[bytes], what: Wanted) -> Iterator[Case]:
    """The traces of a log, in the file's order, numbered from 1."""
    number = 0
    if isinstance(chunks, Twice):
        try:
            for number, found in enumerate(pieces.read(chunks, what), start=1):
                yield Case(number, *found)
            return
        except (pieces.Uncut, UnreadableFile):
            chunks = chunks.again()
    yield from islice(_in_one_go(chunks, what), number, None)


def _in_one_go(chunks: Iterator[bytes], what: Wanted) -> Iterator[Case]:
    parser = etree.XMLPullParser(events=("start", "end"), tag=("{*}log", "{*}trace"), **pieces.LIMITS)
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
                yield Case(self.number, *found_in(element, self._what))
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


def _forget(element: etree._Element) -> None:
    """Free what was read: the element's content, and its elder siblings."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
