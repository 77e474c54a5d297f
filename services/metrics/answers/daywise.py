"""What stood at the end of several days, told apart as months do not keep it, from one look at the lines."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence

from services.metrics.answers.asking import Cuts, Sums
from services.metrics.domain.cuts import Where
from services.metrics.domain.figures import ONE_DAY
from services.metrics.domain.trail import BEGINNING
from services.metrics.domain.units import Span, Teams

Cells = Mapping[tuple[str, ...], int]
"""Amounts by the texts that they are told apart by."""


async def stood_on(
    ledger: Sums,
    accounts: Sequence[str],
    teams: Teams,
    days: Sequence[dt.date],
    by: Sequence[str],
    where: Where = (),
) -> dict[dt.date, Cells]:
    """The cells of each day: those of the first, and what was posted from one to the next.

    Months are cut by month, and a last day within its month is asked by itself: cut by day there would be as
    many cells as lines.
    """
    asked, found = sorted(set(days)), dict[dt.date, Cells]()
    if len(asked) > 1 and not _ends_month(asked[-1]) and all(map(_ends_month, asked[:-1])):
        found = await stood_on(ledger, accounts, teams, [asked.pop()], by, where)
    if not asked:
        return found
    opening = Cuts(tuple(accounts), (Span(BEGINNING, asked[0], teams),), tuple(by), where)
    stands = Counter({cell.by: cell.amount for cell in await ledger.sums(opening)})
    found[asked[0]] = Counter(stands)
    if asked[1:]:
        cut = "month" if all(map(_ends_month, asked)) else "day"
        since = Span(asked[0] + ONE_DAY, asked[-1], teams)
        steps = iter(await ledger.sums(Cuts(tuple(accounts), (since,), (cut, *by), where)))
        step = next(steps, None)
        for day in asked[1:]:
            while step is not None and step.by[0] <= day.isoformat()[: len(step.by[0])]:
                stands[step.by[1:]] += step.amount
                step = next(steps, None)
            found[day] = Counter(stands)
    return found


def _ends_month(day: dt.date) -> bool:
    return (day + ONE_DAY).day == 1
