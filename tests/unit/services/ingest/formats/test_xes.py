"""Event logs as XML: what is read, what is not, and the receipt log counted twice."""

from __future__ import annotations

import gzip
import json
import re
import tracemalloc
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from services.ingest.domain.cases import Case
from services.ingest.domain.mapping import Mapping, parse
from services.ingest.domain.rows import UnreadableFile
from services.ingest.formats import pieces
from services.ingest.formats.opening import Unpacking, chunks
from services.ingest.formats.traces import wanted
from services.ingest.formats.twice import Twice
from services.ingest.formats.xes import cases as all_cases
from services.ingest.formats.xes import rows
from services.ingest.store.mappings import shipped

LOG = '<?xml version="1.0" encoding="UTF-8"?>\n<log xmlns="http://www.xes-standard.org/">'
TRACE = '<trace><string key="concept:name" value="k1"/><date key="startdate" value="2011-10-01"/></trace>'
RECEIPT = parse(shipped()["receipt"].body)
assert isinstance(RECEIPT, Mapping)


def cases(chunks: Iterator[bytes], mapping: object = RECEIPT) -> Iterator[Case]:
    assert isinstance(mapping, Mapping)
    return all_cases(chunks, wanted(mapping))


WRONG_FILES = {
    "empty": "",
    "another XML": "<html><body/></html>",
    "cut off": LOG + TRACE + "<trace>",
    "no trace": LOG + "</log>",
    "a document type": f"<!DOCTYPE log>{LOG[39:]}{TRACE}</log>",
    "an outside document type": f'<!DOCTYPE log SYSTEM "file:///etc/passwd">{LOG[39:]}{TRACE}</log>',
    "entities": f'<!DOCTYPE log [<!ENTITY a "b">]>{LOG[39:]}<string key="&a;"/>{TRACE}</log>',
    "an entity nobody declared": LOG + '<trace><string key="concept:name" value="&a;"/></trace></log>',
    "deep": LOG + "<list>" * 60 + "</list>" * 60 + "</log>",
    "200,000 levels": LOG + "<a>" * 200_000,
    "a NUL": LOG + "\0</log>",
}


@pytest.mark.parametrize("text", WRONG_FILES.values(), ids=WRONG_FILES.keys())
def test_a_file_that_cannot_be_read_says_so(text: str) -> None:
    with pytest.raises(UnreadableFile, match=r"\.$"):
        list(rows(iter([text.encode()]), RECEIPT, None))


def test_the_cases_before_a_break_are_kept() -> None:
    walk = rows(iter([(LOG + TRACE + "<trace").encode()]), RECEIPT, None)
    assert next(walk).number == 1
    with pytest.raises(UnreadableFile, match="after trace 1"):
        next(walk)


def test_names_work_with_and_without_a_namespace_and_in_any_encoding() -> None:
    plain = LOG.replace(' xmlns="http://www.xes-standard.org/"', "") + TRACE + "</log>"
    wide = (LOG.replace("UTF-8", "UTF-16") + TRACE + "</log>").encode("utf-16")
    marked = (LOG + TRACE + "</log>").encode("utf-8-sig")
    for raw in (plain.encode(), wide, marked):
        assert [case.attributes["concept:name"] for case in cases(iter([raw]))] == ["k1"]


