"""The words of the book: what a line is keyed by, an entry, and all that follows from an item's facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
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


def changes(before: Mapping[Key, int], after: Mapping[Key, int]) -> list[tuple[Key, int]]:
    """The lines that lead from one set of postings to another: reversals first, each half in key order."""
    if not before:
        return sorted(after.items())
    reversals = [(key, -old) for key, old in before.items() if key not in after]
    additions: list[tuple[Key, int]] = []
    for key, new in after.items():
        old = before.get(key, 0)
        if new != old:
            (reversals if abs(new) < abs(old) else additions).append((key, new - old))
    reversals.sort()
    additions.sort()
    return reversals + additions


def fault_changes(before: Mapping[Fault, int], after: Mapping[Fault, int]) -> list[tuple[Fault, int]]:
    """The faults that arose (positive) and those that a later event took back (negative), in order."""
    found: Iterable[Fault] = sorted(before.keys() | after.keys())
    differences = ((fault, after.get(fault, 0) - before.get(fault, 0)) for fault in found)
    return [(fault, amount) for fault, amount in differences if amount]
