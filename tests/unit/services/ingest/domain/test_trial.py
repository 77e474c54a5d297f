"""What a trial says of a file before it is sent is what its import would say."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from services.ingest.domain.differences import Teller, of_rows
from services.ingest.domain.edge import Edge
from services.ingest.domain.exports import Coverage, Export
from services.ingest.domain.rows import Check, Reject, Row, Shown
from services.ingest.domain.trial import trial

ONE = Shown("7", b'{"kind":"review","received":"2026-04-20","status":"open"}', ())
OTHER = Shown("7", b'{"kind":"contact","received":"2026-04-20","status":"open"}', ())
NOW = Export(dt.datetime(2026, 5, 1, tzinfo=dt.UTC), Coverage())
BAD = Reject(2, "Received", "soon", "Received: it is no day that can be read.", "Mend it.")


def shown(*rows: Shown) -> list[Row]:
    return [Row(number, shown=one, key=one.key) for number, one in enumerate(rows, start=2)]


def test_an_item_that_stands_twice_is_told_and_one_shown_in_two_ways_refused_as_the_import_does(
    edge: Edge,
) -> None:
    rows = shown(ONE, ONE, OTHER, OTHER, ONE)
    found = trial(iter(rows), samples=0, column="Review ID")
    teller = Teller("demo", "mosaic/reviews", ZoneInfo("Europe/London"), edge, "Review ID")
    imported = of_rows(
        [(row.number, ONE if row.shown is ONE else OTHER) for row in rows], {}, (), NOW, teller
    )
    assert [reject.row for reject in imported.rejects] == [4, 5]
    assert (found.taken, found.refused) == (3, 2)
    assert found.faults["key", "duplicate"] == 4
    (cause,) = found.causes(9)
    assert (cause.rows, cause.first.row, cause.first.column) == (2, 4, "Review ID")
    assert cause.first.reason == "Review ID: the item is shown in two ways."
    assert cause.first.remedy == imported.rejects[0].remedy


def test_a_row_that_is_refused_anyhow_says_nothing_of_its_item() -> None:
    refused = Row(2, reject=BAD, key="7")
    found = trial(iter([refused, Row(3, shown=OTHER, key="7")]), samples=0)
    assert (found.taken, found.refused) == (1, 1)
    assert found.faults["key", "duplicate"] == 1


def test_a_reader_that_counts_doubles_itself_is_not_counted_twice() -> None:
    twins = [Row(2, shown=ONE, key="7"), Row(3, key="7", checks=(Check("key", "duplicate"),))]
    assert trial(iter(twins), samples=0).faults["key", "duplicate"] == 1
