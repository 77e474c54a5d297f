"""An event log cut into pieces of whole traces, each parsed as a log of its own beside what is made of them.

A piece is cut after the bytes `</trace>`, begins as the log begins, and ends as it ends. Where they stand
elsewhere than at the end of a trace of the log (in a comment, in a trace within another), the piece does not
close what it opened, so it is not XML: cut wrongly it is refused, never read wrongly.

The parser of a whole log asks Python at each element; that of a piece does not, so it needs no lock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from xml.sax.saxutils import quoteattr

from lxml import etree

from services.ingest.formats.traces import Found, Wanted, found_in

END = b"</trace>"
CLOSE = b"</log>"
LONGEST = 1024 * 1024
"""Bytes of a piece: the parser's tree takes ten times as many."""
AHEAD = 4
"""Pieces that are parsed, or wait for it."""
ENCODINGS = ("UTF-8", "US-ASCII")
LIMITS: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
"""What no log may make of its parser."""


class Uncut(Exception):
    """The log cannot be cut: it is to be read in one go, which also tells what is wrong with it."""


def read(chunks: Iterator[bytes], what: Wanted) -> Iterator[Found]:
    """What the traces of a log say, in the file's order. Raises `Uncut` behind the last that is right."""
    pieces, parser = _cut(chunks), etree.XMLParser(**LIMITS)
    first = _parsed(next(pieces), parser)
    begin = _begin(first)
    yield from _found(first, what)
    del first
    with ThreadPoolExecutor(1, "xes-pieces") as thread:
        waiting: deque[Future[list[Found]]] = deque()
        for piece in pieces:
            waiting.append(thread.submit(lambda whole: _found(_parsed(whole, parser), what), begin + piece))
            if len(waiting) > AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def _cut(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Pieces that end with a trace, closed as a log; the last one holds the rest."""
    held = b""
    for chunk in chunks:
        at = chunk.rfind(END) + len(END)
        if at >= len(END):
            yield b"".join((held, chunk[:at], CLOSE))
            held = chunk[at:]
        else:
            held += chunk
        if len(held) > LONGEST:
            raise Uncut
    yield held


def _parsed(piece: bytes, parser: etree.XMLParser) -> etree._Element:
    try:
        return etree.fromstring(piece, parser)
    except etree.XMLSyntaxError as error:
        raise Uncut from error


def _begin(root: etree._Element) -> bytes:
    """How each later piece begins: the log's own element with its namespaces."""
    document: Any = root.getroottree().docinfo  # the stubs leave `doctype` out, and that no prefix is None
    prefix: Any = root.prefix
    encoded = str(document.encoding).upper() in ENCODINGS
    plain = encoded and document.xml_version == "1.0" and not document.doctype
    if not plain or prefix is not None or etree.QName(root).localname != "log":
        raise Uncut
    spaces = (
        f" xmlns{':' if name else ''}{name or ''}={quoteattr(space)}" for name, space in root.nsmap.items()
    )
    return f"<log{''.join(spaces)}>".encode()


def _found(root: etree._Element, what: Wanted) -> list[Found]:
    traces = list(root.iter("{*}trace"))
    if any(trace.getparent() is not root for trace in traces):
        raise Uncut
    return [found_in(trace, what) for trace in traces]
