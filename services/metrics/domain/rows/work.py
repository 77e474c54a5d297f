"""The rows of a work item as the events that they imply, put through its state table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from schemas.work import Work
from services.metrics.domain import work
from services.metrics.domain.book import NOTHING, Reckoning
from services.metrics.domain.fact import Fact
from services.metrics.domain.rows.history import Held, Row, absent, after, date, dated, on, shown, text
from services.metrics.domain.rows.spells import Closing, closed_on, spells

DAY = dt.timedelta(days=1)
WHOLE = ("kind", "route", "urgency")
"""What is of the whole item; the newest row says it."""
OPENING = (*WHOLE, "from_team", "from_work", "person")


def reckon(rows: Sequence[Row]) -> Reckoning:
    """Every line and fault of an item that is fed by rows, from the rows by as-of."""
    facts = list(implied(rows))
    return work.reckon(facts) if facts else NOTHING


def implied(rows: Sequence[Row]) -> Iterator[Fact]:
    """The events that the rows imply, in no order: all are of the newest row and without an hour, so days and
    milestones order them. Without a receipt nothing holds yet, and only a completion is implied."""
    newest = rows[-1]
    received = date(newest, "received")
    if absent(newest):
        return
    if received is not None:
        yield from _holdings(shown(rows), newest, received)
        yield from _milestones(rows, newest, received)
    elif newest.data.status == "completed":
        yield _completed(newest, closed_on(rows, len(rows) - 1), text(newest, "outcome"), early=True)


def _milestones(rows: Sequence[Row], newest: Row, received: dt.date) -> Iterator[Fact]:
    for verb in ("started", "authorised"):
        if (day := date(newest, verb)) is not None:
            yield _event(newest, verb, day)
    for opened, closing in spells(rows, received):
        if opened is not None:
            yield _event(newest, "reopened", opened)
        if closing is not None:
            yield _closed(newest, closing, received)


def _holdings(rows: Sequence[Row], newest: Row, received: dt.date) -> Iterator[Fact]:
    """The receipt with what held on its day, then each change of team, due date and worker."""
    teams = dated(rows, lambda row: text(row, "team"), lambda row: date(row, "team_since"), received)
    dues = dated(rows, lambda row: date(row, "due"), lambda row: date(row, "due_since"), received)
    workers = dated(rows, lambda row: text(row, "worker"), _allocated, received, first_dated=True)
    opening = {name: text(newest, name) for name in OPENING}
    yield _event(
        newest,
        "received",
        received,
        team=_value(teams, received),
        due=_value(dues, received) or None,
        start_by=date(newest, "start_by"),
        needs_authorisation=newest.data.needs_authorisation,
        **opening,
    )
    if worker := _value(workers, received):
        yield _event(newest, "allocated", received, worker=worker)
    for team in after(teams, received):
        keeps = _value(workers, team.since - DAY)
        yield _event(newest, "transferred", team.since, team=team.value, worker=keeps)
    for due in after(dues, received):
        yield _event(newest, "due-changed", due.since, due=due.value)
    for held in after(workers, received):
        verb = "allocated" if held.value else "unallocated"
        yield _event(newest, verb, held.since, worker=held.value)


def _value(held: Sequence[Held[Any]], day: dt.date) -> Any:
    found = on(held, day)
    return "" if found is None else found.value


def _allocated(row: Row) -> dt.date | None:
    """Since when the worker holds it; a date beside no worker tells of one who held it before."""
    return date(row, "allocated") if text(row, "worker") else None


def _closed(newest: Row, closing: Closing, received: dt.date) -> Fact:
    if closing.verb == "completed":
        return _completed(newest, closing.day, closing.outcome, early=closing.day < received)
    return _event(newest, "cancelled", closing.day)


def _completed(newest: Row, day: dt.date, outcome: str, *, early: bool) -> Fact:
    """A completion; an early one, before any receipt, names the team and worker that the newest row shows."""
    names = (*WHOLE, "team", "worker") if early else WHOLE
    return _event(newest, "completed", day, outcome=outcome, **{name: text(newest, name) for name in names})


def _event(newest: Row, verb: str, day: dt.date, **gives: Any) -> Fact:
    texts = {name: value for name, value in gives.items() if isinstance(value, str) and value}
    others = {name: value for name, value in gives.items() if isinstance(value, dt.date | bool)}
    fields: dict[str, Any] = texts | others
    if verb == "due-changed":
        fields.setdefault("due", None)
    said = Work(**fields)
    return replace(newest, verb=verb, day=day, at=0, exact=False, sequence=-1, data=said, texts=texts)
