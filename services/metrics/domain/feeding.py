"""How an item is fed: by single events or by rows of exports; where there are rows, only they count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from services.metrics.domain import packages, work
from services.metrics.domain.book import Fault, Reckoning
from services.metrics.domain.fact import Fact
from services.metrics.domain.rows import packages as package_rows
from services.metrics.domain.rows import work as work_rows
from services.metrics.domain.rows.history import Row, rows_among


def reckon(facts: Iterable[Fact]) -> Reckoning:
    """What follows from everything said of one piece of work or one package of care.

    A subject is of one noun. Where both were said of it, the work counts, so that order does not matter.
    """
    of_work: list[Fact] = []
    of_package: list[Fact] = []
    for fact in facts:
        (of_work if fact.noun == "work" else of_package).append(fact)
    if not of_work:
        return _fed(of_package, package_rows.reckon, packages.reckon)
    found = _fed(of_work, work_rows.reckon, work.reckon)
    return _with_faults(found, "other-noun", of_package) if of_package else found


def _fed(
    facts: Sequence[Fact],
    by_rows: Callable[[Sequence[Row]], Reckoning],
    by_events: Callable[[Sequence[Fact]], Reckoning],
) -> Reckoning:
    rows, singles = rows_among(facts)
    return _with_faults(by_rows(rows), "mixed-feed", singles) if rows else by_events(singles)


def _with_faults(found: Reckoning, name: str, ignored: Iterable[Fact]) -> Reckoning:
    """Each event that does not count is a fault on its day."""
    faults = dict(found.faults)
    for fact in ignored:
        fault = Fault(fact.identity.source, name, fact.day)
        faults[fault] = faults.get(fault, 0) + 1
    return found._replace(faults=faults)
