"""The rows of a package of care as what they imply happened to it, put through its state table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from services.metrics.domain import packages
from services.metrics.domain.book import NOTHING, Reckoning
from services.metrics.domain.cost import Price, frequency_of, units_of
from services.metrics.domain.packages import Happening
from services.metrics.domain.rows.history import (
    Held,
    Row,
    absent,
    after,
    date,
    dated,
    on,
    run_to,
    shown,
    text,
)

Gives = Mapping[str, Any]
ORDER = ("started", "changed", "ended")

VALUES: tuple[tuple[str, Callable[[Row], Gives]], ...] = (
    ("team_since", lambda row: {"team": text(row, "team")}),
    ("setting_since", lambda row: {"setting": text(row, "setting")}),
    ("cost_since", lambda row: _price(row)._asdict()),
)
"""What has a history of its own, with the field that dates it; on one day they change in this order."""


def reckon(rows: Sequence[Row]) -> Reckoning:
    """Every line and fault of a package that is fed by rows, from the rows by as-of."""
    history = sorted(implied(rows), key=lambda happened: (happened.day, ORDER.index(happened.verb)))
    return packages.walk(history) if history else NOTHING


def implied(rows: Sequence[Row]) -> Iterator[Happening]:
    """What the rows imply: the dates of the newest one decide when it runs, and each thing cites the decision
    of the row that first shows it."""
    newest, last = rows[-1], len(rows) - 1
    if absent(newest):
        return
    started = date(newest, "started")
    if started is not None:
        first = next(row for row in shown(rows) if date(row, "started") is not None)
        yield from _running(shown(rows), newest, started, first)
    if (ended := _ended(rows)) is not None:
        yield _happening(newest, "ended", ended, run_to(rows, last, _shows_end), {})


def _running(rows: Sequence[Row], newest: Row, started: dt.date, first: Row) -> Iterator[Happening]:
    """The start with what held on its day, then each change."""
    opening: dict[str, Any] = {"component": text(newest, "component")}
    changes: list[Held[Gives]] = []
    for since, value_of in VALUES:
        held = dated(rows, value_of, partial(date, name=since), started)
        at_start = on(held, started)
        opening |= at_start.value if at_start else {}
        changes += after(held, started)
    yield _happening(newest, "started", started, first, opening)
    for change in changes:
        yield _happening(newest, "changed", change.since, change.row, change.value)


def _ended(rows: Sequence[Row]) -> dt.date | None:
    """The last day: the newest row's date; without one the first as-of of the run that shows it ended."""
    newest = rows[-1]
    ended = date(newest, "ended")
    if ended is None and newest.data.status == "ended":
        return run_to(rows, len(rows) - 1, lambda row: bool(row.data.status == "ended")).day
    return ended


def _shows_end(row: Row) -> bool:
    return not absent(row) and (date(row, "ended") is not None or row.data.status == "ended")


def _happening(newest: Row, verb: str, day: dt.date, shows: Row, gives: Gives) -> Happening:
    return Happening(verb, day, newest.identity.source, text(shows, "decided_in"), gives)


def _price(row: Row) -> Price:
    cost, units = row.data.unit_cost, row.data.units_per_week
    return Price(
        cost if isinstance(cost, int) else None,
        frequency_of(text(row, "frequency")),
        units_of(units) if isinstance(units, int | str) else None,
    )
