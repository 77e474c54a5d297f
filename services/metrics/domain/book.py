"""The words of the book: what a line is keyed by, an entry, and all that follows from an item's facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

made = tuple.__new__
"""`made(Key, (...))` is `Key(...)` in a third of the time: keys and lines are made by the million."""

Detail = tuple[tuple[str, str | int], ...]
"""Names and values of a line's detail, sorted by name; what is blank is left out."""


class Key(NamedTuple):
    """One place in the book of a tenant: amounts under equal keys add up. Absent dimensions are `""`."""

    account: str
    team: str
    day: dt.date
    kind: str
    setting: str
    worker: str
    detail: Detail


class Entry(NamedTuple):
    """A line before it is written: a whole amount added under a key."""

    key: Key
    amount: int


class Fault(NamedTuple):
    """Something in the feed that cannot be as it was said; counted for data quality, never in the way."""

    source: str
    fault: str
    day: dt.date


class Present(NamedTuple):
    """How a work item stands after everything known, for lists of work."""

    state: str
    kind: str
    urgency: str
    team: str
    worker: str
    due: dt.date | None
    start_by: dt.date | None
    received: dt.date | None
    ended: dt.date | None
    outcome: str


class Reckoning(NamedTuple):
    """All that follows from the facts of one item; None where nothing of it counts any more."""

    postings: Mapping[Key, int]
    faults: Mapping[Fault, int]
    present: Present | None


NOTHING = Reckoning({}, {}, None)


def detail(*pairs: tuple[str, str | int]) -> Detail:
    """A detail of these pairs, given in the order of their names, without the blank ones."""
    return tuple(pair for pair in pairs if pair[1] != "")


@lru_cache(maxsize=4096)
def named(name: str, value: str | int) -> Detail:
    """The detail that says this alone, nothing where it is blank. The same few come again and again."""
    return detail((name, value))


@lru_cache(maxsize=4096)
def dated(name: str, day: dt.date) -> Detail:
    """The detail that says this day. The same few days come again and again, so that they are kept."""
    return ((name, day.isoformat()),)


Amounts = list[tuple[Key, int]]


def differences(before: Mapping[Key, int], after: Mapping[Key, int]) -> tuple[Amounts, Amounts]:
    """What leads from one set of postings to another: what takes back, and what adds, in no order."""
    if not before:
        return [], list(after.items())
    reversals = [(key, -old) for key, old in before.items() if key not in after]
    additions: Amounts = []
    for key, new in after.items():
        old = before.get(key, 0)
        if new != old:
            (reversals if abs(new) < abs(old) else additions).append((key, new - old))
    return reversals, additions


def in_line(reversals: Amounts, additions: Amounts) -> Amounts:
    """Lines as they are numbered: reversals first, each half in key order."""
    additions.sort()
    if not reversals:
        return additions
    reversals.sort()
    return reversals + additions


def changes(before: Mapping[Key, int], after: Mapping[Key, int]) -> Amounts:
    """The lines that lead from one set of postings to another."""
    return in_line(*differences(before, after))


def fault_changes(before: Mapping[Fault, int], after: Mapping[Fault, int]) -> list[tuple[Fault, int]]:
    """The faults that arose (positive) and those that a later event took back (negative), in order."""
    found: Iterable[Fault] = sorted(before.keys() | after.keys())
    differences = ((fault, after.get(fault, 0) - before.get(fault, 0)) for fault in found)
    return [(fault, amount) for fault, amount in differences if amount]
