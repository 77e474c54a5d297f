"""Tells of feeds: one that has been silent for too long, once, and that it speaks again, once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import msgspec

from schemas.envelope import Envelope
from schemas.measures import FeedRecovered, FeedStale
from services.metrics.answers.asking import Sources
from services.metrics.domain.telling import Notice, Telling
from services.metrics.domain.worklist import SILENCE, Cadence, Feed
from services.metrics.telling import News, Teller

LOOK_EVERY = dt.timedelta(seconds=15)
FRESH = dt.timedelta(minutes=1)
"""A ledger that has not read the whole log for longer knows nothing about the silence of others."""

_SAID = msgspec.json.Decoder(Envelope)
_STALE = msgspec.json.Decoder(FeedStale)


class FeedHerald:
    """Looks now and then at the feeds whose cadence is declared; of others nobody knows what is late."""

    def __init__(self, sources: Sources, teller: Teller, cadences: Mapping[str, Cadence]) -> None:
        self._sources, self._teller, self._cadences = sources, teller, cadences
        self._look_again: dt.datetime | None = None

    async def round(self, now: dt.datetime) -> int:
        """Tell what has changed; answers how many events were sent."""
        if self._look_again and now < self._look_again:
            return 0
        self._look_again = now + LOOK_EVERY
        news: list[News] = []
        for tenant in self._teller.tenants if self._cadences else ():
            async with self._sources.readings.snapshot(tenant, None) as snapshot:
                fresh = (await snapshot.freshness()).fresh_at
                if fresh is not None and now - fresh <= FRESH:
                    news += self._changed(tenant, await snapshot.feeds(now.date()), now)
        if news:
            await self._teller.tell(news, now)
        return len(news)

    def _changed(self, tenant: str, feeds: list[Feed], now: dt.datetime) -> list[News]:
        news = []
        for feed in feeds:
            cadence = self._cadences.get(feed.source)
            if cadence is None:
                continue
            last = self._teller.noticed(tenant, f"feed/{feed.source}")
            was_stale = last is not None and last.subject.what == "feed.stale"
            if feed.quiet(cadence, now) != was_stale:
                news.append(
                    _recovered(tenant, feed, cadence, last) if was_stale else _stale(tenant, feed, cadence)
                )
        return news


def _stale(tenant: str, feed: Feed, cadence: Cadence) -> News:
    since = feed.last_known + SILENCE[cadence] if feed.last_known else None
    data = FeedStale(
        source=feed.source,
        cadence=cadence,
        last_event=_text(feed.last_event),
        last_known=_text(feed.last_known),
        since=_text(since),
    )
    return News(tenant, Notice("feed.stale", f"feed/{feed.source}"), "primed.feed.stale.v1", data)


def _recovered(tenant: str, feed: Feed, cadence: Cadence, last: Telling | None) -> News:
    said = _STALE.decode(_SAID.decode(last.payload).data) if last else None
    data = FeedRecovered(
        source=feed.source,
        cadence=cadence,
        last_event=_text(feed.last_event),
        last_known=_text(feed.last_known),
        stale_since=said.since if said else None,
    )
    return News(tenant, Notice("feed.recovered", f"feed/{feed.source}"), "primed.feed.recovered.v1", data)


def _text(moment: dt.date | None) -> str | None:
    return moment.isoformat() if moment else None
