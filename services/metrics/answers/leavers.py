"""Open work that was left behind: by workers who have gone, in teams that were closed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from schemas.tree import Tree
from services.metrics.answers.asked import Days, checked, complete
from services.metrics.answers.asking import Answer, Ask, Cuts, Sources, Sums
from services.metrics.domain.cuts import Only
from services.metrics.domain.leavers import By, Held, Left, closed, finding, gone, leavers
from services.metrics.domain.trail import BEGINNING
from services.metrics.domain.units import Span


@dataclass(frozen=True, slots=True)
class LeaverReport:
    """What was left behind as at the day asked."""

    by: By
    rows: tuple[Left, ...]
    finding: str


async def left(sources: Sources, ask: Ask, by: By, days: Days, only: Only) -> Answer[LeaverReport]:
    """Open work of workers who have left and of closed teams, by the organisation of the day asked.

    Days limit when the worker left or the team was closed.
    """
    complete(ask, ask.as_at)
    first, last = checked(days)
    rollup = sources.rollup(ask.tenant)
    span = Span(BEGINNING, ask.as_at, rollup.on(ask.unit, ask.as_at))
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        held = await _left_behind(snapshot, rollup.tree, span, by, only)
        fresh = await snapshot.freshness()
    rows = leavers(held, rollup.tree, ask.as_at)
    shown = tuple(row for row in rows if _within(row, first, last))
    return Answer(ask, fresh, LeaverReport(by, shown, finding(shown)))


async def _left_behind(ledger: Sums, tree: Tree, span: Span, by: By, only: Only) -> list[Held]:
    """Each piece once, though its worker has gone and its team is closed too."""
    away = frozenset(worker for worker in tree.teams_by_worker if gone(tree, worker, span.last))
    shut = frozenset(team for team in tree.histories if closed(tree, team, span.last))
    columns = ("team", "worker", "due", *_cut(by))
    found: dict[tuple[str, ...], int] = {}
    for column, names in (("worker", away), ("team", shut)):
        if names:
            where = (*only.where, (column, names))
            found |= dict(await ledger.sums(Cuts(("open",), (span,), columns, where)))
    return [
        Held(team, worker, dt.date.fromisoformat(due) if due else None, "".join(rest), amount)
        for (team, worker, due, *rest), amount in found.items()
    ]


def _within(row: Left, first: dt.date | None, last: dt.date | None) -> bool:
    since = (row.worker_left, row.team_closed)
    return any((first or day) <= day <= (last or day) for day in since if day is not None)


def _cut(by: By) -> tuple[str, ...]:
    """The column beside team and worker, if any."""
    match by:
        case "worker":
            return ()
        case "kind":
            return ("kind",)
        case "item":
            return ("subject",)
