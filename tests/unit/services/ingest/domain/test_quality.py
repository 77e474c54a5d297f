"""What the fields of a file are worth, counted row by row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from services.ingest.domain.batches import admitted
from services.ingest.domain.edge import Edge
from services.ingest.domain.quality import Count, Tally, Watched
from services.ingest.domain.rows import Check, Reject, Row, Shown

FIELDS = ("key", "received", "team")


def row(number: int, *checks: Check, **more: Any) -> Row:
    shown = None if "reject" in more else Shown(f"R{number}", b'{"team":"north"}', ())
    fields = FIELDS if number == 2 else ()
    return Row(number, shown=shown, shape="table/reviews", fields=fields, checks=checks, **more)


def counted(tally: Tally, *rows: Row, twice: tuple[int, ...] = ()) -> dict[tuple[str, str], tuple[int, Any]]:
    list(tally.learn(rows))
    tally.shown(rows, [one.reject for one in rows if one.reject is not None], twice)
    return {(one.field, one.result): (one.rows, one.examples) for one in tally.take()}


def test_a_field_is_valid_unless_something_is_said_of_it() -> None:
    found = counted(Tally("s"), row(2), row(3, Check("team", "blank")), row(4, Check("team", "not-in-list")))
    assert found == {
        ("key", "valid"): (3, ()),
        ("received", "valid"): (3, ()),
        ("team", "valid"): (1, ()),
        ("team", "blank"): (1, (3,)),
        ("team", "not-in-list"): (1, (4,)),
    }


def test_of_a_refused_row_every_field_that_was_looked_at_counts() -> None:
    reject = Reject(3, "Date received", "", "blank", "Fill it in.")
    found = counted(Tally("s"), row(2), row(3, Check("received", "missing"), reject=reject))
    assert found["received", "missing"] == (1, (3,))
    assert found["team", "valid"] == (2, ())


def test_a_row_that_could_not_be_told_apart_counts_as_a_whole() -> None:
    found = counted(Tally("s"), row(2), row(3, reject=Reject(3, "", "", "2 cells", "Look for a delimiter.")))
    assert found["(row)", "unreadable"] == (1, (3,))
    assert found["team", "valid"] == (1, ())


def test_an_item_that_stood_before_is_a_duplicate_and_five_examples_are_enough() -> None:
    found = counted(Tally("s"), *(row(number) for number in range(2, 10)), twice=tuple(range(3, 10)))
    assert found["key", "duplicate"] == (7, (3, 4, 5, 6, 7))
    assert found["key", "valid"] == (1, ())


def test_a_team_of_nobody_is_told() -> None:
    found = counted(Tally("s", team_is_known=lambda team: team != "north"), row(2))
    assert found["team", "unknown-team"] == (1, (2,))
    assert ("team", "valid") not in found


def test_rows_counted_before_a_kill_still_say_which_fields_there_are() -> None:
    tally = Tally("s")
    watched = Watched(iter([row(2), row(3)]), tally, lambda: 0)
    fresh = [one for one in watched if one.number > 2]
    tally.shown(fresh, [], ())
    assert {(one.field, one.rows) for one in tally.take()} == {("key", 1), ("received", 1), ("team", 1)}


def test_what_was_taken_is_not_told_again() -> None:
    tally = Tally("s")
    counted(tally, row(2))
    assert tally.take() == ()


def test_an_event_counts_by_what_it_says(edge: Edge, raw: Callable[..., bytes]) -> None:
    tally = Tally(day=dt.date(2025, 3, 10))
    for number, draft in enumerate(
        (raw(), raw(time="2025-03-11T09:00:00+00:00"), b"{", raw("unheard-of")), 1
    ):
        one = Row(number, (draft,))
        tally.events(one, admitted(one, "demo", edge))
    assert set(tally.take()) == {
        Count("demo/cases", "work.received", "id", "valid", 2),
        Count("demo/cases", "work.received", "time", "valid", 1),
        Count("demo/cases", "work.received", "time", "future", 1, (2,)),
        Count("demo/cases", "work.received", "kind", "valid", 2),
        Count("demo/cases", "work.received", "team", "valid", 2),
        Count("(not told)", "", "(row)", "unreadable", 1, (3,)),
        Count("(not told)", "", "type", "not-in-list", 1, (4,)),
    }


def test_an_event_whose_id_stood_before_is_a_duplicate_also_after_a_kill(
    edge: Edge, raw: Callable[..., bytes]
) -> None:
    rows = [Row(n, (raw(id=name),)) for n, name in enumerate(("e1", "e2", "e1", "e3", "e2"), 1)]
    rows.insert(2, Row(6, (b"{no event",)))

    def told(after: int) -> dict[str, tuple[int, Any]]:
        tally = Tally(after=after)
        for one in Watched(iter(rows), tally, lambda: 0):
            if one.number > after:
                tally.events(one, admitted(one, "demo", edge))
        return {one.result: (one.rows, one.examples) for one in tally.take() if one.field == "id"}

    assert told(0) == {"valid": (3, ()), "duplicate": (2, (3, 5))}
    assert told(3) == {"valid": (1, ()), "duplicate": (1, (5,))}
