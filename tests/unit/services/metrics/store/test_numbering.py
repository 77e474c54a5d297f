"""A batch in columns says what the obvious way says: its lines, their sums, and what there is to tell."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from services.metrics.domain.accounts import ACCOUNTS
from services.metrics.domain.batch import Folded, Line, fold
from services.metrics.domain.hearing import Heard, hear
from services.metrics.domain.taking import Place, moment_of
from services.metrics.store.numbering import changed, learned, months
from services.metrics.store.packing import NO_LINES, day_of, decode, encode
from services.metrics.store.packing import moment_of as known_of
from services.metrics.store.words import Words
from tests.casebook import council, log_of


class Dictionary(Words):
    """Words that are kept nowhere."""

    async def learn(self, texts: Iterable[str]) -> None:
        for text in sorted(set(texts) - self.number.keys()):
            self.number[text] = len(self.number)
            self.text[self.number[text]] = text


def folded(items: int, tenants: Sequence[str] = ("demo",)) -> Folded:
    heard = []
    for place, tenant in enumerate(tenants):
        for record in log_of({**event, "tenant": tenant} for event in council(items, seed=place)):
            at = Place(record.topic, record.partition, 1000 * place + record.offset)
            said = hear(at, moment_of(record.timestamp_ms), record.key, record.value)
            assert isinstance(said, Heard)
            heard.append(said)
    return fold(heard, {})


def numbers(of: Folded) -> dict[Any, int]:
    found: dict[Any, int] = {}
    for event in of.events:
        found.setdefault(event.item, encode(event.place))
    return found


async def test_every_line_comes_out_as_it_went_in() -> None:
    of, words = folded(30, ("demo", "elsewhere")), Dictionary()
    item = {number: item for item, number in numbers(of).items()}
    detail = {number: detail for detail, number in words.details.items()}
    found = []
    for tenant, lines in await learned(of, numbers(of), words):
        detail = {number: detail for detail, number in words.details.items()}
        for row in zip(*lines, strict=True):
            account, team, day, kind, setting, worker, what, amount, no, place, n, known = map(int, row)
            texts = [words.text[each] for each in (account, team, kind, setting, worker)]
            assert item[no].tenant == tenant
            key = (texts[0], texts[1], day_of(day), *texts[2:], detail[what])
            found.append(Line(decode(place), n, item[no], known_of(known), key, amount))
    assert len(found) > 100
    assert sorted(found) == sorted(of.lines)


async def test_nothing_has_no_lines() -> None:
    assert await learned(Folded(), {}, Dictionary()) == []


async def test_a_tenant_whose_events_make_no_lines_has_none_beside_one_who_has() -> None:
    of, words = folded(3, ("demo", "elsewhere")), Dictionary()
    silent = of.events[-1]
    assert silent.item.tenant == "elsewhere"
    of.events = [event for event in of.events if event.item.tenant == "demo"] + [silent]
    of.counts = [*of.counts[: len(of.events) - 1], 0]
    of.entries = of.entries[: sum(of.counts)]
    ((tenant, lines),) = await learned(of, numbers(of), words)
    assert (tenant, lines.size) == ("demo", len(of.entries))
    assert lines.size > 0


async def test_months_and_days_are_the_sums_of_lines_without_workers_and_stocks_without_detail() -> None:
    of, words = folded(40), Dictionary()
    by_day: Counter[tuple[Any, ...]] = Counter()
    for line in of.lines:
        account, team, day, kind, setting, _, detail = line.key
        what = () if ACCOUNTS[account].nature == "stock" else detail
        by_day[account, team, day, kind, setting, what] += line.amount
    ((_, lines),) = await learned(of, numbers(of), words)
    found = months(lines, words)
    detail = {number: detail for detail, number in words.details.items()}
    seen: Counter[tuple[Any, ...]] = Counter()
    for at in range(len(found.amount)):
        account, team, kind, setting = (
            words.text[int(column[at])] for column in (found.account, found.team, found.kind, found.setting)
        )
        first, last = int(found.first[at]) - 1, int(found.last[at])
        assert found.amounts[first:last].sum() == found.amount[at]
        month = day_of(int(found.month[at]))
        assert month.day == 1
        for day, amount in zip(
            found.days[first:last].tolist(), found.amounts[first:last].tolist(), strict=True
        ):
            key = (account, team, month.replace(day=day), kind, setting, detail[int(found.detail[at])])
            assert key not in seen
            seen[key] = amount
    assert dict(seen) == {key: amount for key, amount in by_day.items() if amount}
    keys = list(zip(*found[:6], strict=True))
    assert keys == sorted(keys)


async def test_what_changed_is_told_by_weeks_and_stocks_from_their_first_day() -> None:
    of, words = folded(40), Dictionary()
    ((_, lines),) = await learned(of, numbers(of), words)
    found = months(lines, words)
    weeks: set[tuple[int, int, dt.date]] = set()
    since: defaultdict[tuple[int, int], list[dt.date]] = defaultdict(list)
    for at in range(len(found.amount)):
        where = (int(found.team[at]), int(found.account[at]))
        month = day_of(int(found.month[at]))
        for number in found.days[int(found.first[at]) - 1 : int(found.last[at])].tolist():
            day = month.replace(day=number)
            if ACCOUNTS[words.text[where[1]]].nature == "stock":
                since[where].append(day)
            else:
                weeks.add((*where, day - dt.timedelta(day.weekday())))
    told = changed(found, words)
    assert {(one.team, one.account): one.since for one in told if one.until is None} == {
        where: min(days) for where, days in since.items()
    }
    covered = []
    for one in told:
        if one.until is not None:
            assert one.since.weekday() == 0
            assert one.until.weekday() == 6
            monday = one.since
            while monday < one.until:
                covered.append((one.team, one.account, monday))
                monday += dt.timedelta(7)
    assert len(covered) == len(set(covered))
    assert set(covered) == weeks
    assert len(told) < len(weeks)


def test_no_lines_have_no_months() -> None:
    found = months(NO_LINES, Dictionary())
    assert [len(column) for column in found] == [0] * len(found)
    assert changed(found, Dictionary()) == []
