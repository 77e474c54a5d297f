"""How an item is fed: by single events or by rows of exports; where there are rows, only they count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from services.metrics.domain import packages, work
from services.metrics.domain.book import Reckoning
from services.metrics.domain.fact import Fact
from services.metrics.domain.rows import packages as package_rows
from services.metrics.domain.rows import work as work_rows
from services.metrics.domain.rows.history import Row, mixed, rows_among


def work_item(facts: Iterable[Fact]) -> Reckoning:
    """What follows from everything said of one work item."""
    return _fed(facts, work_rows.reckon, work.reckon)


def package(facts: Iterable[Fact]) -> Reckoning:
    """What follows from everything said of one package of care."""
    return _fed(facts, package_rows.reckon, packages.reckon)


def _fed(
    facts: Iterable[Fact],
    by_rows: Callable[[Sequence[Row]], Reckoning],
    by_events: Callable[[Sequence[Fact]], Reckoning],
) -> Reckoning:
    rows, singles = rows_among(facts)
    if not rows:
        return by_events(singles)
    found = by_rows(rows)
    faults = dict(found.faults)
    for fault, amount in mixed(singles).items():
        faults[fault] = faults.get(fault, 0) + amount
    return found._replace(faults=faults)
