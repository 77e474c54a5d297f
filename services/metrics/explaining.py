"""Tells figures that were given and are no longer so, each with what changed it.

Finding the causes takes a reading of the past, so a few are told at a time, beside what is told live. What
waits is in memory alone: who tells looks at every figure when it begins, and so finds again what nobody said.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from schemas.measures import CausingEvent, RestatementCause
from services.metrics.answers.asking import Ask, BadQuestion, NotThere, Sources
from services.metrics.answers.restatements import Past, restatements
from services.metrics.domain.periods import parse
from services.metrics.domain.restatement import Restatement, Share, place_of
from services.metrics.domain.telling import Rests, value_of
from services.metrics.restating import TYPE, Restated, Restater, Waiting
from services.metrics.restating import Found as Looked
from services.metrics.telling import News, Teller

AT_ONCE = 20
MANY = 1000
"""When so many wait, the older ones are told without causes: they would come hours late."""
MANY_AT_ONCE = 500
MOST_EVENTS = 20
"""Events named of each cause; `/v1/restatements` has them all."""


class Found(NamedTuple):
    """A figure to be told as restated, what it rests on, and its causes (None: not told apart)."""

    restated: Restated
    rests: Rests
    causes: tuple[RestatementCause, ...] | None


class RestatementHerald:
    """Tells what the restater lets wait, by cause."""

    def __init__(self, sources: Sources, past: Past, teller: Teller) -> None:
        self._sources, self._past, self._teller = sources, past, teller

    async def round(self, now: dt.datetime) -> int:
        """Tell some of what waits; answers how many events were sent."""
        restater = self._teller.restater
        if restater is None:
            return 0
        waiting = restater.waiting()
        told: list[tuple[Waiting, Found | None]] = [
            (one, await self._found(restater, one, now.date())) for one in waiting[:AT_ONCE]
        ]
        late = waiting[AT_ONCE:][MANY:][:MANY_AT_ONCE]
        told += [(one, Found(one.restated, one.rests, None)) for one in late]
        news = [
            News(one.tenant, found.restated.notice, TYPE, found.restated.event(found.rests, found.causes))
            for one, found in told
            if found
        ]
        await self._teller.tell(news, now)
        for one, found in told:
            restater.said(one, found.restated if found else None)
        return len(news)

    async def _found(self, restater: Restater, waiting: Waiting, today: dt.date) -> Found | None:
        """The figure as it is now with its causes; None where it is again as was said last."""
        tenant, restated, rests = waiting
        subject = restated.subject
        ask = Ask(tenant, subject.unit, today, today)
        try:
            periods = [parse(subject.period)]
            answer = await restatements(self._sources, self._past, ask, [subject.measure], periods)
        except (BadQuestion, NotThere):  # too much to tell apart, or the measure is gone since
            return Found(restated, rests, None)
        one = answer.what[0]
        value = value_of(one.now, self._sources.declared(subject.measure), today)
        now = restater.restated(tenant, Looked(subject, value), restated.given)
        fresh = answer.fresh.fresh_at.isoformat() if answer.fresh.fresh_at else rests.fresh_at
        return Found(now, Rests(fresh, dict(answer.fresh.positions)), causes_of(one)) if now else None


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
