"""A measure of a part of the work: its formula narrowed, or why its accounts have no such part."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from services.metrics.domain.accounts import ACCOUNTS, MEETING_WORK, PACKAGES_OF_CARE
from services.metrics.domain.cuts import Due, Only, Where
from services.metrics.domain.formula import DUE, Filter, Formula, Quantile, Quotient, Term, Total, terms_of
from services.metrics.domain.measures import Declared

OUTCOME = "outcome"
"""The word of a detail that says how work ended."""
NOBODYS = PACKAGES_OF_CARE | {
    "received",
    "unallocated",
    "incomplete",
    "transferred_in",
    "referred_on",
    "referral_ended",
    "meetings_held",
}
"""Accounts whose lines name no worker."""


class NotOfIt(ValueError):
    """A measure has no such part; the message says why, and what to leave out."""


@dataclass(frozen=True, slots=True)
class DueOn:
    """The due dates that count in a figure of one day, as texts."""

    due: Due
    day: dt.date

    def __contains__(self, text: object) -> bool:
        return self.due.holds(str(text), self.day)


def narrowed(declared: Declared, only: Only) -> Declared:
    """The measure of some kinds, settings and outcomes; raises `NotOfIt` also for a worker and due dates."""
    _check(declared, only)
    named = (("kind", only.kinds), ("setting", only.settings), (OUTCOME, only.outcomes))
    filters = tuple(Filter(word, values) for word, values in named if values)
    return replace(declared, formula=_with(declared.formula, filters))


def beside(only: Only, day: dt.date) -> Where:
    """What no formula chooses by: the worker, and due dates as they count on a day."""
    whose: Where = () if only.worker is None else (("worker", frozenset({only.worker})),)
    return (*whose, (DUE, DueOn(only.due, day))) if only.due else whose


def _with(formula: Formula, filters: tuple[Filter, ...]) -> Formula:
    def narrow(term: Term) -> Term:
        return replace(term, filters=(*term.filters, *filters))

    def each(total: Total) -> Total:
        return Total(tuple((sign, narrow(term)) for sign, term in total.terms))

    match formula:
        case Total() as total:
            return each(total)
        case Quotient(over=over, under=under, per=per):
            return Quotient(each(over), each(under), per)
        case Quantile(term=term, percent=percent):
            return Quantile(narrow(term), percent)


def _check(declared: Declared, only: Only) -> None:
    measure, terms = declared.measure.id, terms_of(declared.formula)
    accounts = {term.account for term in terms}
    if only.worker is not None and (nobodys := accounts & NOBODYS):
        named = ", ".join(sorted(nobodys))
        raise NotOfIt(f"{measure} is no one worker's: {named} names nobody; leave worker out.")
    if only.due and any(term.how != "end" or DUE not in ACCOUNTS[term.account].detail for term in terms):
        raise NotOfIt(f"{measure} has no due dates; by them can be asked what stands on {_saying(DUE)}.")
    if only.kinds and accounts & (PACKAGES_OF_CARE | MEETING_WORK):
        raise NotOfIt(f"{measure} has no kinds of work; leave kind out.")
    if only.settings and not accounts <= PACKAGES_OF_CARE:
        raise NotOfIt(f"{measure} has no settings, which only packages of care have; leave setting out.")
    if only.outcomes and any(OUTCOME not in ACCOUNTS[name].detail for name in accounts):
        raise NotOfIt(f"{measure} has no outcomes, which only {_saying(OUTCOME)} have; leave outcome out.")


def _saying(word: str) -> str:
    """The accounts whose detail has a word."""
    return ", ".join(name for name, one in ACCOUNTS.items() if word in one.detail)
