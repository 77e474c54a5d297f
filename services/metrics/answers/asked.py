"""What all reports ask alike: which days, and what stood or happened, cut as it is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from services.metrics.answers.asking import Ask, BadQuestion, Cuts, Sum, Sums
from services.metrics.domain.complete import Family
from services.metrics.domain.cuts import ALL, Only
from services.metrics.domain.periods import containing
from services.metrics.domain.trail import BEGINNING
from services.metrics.domain.units import Span, Teams

MONTHS = 12
ONE_DAY = dt.timedelta(days=1)

Days = tuple[dt.date | None, dt.date | None]
"""The first and the last day asked for, where somebody named them."""


def checked(days: Days) -> Days:
    """The days, unless they end before they begin."""
    first, last = days
    if first and last and first > last:
        raise BadQuestion("from", f"The report would end on {last}, before it begins on {first}.")
    return days


def months_until(ask: Ask, days: Days, months: int = MONTHS, of: Family = "work") -> tuple[dt.date, dt.date]:
    """First and last day, none after the day asked; without days so many months with the present one.

    Days before the feeds of work, or of packages, were complete are left out.
    """
    first, last = checked(days)
    this = containing(ask.as_at, "month")
    found = first or this.back(months - 1).first, min(last or this.last, ask.as_at)
    return max(found[0], complete(ask, found[1], of)), found[1]


def complete(ask: Ask, day: dt.date, of: Family = "work") -> dt.date:
    """The first day that is complete in the unit asked; refused where that is after the day asked for.

    Refused too where nothing at all was known yet: a report of nought would be a lie.
    """
    if ask.before_all:
        raise BadQuestion("as_known", ask.note or "Nothing was known then.")
    since = ask.complete_in.get(of, dt.date.min)
    if day < since:
        raise BadQuestion(
            "from", f"There are no figures of days before {since}, from which on the feeds are complete here."
        )
    return since


async def standing(
    ledger: Sums, account: str, teams: Teams, day: dt.date, by: Sequence[str], only: Only = ALL
) -> list[Sum]:
    """What stands on an account at the end of a day."""
    return await ledger.sums(Cuts((account,), (Span(BEGINNING, day, teams),), tuple(by), only.where))


async def happened(
    ledger: Sums, accounts: Sequence[str], spans: Sequence[Span], by: Sequence[str], only: Only = ALL
) -> list[Sum]:
    """What was posted to accounts in spans of days, of each those of the teams that count in it."""
    return await ledger.sums(Cuts(tuple(accounts), tuple(spans), tuple(by), only.where))
