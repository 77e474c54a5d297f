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
from services.metrics.domain.batch import Folded
from services.metrics.domain.book import Detail
from services.metrics.domain.hearing import Heard, ItemId
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


class _Names(NamedTuple):
    """The keys of lines as columns."""

    account: Sequence[str]
    team: Sequence[str]
    day: Sequence[dt.date]
    kind: Sequence[str]
    setting: Sequence[str]
    worker: Sequence[str]
    detail: Sequence[Detail]


async def learned(folded: Folded, numbers: Mapping[ItemId, int], words: Words) -> list[tuple[str, Lines]]:
    """The lines of each tenant as columns, in the order of the batch; names not met before are learnt first.

    `numbers` has the number of each item.
    """
    if not folded.entries:
        return []
    names = _Names(*zip(*map(_KEY, folded.entries), strict=True))
    columns = [await _learned(words, texts) for texts in (names.account, names.team, names.kind)]
    columns += [await _learned(words, texts) for texts in (names.setting, names.worker)]
    columns.append(await _of_details(words, names.detail))
    return list(_by_tenant(folded, _numbered(folded, names.day, columns, numbers)))


async def _learned(words: Words, texts: Sequence[str]) -> Column:
    """The numbers of texts; nearly always all of them were met before, so that is tried first."""
    if texts.count(texts[0]) == len(texts):
        await words.learn(texts[:1])
        return np.full(len(texts), words.number[texts[0]], np.int64)
    try:
        return _looked_up(words.number, texts)
    except KeyError:
        await words.learn(texts)
        return _looked_up(words.number, texts)


def _numbered(
    folded: Folded, days: Sequence[dt.date], names: Sequence[Column], numbers: Mapping[ItemId, int]
) -> Lines:
    account, team, kind, setting, worker, detail = names
    events, counts = folded.events, np.array(folded.counts, np.int64)
    return lines_of(
        account,
        team,
        _looked_up({day: day_number(day) for day in set(days)}, days),
        kind,
        setting,
        worker,
        detail,
        _numbers(map(_AMOUNT, folded.entries), len(folded.entries)),
        np.repeat(_looked_up(numbers, [event.item for event in events]), counts),
        np.repeat(_places(events), counts),
        _counted(counts),
        np.repeat(_moments(events), counts),
    )


_KEY, _AMOUNT = itemgetter(0), itemgetter(1)


def _counted(counts: Column) -> Column:
    """0, 1, 2 … of each event's lines."""
    ends: Column = np.cumsum(counts)
    within: Column = np.arange(ends[-1]) - np.repeat(ends - counts, counts)
    return within


def _numbers(values: Iterable[int], count: int) -> Column:
    return np.fromiter(values, np.int64, count)


def _looked_up(numbers: Mapping[Any, int], names: Sequence[Any]) -> Column:
    return _numbers(map(numbers.__getitem__, names), len(names))


async def _of_details(words: Words, details: Sequence[Detail]) -> Column:
    """As `_learned`, each object once: to hash a tuple in a tuple takes longer than to know it again."""
    ids = list(map(id, details))
    known = dict(zip(ids, details, strict=True))
    await words.learn_details(known.values())
    return _looked_up({one: words.details[detail] for one, detail in known.items()}, ids)


def _places(events: Sequence[Heard]) -> Column:
    fronts: dict[TopicPartition, int] = {}
    places = []
    for event in events:
        topic, partition, offset = place = event.place
        front = fronts.get((topic, partition))
        if front is None:
            fronts[topic, partition] = front = encode(place) - offset
        places.append(front + offset)
    return np.array(places, np.int64)


def _moments(events: Sequence[Heard]) -> Column:
    moments = [event.known_at for event in events]
    return _looked_up({one: moment_number(one) for one in set(moments)}, moments)


def _by_tenant(folded: Folded, every: Lines) -> Iterator[tuple[str, Lines]]:
    """Each tenant that has lines; an event may be kept without any."""
    tenants = [event.item.tenant for event in folded.events]
    place = {tenant: number for number, tenant in enumerate(sorted(set(tenants)))}
    with_lines = {tenant for tenant, count in zip(tenants, folded.counts, strict=True) if count}
    if len(place) == 1:
        yield tenants[0], every
        return
    of_line = np.repeat(_looked_up(place, tenants), folded.counts)
    for tenant, number in place.items():
        if tenant in with_lines:
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
