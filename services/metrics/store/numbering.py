"""What a batch adds to the ledger as columns of numbers: lines, their sums by month and day, what to tell.

Everything here comes out in the order of its keys, the same for every worker, so that two who write the same
rows wait for each other and never in a circle.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from eventlog.records import TopicPartition
from services.metrics.domain.accounts import ACCOUNTS
from services.metrics.domain.batch import Line
from services.metrics.domain.book import Key
from services.metrics.domain.hearing import ItemId
from services.metrics.store.packing import (
    Column,
    Lines,
    add_up,
    day_number,
    day_of,
    encode,
    lines_of,
    moment_number,
)
from services.metrics.store.words import Words

STOCKS = frozenset(name for name, account in ACCOUNTS.items() if account.nature == "stock")
_WEEK = 7
_MONDAY = 3
"""1970-01-01 was a Thursday: day -3 a Monday."""


async def learn_words(lines: Sequence[Line], words: Words) -> None:
    """Know a number for every name in the lines."""
    if lines:
        accounts, teams, _, kinds, settings, workers, details = map(set, zip(*_keys(lines), strict=True))
        await words.learn(accounts | teams | kinds | settings | workers)
        await words.learn_details(details)


async def learned(
    lines: Sequence[Line], numbers: Mapping[ItemId, int], words: Words
) -> list[tuple[str, Lines]]:
    """As `numbered`; where the lines have names that are not known yet, they are learnt first."""
    try:
        return list(numbered(lines, numbers, words))
    except KeyError:  # rare, and then to look for names costs as much as to number the lines
        await learn_words(lines, words)
        return list(numbered(lines, numbers, words))


def numbered(
    lines: Sequence[Line], numbers: Mapping[ItemId, int], words: Words
) -> Iterator[tuple[str, Lines]]:
    """The lines of each tenant as columns, in the order of the batch; `KeyError` when a name is unknown."""
    if not lines:
        return
    ns = _numbers(map(_N, lines), len(lines))
    starts = np.flatnonzero(ns == 0)
    events = [lines[start] for start in starts.tolist()]
    counts = np.diff(starts, append=len(lines))
    accounts, teams, days, kinds, settings, workers, details = zip(*_keys(lines), strict=True)
    number, day_numbers = words.number, {day: day_number(day) for day in set(days)}
    every = lines_of(
        _looked_up(number, accounts),
        _looked_up(number, teams),
        _looked_up(day_numbers, days),
        _looked_up(number, kinds),
        _looked_up(number, settings),
        _looked_up(number, workers),
        _looked_up(words.details, details),
        _numbers(map(_AMOUNT, lines), len(lines)),
        np.repeat(_looked_up(numbers, [event.item for event in events]), counts),
        np.repeat(_places(events), counts),
        ns,
        np.repeat(_moments(events), counts),
    )
    yield from _by_tenant([event.item.tenant for event in events], counts, every)


_N, _KEY, _AMOUNT = itemgetter(1), itemgetter(4), itemgetter(5)


def _keys(lines: Sequence[Line]) -> list[Key]:
    return list(map(_KEY, lines))


def _numbers(values: Iterable[int], count: int) -> Column:
    return np.fromiter(values, np.int64, count)


def _looked_up(numbers: Mapping[Any, int], names: Sequence[Any]) -> Column:
    return _numbers(map(numbers.__getitem__, names), len(names))


def _places(events: Sequence[Line]) -> Column:
    fronts: dict[TopicPartition, int] = {}
    places = []
    for event in events:
        place = event.place
        front = fronts.get(place[:2])
        if front is None:
            fronts[place[:2]] = front = encode(place) - place.offset
        places.append(front + place.offset)
    return np.array(places, np.int64)


def _moments(events: Sequence[Line]) -> Column:
    found: dict[dt.datetime, int] = {}
    for event in events:
        if event.known_at not in found:
            found[event.known_at] = moment_number(event.known_at)
    return np.array([found[event.known_at] for event in events], np.int64)


def _by_tenant(tenants: list[str], counts: Column, every: Lines) -> Iterator[tuple[str, Lines]]:
    distinct = sorted(set(tenants))
    if len(distinct) == 1:
        yield distinct[0], every
        return
    place = {tenant: number for number, tenant in enumerate(distinct)}
    of_line = np.repeat(np.array([place[tenant] for tenant in tenants]), counts)
    for number, tenant in enumerate(distinct):
        yield tenant, every.of(of_line == number)


class Months(NamedTuple):
    """What lines add to each month: columns of keys and sums, and the sums by day behind one another."""

    account: Column
    team: Column
    month: Column
    kind: Column
    setting: Column
    detail: Column
    amount: Column
    first: Column
    last: Column
    days: Column
    amounts: Column
    """`first` and `last` say which of `days` and `amounts` belong to a month, counted from 1; `month` is its
    first day, `days` are days of the month."""


def months(lines: Lines, words: Words) -> Months:
    """The sums of one tenant's lines as `month` holds them; days on which they cancel out are left out."""
    stock = np.isin(lines.account, [words.number[name] for name in STOCKS if name in words.number])
    detail = np.where(stock, 0, lines.detail)
    begins = first_of_month(lines.day)
    keys = (lines.account, lines.team, begins, lines.kind, lines.setting, detail)
    (*held, day), amounts = add_up((*keys, lines.day), lines.amount)
    of_month = day - held[2] + 1
    starts = _starts(held) if len(amounts) else amounts
    sums = np.add.reduceat(amounts, starts) if len(amounts) else amounts
    ends = np.append(starts[1:], len(amounts)) if len(amounts) else amounts
    account, team, month, kind, setting, detail = (column[starts] for column in held)
    return Months(account, team, month, kind, setting, detail, sums, starts + 1, ends, of_month, amounts)


