"""The thin line under the header."""

import datetime as dt

from services.dashboard.domain import freshness
from services.dashboard.domain.answers import Feed

NOW = dt.datetime(2026, 11, 18, 9, 14, tzinfo=dt.UTC)
SILENT = Feed(source="demo/cases", quiet=True, last_known="2026-11-17T17:02:00+00:00")


def test_a_past_day_tells_of_a_silent_feed_too_for_what_it_holds_back_may_be_of_that_day() -> None:
    found = freshness.of([SILENT], NOW.isoformat(), as_at=dt.date(2026, 11, 16), paused=False, now=NOW)
    assert found.state == "past"
    assert found.text.endswith("with what is known now. demo/cases has been quiet since yesterday 17:02.")


def test_a_past_day_with_fresh_feeds_says_no_more_than_the_day() -> None:
    found = freshness.of(
        [Feed(source="a")], NOW.isoformat(), as_at=dt.date(2026, 11, 16), paused=False, now=NOW
    )
    assert found.text == "As it stood at the end of 16 Nov, with what is known now."
