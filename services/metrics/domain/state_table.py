"""The state table of a work item (docs/ledger.md): for each event and phase, the one rule that applies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from schemas.work import Work
from services.metrics.domain.book import named
from services.metrics.domain.fact import Fact
from services.metrics.domain.item import CLOSED, OPEN, Completion, Item, Referral

Rule = Callable[[Item, Fact], None]


def apply(item: Item, fact: Fact) -> None:
    """Take one event, in the order of the item's history."""
    TABLE[fact.verb][item.phase](item, fact)
    if fact.verb != "received" and _gives_unused(item, fact):
        item.fault(fact, "unused-field")


def _opens(item: Item, fact: Fact) -> None:
    work: Work = fact.data
    early = item.completion
    _set_dates(item, work)
    _set_authorisation(item, work)
    item.team = fact.text("team") or item.team or (early.team if early else "")
    item.received = item.opened = fact.day
    item.from_work, item.person = fact.text("from_work"), fact.text("person")
    item.post("received", item.team, fact.day, "", named("route", item.route))
    _refer(item, fact)
    if early is not None:
        _join_early(item, early, fact.day)
    elif item.cancelled_early:
        _cancels(item, fact)
    else:
        item.phase = OPEN


def _refer(item: Item, fact: Fact) -> None:
    item.from_team = fact.text("from_team")
    if item.from_team and item.from_team != item.team:
        item.referral = Referral(item.from_team, item.team, fact.day)
        item.post("referred_on", item.from_team, fact.day, "", named("to_team", item.team))


def _join_early(item: Item, early: Completion, day: dt.date) -> None:
    """The completion was known before the receipt: the item stands, closed, in the completion's team."""
    if item.team != early.team:
        _post_transfer(item, item.team, early.team, day, item.worker)
        item.team = early.team
    item.ended = early.day
    item.phase = CLOSED


def _amends(item: Item, fact: Fact) -> None:
    item.fault(fact, "received-again")
    _set_dates(item, fact.data)
    _set_authorisation(item, fact.data)


def _opens_again(item: Item, fact: Fact) -> None:
    item.fault(fact, "received-again")
    _set_authorisation(item, fact.data)
    _reopens(item, fact)


def _keeps_allocation(item: Item, fact: Fact) -> None:
    item.worker = fact.text("worker")


def _allocates(item: Item, fact: Fact) -> None:
    item.worker = fact.text("worker")
    item.post("allocations", item.team, fact.day, item.worker)


def _unallocates(item: Item, _fact: Fact) -> None:
    item.worker = ""


def _changes_dates(item: Item, fact: Fact) -> None:
    work: Work = fact.data
    if work.due is None:
        item.due = None
    if work.start_by is None:
        item.start_by = None
    _set_dates(item, work)


def _keeps_transfer(item: Item, fact: Fact) -> None:
    item.team, item.worker = fact.text("team"), fact.text("worker")


def _transfers(item: Item, fact: Fact) -> None:
    team, before = item.team, item.worker
    _keeps_transfer(item, fact)
    if item.team != team:
        _post_transfer(item, team, item.team, fact.day, before)


def _post_transfer(item: Item, giver: str, taker: str, day: dt.date, before: str) -> None:
    item.post("transferred_out", giver, day, before, named("to_team", taker))
    item.post("transferred_in", taker, day, item.worker, named("from_team", giver))


def _keeps_start(item: Item, fact: Fact) -> None:
    item.started = item.ever_started = True
    item.fault(fact, "started-before-receipt")


def _starts(item: Item, fact: Fact) -> None:
    if not item.started:
        item.post("started", item.team, fact.day, item.worker)
        item.post("days_to_start", item.team, fact.day, item.worker, named("days", _days(item, fact)))
    item.started = item.ever_started = True


def _completes_early(item: Item, fact: Fact) -> None:
    if item.completion is not None:
        _amends_outcome(item, fact)
        return
    team, worker = fact.text("team") or item.team, fact.text("worker") or item.worker
    item.completion = Completion(fact.day, team, worker, None, fact.text("outcome"), None, False)