def test_memory_stays_flat_however_long_the_log_is() -> None:
    def long(traces: int) -> Iterator[bytes]:
        yield LOG.encode()
        yield from (TRACE.encode() * 100 for _ in range(traces // 100))
        yield b"</log>"

    tracemalloc.start()
    try:
        assert sum(1 for _ in islice(cases(long(20_000)), 20_000)) == 20_000
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


def test_a_trace_without_end_is_not_held_in_memory() -> None:
    def endless() -> Iterator[bytes]:
        yield (LOG + TRACE + "<trace>").encode()
        while True:
            yield b"<string key='a' value='b'/>" * 2000

    with pytest.raises(UnreadableFile, match="follows trace 1 is longer than 16 MiB"):
        list(rows(endless(), RECEIPT, None))


def test_attributes_within_others_are_named_by_their_path() -> None:
    mapping = parse(
        """
        {format: xes, source: s, key: "id/number", events: {received: {
          time: "review/planned", fields: {team: "a/b", route: "list/first", worker: {first: "org/who"}}}}}
        """
    )
    nested = """<trace>
        <string key="id" value="outer"><int key="number" value="7"/></string>
        <container key="review"><date key="planned" value="2026-01-02"/></container>
        <string key="a/b" value="plain"/><string key="a"><string key="b" value="nested"/></string>
        <list key="list"><values>
            <string key="first" value="1st"/><string key="first" value="2nd"/>
        </values></list>
        <event><container key="org"><string key="who" value="w-1"/></container></event>
    </trace>"""
    (row,) = rows(iter([(LOG + nested + "</log>").encode()]), mapping, None)
    (received,) = [json.loads(draft) for draft in row.drafts]
    assert received["subject"] == "s/7"
    assert received["time"].startswith("2026-01-02")
    assert received["data"] == {"team": "plain", "route": "1st", "worker": "w-1"}


def test_entities_that_unfold_without_end_are_not_unfolded() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    text = (
        f'<!DOCTYPE log [<!ENTITY e0 "lol">{entities}]><log><trace><string key="concept:name" value="&e11;"/>'
    )
    with pytest.raises(UnreadableFile, match=r"document type|cannot be read"):
        list(rows(iter([text.encode()]), RECEIPT, None))


def test_the_receipt_log_gives_what_a_slow_count_of_its_text_gives(receipt: Path) -> None:
    with receipt.open("rb") as file:

        def begin() -> Iterator[bytes]:
            file.seek(0)
            return chunks(file, Unpacking(2**30, 200))

        found = list(rows(Twice(begin), RECEIPT, None))
        assert len(list(pieces.read(begin(), wanted(RECEIPT)))) == len(found)
    assert [row for row in found if row.reject] == []
    events = [json.loads(draft) for row in found for draft in row.drafts]
    assert len({event["id"] for event in events}) == len(events)
    items: dict[str, dict[str, str]] = {}
    for event in events:
        verb = event["type"].split(".")[2]
        item = items.setdefault(event["subject"].removeprefix("permits/receipt/"), {})
        item |= {verb: event["time"][:10], **event["data"]}
    counted = slow_count(receipt)
    assert {
        key: (item["received"], item.get("completed"), item["due"]) for key, item in items.items()
    } == counted
    assert figures(counted) == {
        "cases": 1434,
        "completed": 1329,
        "open": 105,
        "on time": 1020,
        "late": 309,
        "open at 2011-09-30": 176,
        "overdue at 2011-09-30": 53,
    }


Dates = tuple[str, str | None, str]


def slow_count(path: Path) -> dict[str, Dates]:
    """Key to start, end and deadline, straight from the text, by nothing that the product uses."""
    text = gzip.decompress(path.read_bytes()).decode("utf-8")
    found = {}
    for trace in re.findall(r"<trace>(.*?)</trace>", text, re.DOTALL):
        outer = re.sub(r"<event>.*?</event>", "", trace, flags=re.DOTALL)
        said = dict(re.findall(r'<\w+ key="([^"]+)" value="([^"]*)"/>', outer))
        end = said.get("enddate")
        found[said["concept:name"]] = (
            said["startdate"][:10],
            end[:10] if end else None,
            said["deadline"][:10],
        )
    return found


def figures(dates: dict[str, Dates], day: str = "2011-09-30") -> dict[str, int]:
    ended = [(end, due) for _, end, due in dates.values() if end]
    standing = [due for start, end, due in dates.values() if start <= day and (not end or end > day)]
    return {
        "cases": len(dates),
        "completed": len(ended),
        "open": len(dates) - len(ended),
        "on time": sum(end <= due for end, due in ended),
        "late": sum(end > due for end, due in ended),
        f"open at {day}": len(standing),
        f"overdue at {day}": sum(due < day for due in standing),
    }