def _starts(ordered: Sequence[Column]) -> Column:
    """Where in ordered columns another combination begins."""
    new = np.zeros(len(ordered[0]) - 1, np.bool_)
    for column in ordered:
        new |= column[1:] != column[:-1]
    return np.concatenate(([0], np.flatnonzero(new) + 1))


def first_of_month(days: Column) -> Column:
    """The first day of each day's month."""
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64)


class Changed(NamedTuple):
    """What there is to tell of one tenant: an account of a team, from a day to another (None: to today)."""

    team: int
    account: int
    since: dt.date
    until: dt.date | None


def changed(found: Months, words: Words) -> list[Changed]:
    """Flows by weeks, those next to one another as one; stocks from their first changed day on."""
    counts = found.last - found.first + 1
    account, team = np.repeat(found.account, counts), np.repeat(found.team, counts)
    day = np.repeat(found.month, counts) + found.days - 1
    stock = np.isin(account, [words.number[name] for name in STOCKS if name in words.number])
    flow = ~stock
    monday = day[flow] - (day[flow] + _MONDAY) % _WEEK
    return [*_weeks(team[flow], account[flow], monday), *_since(team[stock], account[stock], day[stock])]


def _weeks(team: Column, account: Column, monday: Column) -> Iterator[Changed]:
    (teams, accounts, mondays), _ = add_up((team, account, monday), np.ones_like(monday))
    if not len(mondays):
        return
    new = (teams[1:] != teams[:-1]) | (accounts[1:] != accounts[:-1]) | (mondays[1:] != mondays[:-1] + _WEEK)
    starts = np.concatenate(([0], np.flatnonzero(new) + 1))
    ends = np.append(starts[1:], len(mondays)) - 1
    rows = zip(teams[starts], accounts[starts], mondays[starts], mondays[ends] + _WEEK - 1, strict=True)
    for one, what, first, last in rows:
        yield Changed(int(one), int(what), day_of(int(first)), day_of(int(last)))


def _since(team: Column, account: Column, day: Column) -> Iterator[Changed]:
    (teams, accounts, days), _ = add_up((team, account, day), np.ones_like(day))
    last = None
    for one, what, first in zip(teams.tolist(), accounts.tolist(), days.tolist(), strict=True):
        if last != (one, what):
            yield Changed(one, what, day_of(first), None)
        last = (one, what)