def _completes(item: Item, fact: Fact) -> None:
    item.completion = Completion(
        fact.day,
        item.team,
        item.worker,
        item.due,
        fact.text("outcome"),
        _days(item, fact),
        item.needs_authorisation,
    )
    item.ended = fact.day
    item.phase = CLOSED


def _amends_outcome(item: Item, fact: Fact) -> None:
    if item.completion is None:
        item.fault(fact, "completed-when-cancelled")
        return
    item.completion = replace(item.completion, outcome=fact.text("outcome") or item.completion.outcome)


def _authorises(item: Item, _fact: Fact) -> None:
    item.authorised = True


def _reopens(item: Item, fact: Fact) -> None:
    if item.completion is not None:
        item.past = (*item.past, replace(item.completion, reopened=fact.day))
    item.completion = item.ended = None
    item.opened = fact.day
    item.started = item.authorised = False
    _set_dates(item, fact.data)
    item.post("reopened", item.team, fact.day, item.worker)
    item.phase = OPEN


def _keeps_cancellation(item: Item, _fact: Fact) -> None:
    item.cancelled_early = True


def _cancels(item: Item, fact: Fact) -> None:
    item.post("cancelled", item.team, fact.day, item.worker)
    item.ended = fact.day
    item.phase = CLOSED


def _is_fault(name: str) -> Rule:
    def rule(item: Item, fact: Fact) -> None:
        item.fault(fact, name)

    return rule


TABLE: Mapping[str, tuple[Rule, Rule, Rule]] = {
    # event:        not yet received, open, closed
    "received": (_opens, _amends, _opens_again),
    "allocated": (_allocates, _allocates, _keeps_allocation),
    "unallocated": (_unallocates, _unallocates, _unallocates),
    "due-changed": (_changes_dates, _changes_dates, _changes_dates),
    "transferred": (_keeps_transfer, _transfers, _keeps_transfer),
    "started": (_keeps_start, _starts, _is_fault("started-when-closed")),
    "completed": (_completes_early, _completes, _amends_outcome),
    "authorised": (_is_fault("authorised-before-receipt"), _authorises, _authorises),
    "reopened": (_is_fault("reopened-before-receipt"), _is_fault("reopened-when-open"), _reopens),
    "cancelled": (_keeps_cancellation, _cancels, _is_fault("cancelled-when-closed")),
}


def _set_dates(item: Item, work: Work) -> None:
    if isinstance(work.due, dt.date):
        item.due = work.due
    if isinstance(work.start_by, dt.date):
        item.start_by = work.start_by


def _set_authorisation(item: Item, work: Work) -> None:
    if isinstance(work.needs_authorisation, bool):
        item.needs_authorisation = work.needs_authorisation


def _days(item: Item, fact: Fact) -> int:
    """Days since the present spell was opened; the order of a history makes them 0 or more."""
    return (fact.day - (item.opened or fact.day)).days


def _gives_unused(item: Item, fact: Fact) -> bool:
    """Whether the event gives a field that it does not set, with another value than the item has after it."""
    for name, value in fact.texts.items():
        if value != _held(item, fact.verb, name) and (name, fact.verb) != ("worker", "unallocated"):
            return True
    work: Work = fact.data
    due, start_by, needed = work.due, work.start_by, work.needs_authorisation
    return bool(
        (due and due != item.due)
        or (start_by and start_by != item.start_by)
        or (isinstance(needed, bool) and needed != item.needs_authorisation)
    )


def _held(item: Item, verb: str, name: str) -> object:
    """What the item has; a completion is compared with the team and worker that it was posted with."""
    posted = name == "outcome" or (verb == "completed" and name in ("team", "worker"))
    if posted and item.completion is not None:
        return getattr(item.completion, name)
    return getattr(item, name, None)
