"""Who feeds the ledger: how often each speaks, when it spoke last, and who has been silent for too long."""

from __future__ import annotations

from dataclasses import dataclass

from services.dashboard.domain import questions, words
from services.dashboard.domain.answers import Feed
from services.dashboard.flow import Asked

CADENCES = {"live": "live, at least every 4 hours", "nightly": "every night", "weekly": "every week"}


@dataclass(frozen=True)
class FeedRow:
    """One feed in words."""

    feed: Feed
    cadence: str
    last_event: str
    last_heard: str
    standing: str
    complete: str


@dataclass(frozen=True)
class FeedsPage:
    """All the feeds, the silent ones first."""

    title: str
    rows: list[FeedRow]


async def feeds(asked: Asked) -> FeedsPage:
    """Every feed and how well it speaks."""
    found = await asked.reader.read(questions.feeds())
    rows = sorted(found.feeds, key=lambda one: (not one.quiet, one.source))
    return FeedsPage(_title(rows), [_row(one, asked) for one in rows])


def _title(rows: list[Feed]) -> str:
    quiet = [one.source for one in rows if one.quiet]
    if not rows:
        return "No feed has sent anything yet"
    if quiet:
        many = "has" if len(quiet) == 1 else "have"
        return f"{words.listed(quiet)} {many} been silent for too long"
    return {1: "The feed is fresh", 2: "Both feeds are fresh"}.get(
        len(rows), f"All {len(rows)} feeds are fresh"
    )


def _row(one: Feed, asked: Asked) -> FeedRow:
    now, today = asked.when.now, asked.when.today
    cadence = CADENCES.get(one.cadence or "", words.coded(one.cadence) or "not known")
    heard = words.moment(one.last_known, now) if one.last_known else "never"
    if one.quiet:
        standing = f"Silent since {heard}"
    elif one.late_from:
        standing = f"Speaks; would be late from {words.moment(one.late_from, now)}"
    else:
        standing = "Speaks"
    return FeedRow(
        feed=one,
        cadence=cadence if one.declared else f"{cadence} (not declared: held to this)",
        last_event=words.near_day(one.last_event, today) if one.last_event else "–",
        last_heard=heard,
        standing=standing,
        complete=words.day(one.complete_from, today) if one.complete_from else "not declared",
    )
