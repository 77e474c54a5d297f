"""What an export tells the log: one file may show work and packages, and each is told as what it is."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from services.ingest.domain.differences import Differences, Teller, of_gone, of_rows
from services.ingest.domain.edge import Edge
from services.ingest.domain.exports import Coverage, Export
from services.ingest.domain.rows import Noun, Shown

MAY, JUNE = dt.datetime(2026, 5, 1, tzinfo=dt.UTC), dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
DAY = dt.date(2026, 4, 20)
WORK = Shown("request-1", b'{"kind":"contact","received":"2026-04-20","status":"open"}', (("received", DAY),))
PACKAGE = Shown(
    "service-1",
    b'{"setting":"nursing","started":"2026-04-20","status":"running"}',
    (("started", DAY),),
    "package",
)


def told(found: Differences) -> list[tuple[str, str]]:
    return [(event.envelope.subject, event.envelope.type) for event in found.events]


def teller(edge: Edge) -> Teller:
    return Teller("demo", "council/cld", ZoneInfo("Europe/London"), edge, "Event reference")


def test_one_file_tells_of_work_and_of_packages(edge: Edge) -> None:
    found = of_rows([(1, WORK), (2, PACKAGE)], {}, (), Export(MAY, Coverage()), teller(edge))
    assert found.rejects == []
    assert told(found) == [
        ("council/cld/request-1", "primed.work.recorded.v1"),
        ("council/cld/service-1", "primed.package.recorded.v1"),
    ]


def test_what_vanished_is_withdrawn_as_what_it_was(edge: Edge) -> None:
    first = of_rows([(1, WORK), (2, PACKAGE)], {}, (), Export(MAY, Coverage()), teller(edge))
    known = {key: [turn] for key, turn in first.keep}
    found = of_gone(known, [Export(MAY, Coverage())], Export(JUNE, Coverage()), teller(edge))
    nouns: dict[str, Noun] = {key: turn.noun for key, turn in found.keep}
    assert nouns == {"request-1": "work", "service-1": "package"}
    assert [b'"absent"' in event.raw for event in found.events] == [True, True]
    assert told(found) == [
        ("council/cld/request-1", "primed.work.recorded.v1"),
        ("council/cld/service-1", "primed.package.recorded.v1"),
    ]


def test_an_item_shown_in_two_ways_names_the_column_to_look_at(edge: Edge) -> None:
    other = Shown(WORK.key, WORK.row.replace(b"contact", b"review"), WORK.dates)
    found = of_rows([(1, WORK), (2, other)], {}, (), Export(MAY, None), teller(edge))
    assert [(reject.row, reject.column) for reject in found.rejects] == [(2, "Event reference")]
    assert len(found.events) == 1
