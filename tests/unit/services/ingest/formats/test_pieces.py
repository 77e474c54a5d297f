"""A log that is cut into pieces says what it says in one go, also of what is wrong with it."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from functools import partial

import pytest

from services.ingest.domain.cases import Case
from services.ingest.domain.mapping import Mapping, parse
from services.ingest.domain.rows import UnreadableFile
from services.ingest.formats import pieces
from services.ingest.formats.traces import wanted
from services.ingest.formats.twice import Twice
from services.ingest.formats.xes import cases

MAPPING = parse(
    """
    {format: xes, source: s, key: "concept:name", events: {received: {
      time: day, fields: {team: "group/name", worker: {first: "org:resource"}, outcome: {last: "x"}}}}}
    """
)
assert isinstance(MAPPING, Mapping)
WHAT = wanted(MAPPING)
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!-- made by a system -->\n'
LOG = HEAD + '<log xmlns="http://www.xes-standard.org/" xmlns:x="urn:a&amp;b">\n'


def trace(number: int, inner: str = "") -> str:
    return (
        f'<trace><string key="concept:name" value="k{number} ü"/><date key="day" value="2026-01-02"/>{inner}'
        f'<string key="group"><string key="name" value="g{number % 3}"/></string>\n'
        '<event><string key="org:resource" value="w"/></event><event><int key="x" value="1"/></event>'
        "</trace>\n"
    )


def log(*inner: str) -> str:
    return LOG + "".join(trace(number, text) for number, text in enumerate(inner, start=1)) + "</log>\n"


GOOD = log(*[""] * 9)
LOGS = {
    "plain": GOOD,
    "a trace's end before the log": GOOD.replace("made by", "</trace>"),
    "without a namespace": GOOD.replace(' xmlns="http://www.xes-standard.org/"', ""),
    "names with a prefix": GOOD.replace("<trace", "<x:trace").replace("</trace", "</x:trace"),
    "one name with a prefix": GOOD + "<!-- the end -->",
    "all with a prefix": GOOD.replace("</", "</x:").replace("<trace", "<x:trace").replace("<log", "<x:log"),
    "a prefix within": log("", '<x:int key="x" value="1"/>', ""),
    "a trace in a comment": log("", "<!-- </trace><trace> -->", ""),
    "a trace in CDATA": log("", "<![CDATA[</trace><trace>]]>", ""),
    "a trace in an instruction": log("", "<?x </trace><trace> ?>", ""),
    "a trace in a trace": log("", '<trace><string key="concept:name" value="inner"/></trace>', ""),
    "a trace in another element": log("", "")[:-7] + f"<other>{trace(3)}</other>{trace(4)}</log>",
    "an empty trace": log("", "")[:-7] + f"<trace/>{trace(3)}</log>",
    "another element like it": log("", "<traces/><trace-x/>", ""),
    "a sign that XML does not take": log("", "\x01", ""),
    "a text where an element was begun": log("", "<string", ""),
    "an attribute with a sign": log("", '<string key="a</trace>" value="b"/>', ""),
    "an entity nobody declared": log("", "&a;", ""),
    "a document type": GOOD.replace("<log ", "<!DOCTYPE log><log "),
    "a document type in the middle": log("", "<!DOCTYPE log>", ""),
    "an entity of its own": GOOD.replace("<log ", '<!DOCTYPE log [<!ENTITY a "b">]><log ').replace(
        "k4", "&a;"
    ),
    "another root": GOOD.replace("<log ", "<html ").replace("</log>", "</html>"),
    "a prefix that nobody declared": log("", '<y:int key="x" value="1"/>', ""),
    "an end too many": log("", "</event>", ""),
    "two logs": GOOD + GOOD,
    "an end in the middle": log("", "")[:-1] + trace(3) + "</log>",
    "deep": log("", "<list>" * 300 + "</list>" * 300, ""),
    "no trace": LOG + "</log>",
    "no end": GOOD[: -len("</log>\n")],
    "nothing": "",
}


def told(file: Iterator[bytes]) -> tuple[list[Case], str]:
    """What a log says, and how it breaks off."""
    found: list[Case] = []
    try:
        found.extend(cases(file, WHAT))
    except UnreadableFile as error:
        return found, str(error)
    return found, ""


def parts(raw: bytes, size: int) -> Iterator[bytes]:
    return (raw[at : at + size] for at in range(0, len(raw), size))


@pytest.mark.parametrize("size", [7, 300, 701, 1_000_000])
@pytest.mark.parametrize("text", LOGS.values(), ids=LOGS.keys())
def test_in_pieces_it_says_what_it_says_in_one_go(text: str, size: int) -> None:
    raw = text.encode()
    assert told(Twice(partial(parts, raw, size))) == told(parts(raw, size))


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "windows-1252", "UTF-16", "utf-8-sig"])
def test_so_it_does_in_any_encoding(encoding: str) -> None:
    raw = GOOD.replace("UTF-8", encoding.removesuffix("-sig")).encode(encoding)
    found = told(Twice(partial(parts, raw, 500)))
    assert found == told(parts(raw, 500))
    assert [case.attributes["concept:name"] for case in found[0]] == [f"k{n} ü" for n in range(1, 10)]


def test_wherever_it_is_cut_off_what_came_before_is_kept() -> None:
    raw = log("", '<string key="a" value="<b>"/><!-- c -->', "").encode()
    for end in range(0, len(raw), 3):
        assert told(Twice(partial(parts, raw[:end], 200))) == told(parts(raw[:end], 200)), end


def test_what_breaks_off_below_is_told_after_what_came_before() -> None:
    def broken() -> Iterator[bytes]:
        yield from parts(GOOD.encode()[:900], 300)
        raise UnreadableFile("The gzip data ends early.")

    found, why = told(Twice(broken))
    assert (len(found), why) == (len(told(broken())[0]), "The gzip data ends early.")
    assert found


def test_a_log_as_systems_write_it_is_read_in_pieces_to_its_end() -> None:
    assert len(list(pieces.read(parts(GOOD.encode(), 300), WHAT))) == 9


def test_a_trace_that_does_not_end_is_not_held_for_long() -> None:
    endless = (b"<string key='a' value='b'/>" for _ in range(10**9))

    def file() -> Iterator[bytes]:
        yield (LOG + trace(1) + "<trace>").encode()
        yield from endless

    with pytest.raises(pieces.Uncut):
        list(pieces.read(file(), WHAT))


def test_who_stops_reading_leaves_no_thread_behind() -> None:
    walk = pieces.read(parts(GOOD.encode(), 300), WHAT)
    assert isinstance(walk, Generator)
    next(walk), next(walk)
    assert [one for one in threading.enumerate() if one.name.startswith("xes-pieces")]
    walk.close()
    assert not [one for one in threading.enumerate() if one.name.startswith("xes-pieces")]
