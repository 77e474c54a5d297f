"""Work that nobody looks after any more: held by workers who have left, or by teams that were closed."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from schemas.tree import Tree

By = Literal["worker", "kind", "item"]


class Held(NamedTuple):
    """So many open pieces of work of a team and worker (blank: nobody), due on a day (None: no due date)."""

    team: str
    worker: str
    due: dt.date | None
    by: str
    amount: int


@dataclass(frozen=True, slots=True)
class Left:
    """Open work left behind: since when its worker is gone, since when its team is closed, who follows it."""

    team: str
    worker: str
    by: str
    worker_left: dt.date | None
    team_closed: dt.date | None
    successor: str | None
    open: int
    overdue: int
    oldest_due: dt.date | None


def gone(tree: Tree, worker: str, day: dt.date) -> dt.date | None:
    """Since when the worker is gone as at the day; None while they are here or nobody has told of them."""
    known = [pair for pair in tree.teams_by_worker.get(worker, ()) if pair[0] <= day]
    return known[-1][0] if known and known[-1][1] is None else None


def closed(tree: Tree, team: str, day: dt.date) -> dt.date | None:
    """Since when the team is closed as at the day; None while it is open or unknown."""
    found = tree.unit(team, day)
    return found.closed if found and found.closed and found.closed <= day else None


def leavers(held: Iterable[Held], tree: Tree, as_at: dt.date) -> tuple[Left, ...]:
    """Lay out what was left behind as at a day, told apart by team, worker and what else was asked."""
    found: dict[tuple[str, str, str], Counter[dt.date | None]] = defaultdict(Counter)
    for one in held:
        found[one.team, one.worker, one.by][one.due] += one.amount
    rows = (_left(*cell, dues, tree, as_at) for cell, dues in sorted(found.items()) if any(dues.values()))
    return tuple(rows)


def _left(team: str, worker: str, by: str, dues: Counter[dt.date | None], tree: Tree, as_at: dt.date) -> Left:
    dated = {due: count for due, count in dues.items() if due is not None and count}
    overdue = sum(count for due, count in dated.items() if due < as_at)
    shut = closed(tree, team, as_at)
    unit = tree.unit(team, as_at)
    return Left(
        team,
        worker,
        by,
        gone(tree, worker, as_at),
        shut,
        unit.successor if unit and shut else None,
        sum(dues.values()),
        overdue,
        min(dated, default=None),
    )


def together(rows: Collection[Left]) -> Left | None:
    """All of it as one, of no team and worker; None where nothing was left behind."""
    if not rows:
        return None
    oldest = min((row.oldest_due for row in rows if row.oldest_due), default=None)
    opened, overdue = sum(row.open for row in rows), sum(row.overdue for row in rows)
    return Left("", "", "", None, None, None, opened, overdue, oldest)


def finding(rows: Iterable[Left]) -> str:
    """`7 pieces of work are held by 2 people who have left, and 3 stand in closed teams; 4 are overdue`."""
    shown = list(rows)
    if not shown:
        return "No open work was left behind"
    count = sum(row.open for row in shown)
    by_gone = sum(row.open for row in shown if row.worker_left)
    people = len({row.worker for row in shown if row.worker_left})
    in_closed = sum(row.open for row in shown if row.team_closed)
    teams = len({row.team for row in shown if row.team_closed})
    parts = []
    if by_gone:
        who = "1 worker who has left" if people == 1 else f"{people} workers who have left"
        parts.append(f"{_pieces(by_gone)} held by {who}")
    if in_closed:
        where = "1 closed team" if teams == 1 else f"{teams} closed teams"
        parts.append(f"{in_closed:,} in {where}" if parts else f"{_pieces(in_closed)} in {where}")
    overdue = sum(row.overdue for row in shown)
    late = f"{overdue:,} of {count:,} {'is' if overdue == 1 else 'are'}" if overdue else "none is"
    return f"{' and '.join(parts)}; {late} overdue"


def _pieces(count: int) -> str:
    return f"{count:,} {'piece of open work is' if count == 1 else 'pieces of open work are'}"
