"""The thin line under the header: live or not, as at when, which feed is late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from services.dashboard.domain import words
from services.dashboard.domain.answers import Feed

STALE_AFTER = dt.timedelta(seconds=30)
"""A log read to its end longer ago than this is not called live."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far the reader may trust that this is now."""

    state: Literal["live", "paused", "late", "past", "unknown"]
    text: str


def of(
    feeds: Sequence[Feed] | None,
    fresh_at: str | None,
    *,
    as_at: dt.date | None,
    paused: bool,
    now: dt.datetime,
) -> Freshness:
    """Say the page's moment; `feeds` None means that nobody could be asked."""
    today = now.astimezone(words.LONDON).date()
    if as_at is not None:
        silent = [feed for feed in feeds or () if feed.quiet]
        said = f"As it stood at the end of {words.day(as_at, today)}, with what is known now."
        return Freshness("past", f"{said} {_late(silent, now)}" if silent else said)
    if feeds is None:
        return Freshness("unknown", "How fresh the figures are cannot be said now: metrics does not answer.")
    read = words.instant(fresh_at)
    late = [feed for feed in feeds if feed.quiet]
    stale = read is None or now - read > STALE_AFTER
    start = _start(fresh_at, stale, paused, now)
    if late:
        return Freshness("late", f"{start} {_late(late, now)}")
    if stale:
        return Freshness("late", start)
    return Freshness("paused" if paused else "live", f"{start} {_fresh(len(feeds))}".strip())


def _start(fresh_at: str | None, stale: bool, paused: bool, now: dt.datetime) -> str:
    if fresh_at is None:
        return "The log has not been read to its end yet."
    moment = words.moment(fresh_at, now)
    if stale:
        return f"As at {moment}: newer events have not been counted yet."
    return f"{'Paused' if paused else 'Live'}. As at {moment}."


def _fresh(count: int) -> str:
    if count == 0:
        return "No feed has sent anything yet."
    return "The feed is fresh." if count == 1 else f"All {count} feeds are fresh."


def _late(late: Sequence[Feed], now: dt.datetime) -> str:
    if len(late) == 1:
        return f"{late[0].source} has been quiet since {words.moment(late[0].last_known, now)}."
    return f"{words.listed([feed.source for feed in late])} have been quiet for too long."
