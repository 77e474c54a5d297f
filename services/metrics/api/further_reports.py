"""`/v1/reports/…`: spend, interfaces, waits, ages and leavers, as JSON, CSV and Excel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.metrics.answers import interfaces as passing_on
from services.metrics.answers import leavers as left_behind
from services.metrics.answers import spend as money_spent
from services.metrics.answers import waiting
from services.metrics.answers.asking import Ask
from services.metrics.api import further_views as views
from services.metrics.api.desk import Desk, From, To, answering, range_of
from services.metrics.api.report_files import Kinds, Settings, add, only
from services.metrics.api.report_views import ByUnit
from services.metrics.api.shaping import cut_of, meta_of
from services.metrics.api.units_beside import each_of
from services.metrics.domain import ages, bridge, leavers, money, passing, waits
from services.metrics.domain.cuts import Only, Per

ELSE = "By what else the months are cut; `unit`: each right below the one asked."
NO_UNIT: Mapping[str, str] = {}
NOW = (None, None)
"""What stands on the day asked has no days of its own."""
Pers = Annotated[Per, Query(description="`month`: a row for each month; `period`: all the days in one.")]
PassedBy = Annotated[
    passing.By | ByUnit,
    Query(description="`team`: by pair of teams; `kind`: kind too; `month`: all; `unit`: each right below."),
]
Direction = Annotated[
    passing.Direction, Query(description="What the unit's teams passed on, or what they received.")
]


def router(desk: Desk) -> APIRouter:
    """The routes over a desk."""
    routes = APIRouter(tags=["reports"])
    for room in (_spend, _interfaces, _waits, _ages, _leavers):
        room(routes, desk)
    return routes


def _spend(routes: APIRouter, desk: Desk) -> None:
    async def spend(
        ask: Ask = Depends(desk.ask),
        by: Annotated[bridge.By | ByUnit, Query(description=ELSE)] = "month",
        per: Pers = "month",
        setting: Settings = None,
        first: From = None,
        to: To = None,
    ) -> views.Spend:
        """Weekly cost of packages from opening to closing, what moved it, one-off payments beside it."""
        days, part = range_of(first, to), Only(settings=tuple(setting or ()))
        cut: bridge.By = "month" if by == "unit" else by
        with answering():
            found = await each_of(
                desk,
                ask,
                by,
                days,
                lambda sources, one: money_spent.spend(sources, one, cut, days, per, part),
            )
        told = found.whole.what
        return views.Spend(
            **meta_of(found.whole),
            unit=ask.unit,
            by=by,
            per=per,
            finding=told.finding,
            first=told.first,
            last=told.last,
            total=_step(told.total, "month"),
            rows=[_step(row, cut, unit) for unit, one in found.each for row in one.rows],
            left_out=found.left_out,
        )

    add(routes, "spend", spend, views.Spend)


def _step(row: bridge.Bridge, by: bridge.By, unit: Mapping[str, str] = NO_UNIT) -> views.SpendRow:
    exact = {name: getattr(row, name) for name in views.Amounts.model_fields}
    return views.SpendRow(
        month=row.month.label if row.month else None,
        **unit,
        **({} if by == "month" else {by: row.by}),
        **{name: money.pounds(amount) for name, amount in exact.items()},
        one_off=money.pounds(row.one_off),
        cost=money.pounds(Fraction(row.cost, money.DAYS_A_WEEK)),
        exact=views.Amounts(**exact),
    )


def _interfaces(routes: APIRouter, desk: Desk) -> None:
    async def interfaces(
        ask: Ask = Depends(desk.ask),
        by: PassedBy = "team",
        per: Pers = "period",
        direction: Direction = "sent",
        kind: Kinds = None,
        first: From = None,
        to: To = None,
    ) -> views.Interfaces:
        """Who passes work to whom, and how it ended by the day asked, by the day of passing on."""
        days, part = range_of(first, to), Only(kinds=tuple(kind or ()))
        spread: Per = "month" if by == "month" else per
        cut: passing.By = "month" if by == "unit" else by
        with answering():
            found = await each_of(
                desk,
                ask,
                by,
                days,
                lambda sources, one: passing_on.passed(
                    sources, one, cut, days, spread, direction=direction, only=part
                ),
            )
        told = found.whole.what
        return views.Interfaces(
            **meta_of(found.whole),
            unit=ask.unit,
            by=by,
            per=spread,
            direction=direction,
            finding=told.finding,
            first=told.first,
            last=told.last,
            rows=[_passage(row, cut, unit) for unit, one in found.each for row in one.rows],
            left_out=found.left_out,
        )

    add(routes, "interfaces", interfaces, views.Interfaces)


def _passage(row: passing.Passage, by: passing.By, unit: Mapping[str, str]) -> views.InterfaceRow:
    pair = {} if by == "month" else {"from_team": row.from_team, "to_team": row.to_team}
    return views.InterfaceRow(
        month=row.month.label if row.month else None,
        **unit,
        **pair,
        kind=row.kind if by == "kind" else None,
        passed_on=row.passed_on,
        ended=row.ended,
        not_ended=row.not_ended,
        outcomes=dict(row.outcomes),
    )


def _waits(routes: APIRouter, desk: Desk) -> None:
    async def waited(
        ask: Ask = Depends(desk.ask),
        part: Only = Depends(only),
        by: Annotated[waits.By | ByUnit, Query(description=ELSE)] = "month",
        per: Pers = "month",
        first: From = None,
        to: To = None,
    ) -> views.Waits:
        """How long work waited until it was started or completed, in the month in which it was."""
        days = range_of(first, to)
        cut: waits.By = "month" if by == "unit" else by
        with answering():
            found = await each_of(
                desk, ask, by, days, lambda sources, one: waiting.waited(sources, one, cut, days, per, part)
            )
        told = found.whole.what
        return views.Waits(
            **meta_of(found.whole),
            unit=ask.unit,
            by=by,
            per=per,
            finding=told.finding,
            first=told.first,
            last=told.last,
            rows=[_waited(row, cut, unit) for unit, one in found.each for row in one.rows],
            left_out=found.left_out,
        )

    add(routes, "waits", waited, views.Waits)


def _waited(row: waits.Wait, by: waits.By, unit: Mapping[str, str]) -> views.WaitRow:
    return views.WaitRow(
        until=row.until,
        month=row.month.label if row.month else None,
        **unit,
        **cut_of(by, row.by),
        count=row.count,
        median=row.median,
        percentile_90=row.late,
        bands=_bands(waits.BANDS, row.bands),
    )


def _ages(routes: APIRouter, desk: Desk) -> None:
    async def aged(
        ask: Ask = Depends(desk.ask),
        part: Only = Depends(only),
        by: Annotated[
            ages.By | ByUnit,
            Query(description="`all`: one row; `month`: of the due date; `unit`: each right below."),
        ] = "all",
        first: From = None,
        to: To = None,
    ) -> views.Ages:
        """Overdue work as at the day asked by days since its due date; `from` and `to` limit due dates."""
        days = range_of(first, to)
        cut: ages.By = "all" if by == "unit" else by
        with answering():
            found = await each_of(
                desk, ask, by, NOW, lambda sources, one: waiting.overdue(sources, one, cut, days, part)
            )
        return views.Ages(
            **meta_of(found.whole),
            unit=ask.unit,
            by=by,
            finding=found.whole.what.finding,
            rows=[
                views.AgeRow(
                    due_in=row.by if cut == "month" else None,
                    **unit,
                    **({} if cut in ("all", "month") else {cut: row.by}),
                    overdue=row.overdue,
                    oldest_due=row.oldest,
                    bands=_bands(ages.BANDS, row.bands),
                )
                for unit, one in found.each
                for row in one.rows
            ],
            left_out=found.left_out,
        )

    add(routes, "ages", aged, views.Ages)


def _leavers(routes: APIRouter, desk: Desk) -> None:
    async def left(
        ask: Ask = Depends(desk.ask),
        part: Only = Depends(only),
        by: Annotated[
            leavers.By | ByUnit,
            Query(description="`item`: each piece of work by itself; `unit`: each right below."),
        ] = "worker",
        first: From = None,
        to: To = None,
    ) -> views.Leavers:
        """Open work of workers who have left and of closed teams; `from` and `to` limit when they went."""
        days = range_of(first, to)
        cut: leavers.By = "worker" if by == "unit" else by
        with answering():
            found = await each_of(
                desk, ask, by, NOW, lambda sources, one: left_behind.left(sources, one, cut, days, part)
            )
        return views.Leavers(
            **meta_of(found.whole),
            unit=ask.unit,
            by=by,
            finding=found.whole.what.finding,
            rows=[row for unit, one in found.each for row in _left(one.rows, cut, unit)],
            left_out=found.left_out,
        )

    add(routes, "leavers", left, views.Leavers)


def _left(rows: Sequence[leavers.Left], by: leavers.By, unit: Mapping[str, str]) -> Iterator[views.LeaverRow]:
    """The rows of a report or, beside other units, all of them as one."""
    if unit:
        whole = leavers.together(rows)
        if whole:
            yield views.LeaverRow(**unit, **{name: getattr(whole, name) for name in views.COUNTED})
        return
    for row in rows:
        yield views.LeaverRow(
            team=row.team,
            worker=row.worker,
            **({} if by == "worker" else {by: row.by}),
            worker_left=row.worker_left,
            team_closed=row.team_closed,
            successor=row.successor,
            open=row.open,
            overdue=row.overdue,
            oldest_due=row.oldest_due,
        )


def _bands(bands: Iterable[waits.Band], counts: Sequence[int]) -> list[views.Banded]:
    return [
        views.Banded(first=band.first, last=band.last, count=count)
        for band, count in zip(bands, counts, strict=True)
    ]
