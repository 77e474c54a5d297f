"""Tells figures that were given and are no longer so, each with what changed it.

Finding the causes takes a reading of the past, so a few are told at a time, beside what is told live. What
waits is in memory alone: who tells looks at every figure when it begins, and so finds again what nobody said.
"""

from __future__ import annotations

import datetime as dt

from schemas.measures import CausingEvent, RestatementCause
from services.metrics.answers.asking import Ask, BadQuestion, NotThere, Sources
from services.metrics.answers.restatements import Past, restatements
from services.metrics.domain.periods import parse
from services.metrics.domain.restatement import Restatement, Share, place_of
from services.metrics.domain.telling import Rests, value_of
from services.metrics.restating import TYPE, Found, Restated, Restater, Waiting
from services.metrics.telling import News, Teller

AT_ONCE = 20
MOST_EVENTS = 20
"""Events named of each cause; `/v1/restatements` has them all."""


class RestatementHerald:
    """Tells what the restater lets wait, by cause."""

    def __init__(self, sources: Sources, past: Past, teller: Teller) -> None:
        self._sources, self._past, self._teller = sources, past, teller

    async def round(self, now: dt.datetime) -> int:
        """Tell some of what waits; answers how many events were sent."""
        restater = self._teller.restater
        if restater is None:
            return 0
        told: list[tuple[Waiting, Restated | None]] = []
        news: list[News] = []
        for waiting in restater.waiting(AT_ONCE):
            found = await self._found(restater, waiting, now.date())
            told.append((waiting, found[0] if found else None))
            if found:
                restated, rests, causes = found
                news.append(News(waiting.tenant, restated.notice, TYPE, restated.event(rests, causes)))
        await self._teller.tell(news, now)
        for waiting, restated_ in told:
            restater.said(waiting, restated_)
        return len(news)

    async def _found(
        self, restater: Restater, waiting: Waiting, today: dt.date
    ) -> tuple[Restated, Rests, tuple[RestatementCause, ...] | None] | None:
        """The figure as it is now with its causes; None where it is again as was said last."""
        tenant, restated, rests = waiting
        subject = restated.subject
        ask = Ask(tenant, subject.unit, today, today)
        try:
            periods = [parse(subject.period)]
            answer = await restatements(self._sources, self._past, ask, [subject.measure], periods)
        except (BadQuestion, NotThere):  # too much to tell apart, or the measure is gone since
            return restated, rests, None
        one = answer.what[0]
        value = value_of(one.now, self._sources.declared(subject.measure), today)
        now = restater.restated(tenant, Found(subject, value), restated.given)
        fresh = answer.fresh.fresh_at.isoformat() if answer.fresh.fresh_at else rests.fresh_at
        return (now, Rests(fresh, dict(answer.fresh.positions)), causes_of(one)) if now else None


def causes_of(restatement: Restatement) -> tuple[RestatementCause, ...]:
    """Each cause with its part and its events."""
    return tuple(_cause(share) for share in restatement.shares)


def _cause(share: Share) -> RestatementCause:
    first_lines = {place_of(line): line for line in reversed(share.lines)}
    events = [
        CausingEvent(
            source=line.source,
            id=line.id,
            type=line.type,
            subject=line.subject,
            topic=line.topic,
            partition=line.partition,
            offset=line.offset,
        )
        for line in list(reversed(first_lines.values()))[:MOST_EVENTS]
    ]
    value, numerator, denominator = share.change
    return RestatementCause(
        cause=share.cause,
        value=value,
        numerator=numerator,
        denominator=denominator,
        lines=len(share.lines),
        events=tuple(events),
    )
