"""Commitments, exceptions and freshness in words."""

import datetime as dt

from services.dashboard.domain import exceptions, freshness, promises
from services.dashboard.domain.agreements import (
    Acknowledged,
    Asking,
    Commitment,
    Escalation,
    Meeting,
    NextAsking,
    Review,
)
from services.dashboard.domain.answers import Feed, Point, Series

NOW = dt.datetime(2026, 11, 18, 9, 14, tzinfo=dt.UTC)
TODAY = NOW.date()
NAMES = {"w-1": "Leah Brook", "w-2": "Dan Whitlock"}


def name(staff: str) -> str:
    return NAMES.get(staff, staff)


def commitment(**more: object) -> Commitment:
    base = {"id": "c", "unit": "north", "text": "Re-plan", "owner": "w-1", "deadline": "2026-11-15"}
    return Commitment(**{**base, **more})  # type: ignore[arg-type]


def test_a_late_commitment_says_by_how_much_and_whose_it_is() -> None:
    told = promises.promise(commitment(), name, TODAY)
    assert told.standing.text == "Late by 3 days"
    assert told.detail == "Leah Brook, due 15 Nov"


def test_late_ones_come_first_and_ended_ones_last() -> None:
    ended = commitment(id="a", state="done", ended_at="2026-11-01T10:00:00+00:00")
    soon = commitment(id="b", deadline="2026-12-01")
    assert [one.id for one in promises.in_order([ended, soon, commitment()])] == ["c", "b", "a"]


def test_kept_on_time_counts_this_quarter_alone() -> None:
    kept = commitment(deadline="2026-10-10", state="done", ended_at="2026-10-10T18:00:00+01:00")
    late = commitment(deadline="2026-10-11", state="done", ended_at="2026-10-12T09:00:00+01:00")
    old = commitment(deadline="2026-09-30", state="done", ended_at="2026-09-01T09:00:00+01:00")
    dropped = commitment(deadline="2026-10-20", state="dropped")
    assert promises.kept_this_quarter([kept, late, old, dropped], TODAY) == "1 of 2 kept on time this quarter"
    assert promises.kept_this_quarter([old], TODAY) == ""


def moved(since: int) -> Series:
    """Twelve months of thirty, then forty from the month `since` of 2026 on."""
    points = [Point(period=f"2025-{month:02d}", value=30) for month in range(1, 13)]
    points += [
        Point(
            period=f"2026-{month:02d}",
            value=40 if month >= since else 30,
            mean=33,
            special_cause="shift" if month >= since else None,
            direction="high" if month >= since else None,
        )
        for month in range(1, 11)
    ]
    return Series(
        measure="completed", name="Work completed", points=tuple(points), variation="improvement_high"
    )


def test_it_worked_only_when_the_measure_moved_after_it_was_agreed() -> None:
    done = commitment(
        state="done",
        measure="completed",
        agreed_at="2026-04-14T10:00:00+01:00",
        ended_at="2026-05-06T10:00:00+01:00",
    )
    (worked,) = promises.that_worked([done], {"completed": moved(4)}, TODAY)
    assert worked.detail == "Kept 6 May. Work completed went from 30 to 40 a month."
    assert promises.that_worked([done], {"completed": moved(2)}, TODAY) == []
    assert promises.that_worked([commitment(measure="completed")], {"completed": moved(4)}, TODAY) == []


def test_a_meeting_knows_what_keeps_it_open() -> None:
    meeting = Meeting(
        id="m", unit="n", title="t", starts="", to_review=("a", "b"), reviewed=(Review(commitment="a"),)
    )
    assert promises.not_reviewed(meeting) == ["b"]


def test_a_meeting_that_is_held_comes_before_one_that_is_planned() -> None:
    planned = Meeting(id="p", unit="n", title="t", starts="2026-11-19T10:00:00+00:00")
    held = Meeting(id="h", unit="n", title="t", starts="2026-11-20T10:00:00+00:00", state="in_progress")
    found = promises.next_meeting([planned, held])
    assert found is not None
    assert found.id == "h"
    assert promises.next_meeting([]) is None


def exception(**more: object) -> Escalation:
    base = {"id": "e", "unit": "north", "title": "Overdue", "raised_at": "2026-11-16T08:00:00+00:00"}
    return Escalation(**{**base, **more})  # type: ignore[arg-type]


def test_an_exception_says_where_it_goes_unless_somebody_acts() -> None:
    going = exception(next=NextAsking(person="w-2", role="head", at="2026-11-19T12:00:00+00:00"))
    told = exceptions.need(going, name, NOW)
    assert told.when == "Raised 2 days ago"
    assert told.next == "Goes to Dan Whitlock (head of service) tomorrow 12:00 unless you act."


def test_an_exception_says_who_is_on_it_or_that_nobody_is_left() -> None:
    taken = exception(state="acknowledged", acknowledged=Acknowledged(by="w-1", note="Sharing them out"))
    assert exceptions.what_next(taken, name, NOW) == "Leah Brook is on it: “Sharing them out”"
    stuck = exception(asked=(Asking(person="w-1"), Asking(person="w-2")))
    assert (
        exceptions.what_next(stuck, name, NOW) == "Leah Brook and Dan Whitlock asked; nobody is left to ask."
    )
    assert exceptions.what_next(exception(), name, NOW) == "Nobody could be found to ask."


def test_what_waits_comes_before_what_is_in_hand_and_the_serious_first() -> None:
    taken = exception(id="taken", state="acknowledged")
    notice, serious = exception(id="notice", severity="notice"), exception(id="serious", severity="serious")
    assert [one.id for one in exceptions.in_order([taken, notice, serious])] == ["serious", "notice", "taken"]


FRESH = "2026-11-18T09:13:50+00:00"


def fresh(feeds: list[Feed] | None, fresh_at: str | None = FRESH, **more: object) -> freshness.Freshness:
    given = {"as_at": None, "paused": False, "now": NOW} | more
    return freshness.of(feeds, fresh_at, **given)  # type: ignore[arg-type]


def test_live_is_said_only_when_the_log_was_just_read_to_its_end() -> None:
    feeds = [Feed(source="demo/cases"), Feed(source="demo/hr")]
    assert fresh(feeds).text == "Live. As at today 09:13. All 2 feeds are fresh."
    stale = fresh(feeds, "2026-11-18T09:10:00+00:00")
    assert stale.state == "late"
    assert stale.text == "As at today 09:10: newer events have not been counted yet."
    assert fresh(feeds, None).text == "The log has not been read to its end yet."


def test_a_quiet_feed_is_named() -> None:
    quiet = Feed(source="demo/cases", quiet=True, last_known="2026-11-17T17:02:00+00:00")
    assert fresh([quiet]).text == "Live. As at today 09:13. demo/cases has been quiet since yesterday 17:02."
    assert fresh([quiet]).state == "late"


def test_the_past_and_the_unknown_are_not_called_live() -> None:
    assert fresh([], as_at=dt.date(2026, 9, 30)).text.startswith("As it stood at the end of 30 Sep")
    assert fresh(None).state == "unknown"
    assert fresh([Feed(source="a")], paused=True).text == "Paused. As at today 09:13. The feed is fresh."
