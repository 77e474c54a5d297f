"""The one way in which reports ask the ledger: sums cut by any column, and the lines behind them."""

import datetime as dt

import pytest

from services.metrics.answers.asking import Cuts
from services.metrics.domain.trail import BEGINNING
from services.metrics.domain.units import EVERYTHING, Span, Teams
from tests.integration.metrics_read.history import TENANT

MAY = Span(dt.date(2026, 5, 1), dt.date(2026, 5, 31), EVERYTHING)
NORTH_IN_MAY = Span(MAY.first, MAY.last, Teams(frozenset({"north"})))
STANDING = Span(BEGINNING, dt.date(2026, 6, 15), EVERYTHING)


async def added_up(sources, cuts: Cuts, as_known: dt.datetime | None = None) -> dict[tuple[str, ...], int]:
    async with sources.readings.snapshot(TENANT, as_known) as snapshot:
        found = await snapshot.sums(cuts)
    assert found == sorted(found)
    return dict(found)


async def test_flows_by_account_month_and_team(sources) -> None:
    cuts = Cuts(("received", "completed"), (MAY,), ("account", "month", "team"))
    assert await added_up(sources, cuts) == {
        ("completed", "2026-05", "north"): 2,
        ("received", "2026-05", "ghost"): 1,
        ("received", "2026-05", "north"): 4,
        ("received", "2026-05", "south"): 1,
    }


async def test_a_word_of_the_detail_and_only_some_values(sources) -> None:
    outcomes = Cuts(("completed",), (MAY,), ("worker", "outcome"))
    assert await added_up(sources, outcomes) == {("w-1", "care-at-home"): 1, ("w-1", "short-term-support"): 1}
    some = Cuts(("completed",), (MAY,), ("day",), (("outcome", frozenset({"care-at-home"})),))
    assert await added_up(sources, some) == {("2026-05-25",): 1}
    absent = Cuts(("open",), (STANDING,), ("team", "due"), (("due", frozenset({""})),))
    assert await added_up(sources, absent) == {("south", ""): 1}


async def test_a_stock_stands_from_the_beginning(sources) -> None:
    cuts = Cuts(("open",), (STANDING,), ("kind", "worker"))
    assert await added_up(sources, cuts) == {
        ("assessment", "w-1"): 1,
        ("assessment", "w-3"): 1,
        ("contact", ""): 1,
        ("other", ""): 1,
        ("review", ""): 1,
        ("review", "w-2"): 1,
    }


async def test_one_sum_of_all_and_sums_by_subject(sources) -> None:
    assert await added_up(sources, Cuts(("received",), (MAY,), ())) == {(): 6}
    by_subject = Cuts(("overdue",), (STANDING,), ("subject", "due"))
    assert await added_up(sources, by_subject) == {
        ("demo/cases/D", "2026-06-05"): 1,
        ("demo/cases/G", "2026-05-31"): 1,
    }
    one = Cuts(("received",), (MAY,), ("team",), (("subject", frozenset({"demo/cases/E"})),))
    assert await added_up(sources, one) == {("south",): 1}


async def test_each_span_has_its_own_teams(sources) -> None:
    june = Span(dt.date(2026, 6, 1), dt.date(2026, 6, 30), Teams(frozenset({"south"})))
    cuts = Cuts(("received",), (NORTH_IN_MAY, june), ("month", "team"))
    assert await added_up(sources, cuts) == {("2026-05", "north"): 4, ("2026-06", "south"): 1}
    assert await added_up(sources, Cuts(("received",), (), ("month",))) == {}
    rest = Span(MAY.first, MAY.last, Teams(frozenset({"north", "south"}), rest=True))
    assert await added_up(sources, Cuts(("received",), (rest,), ("team",))) == {("ghost",): 1}


async def test_sums_as_they_were_known(sources) -> None:
    cuts = Cuts(("received",), (MAY,), ("kind",), (("team", frozenset({"ghost"})),))
    assert await added_up(sources, cuts, dt.datetime(2026, 6, 10, 11, tzinfo=dt.UTC)) == {}
    assert await added_up(sources, cuts, dt.datetime(2026, 6, 10, 12, tzinfo=dt.UTC)) == {("other",): 1}
    subject = Cuts(("received",), (MAY,), ("subject",), cuts.where)
    assert await added_up(sources, subject, dt.datetime(2026, 6, 10, 11, tzinfo=dt.UTC)) == {}


async def test_lines_known_last_come_first_with_their_events(sources) -> None:
    cuts = Cuts(("received",), (MAY,), ())
    async with sources.readings.snapshot(TENANT, None) as snapshot:
        lines = await snapshot.traced(cuts, None, 3)
        late = await snapshot.traced(cuts, dt.datetime(2026, 5, 31, tzinfo=dt.UTC), 10)
        some = Cuts(("received", "open"), (MAY,), (), (("kind", frozenset({"review"})),))
        reviews = await snapshot.traced(some, None, 10)
    assert [line.subject for line in lines] == ["demo/cases/G", "demo/cases/E", "demo/cases/D"]
    assert [(line.subject, line.type, line.day.isoformat()) for line in late] == [
        ("demo/cases/G", "primed.work.received.v1", "2026-05-15")
    ]
    assert late[0].known_at == dt.datetime(2026, 6, 10, 12, tzinfo=dt.UTC)
    assert sorted(line.account for line in reviews) == ["open", "open", "received", "received"]
    async with sources.readings.snapshot(TENANT, dt.datetime(2026, 5, 12, 12, tzinfo=dt.UTC)) as snapshot:
        assert [line.subject for line in await snapshot.traced(cuts, None, 1)] == ["demo/cases/D"]


async def test_what_is_no_column_is_refused(sources) -> None:
    async with sources.readings.snapshot(TENANT, None) as snapshot:
        with pytest.raises(ValueError, match="neither a column"):
            await snapshot.sums(Cuts(("received",), (MAY,), ("team; DROP TABLE line",)))
