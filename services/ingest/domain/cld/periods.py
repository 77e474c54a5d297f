"""The days that a return reports on, as its rows say."""

from __future__ import annotations

import datetime as dt

MOST = 60
"""Reporting periods in one file; more are no submission, nor several joined."""


class Periods:
    """Collects the reporting periods of a file's rows."""

    def __init__(self) -> None:
        self._found: set[tuple[dt.date, dt.date]] = set()

    def add(self, first: dt.date | None, last: dt.date | None) -> None:
        """The reporting period of a row; a day that cannot be read says nothing."""
        if first is not None and last is not None and len(self._found) <= MOST:
            self._found.add((first, last))

    def span(self) -> tuple[dt.date, dt.date] | None:
        """The first and last day reported on; None where periods leave gaps, are reversed or too many."""
        periods = sorted(self._found)
        if not periods or len(periods) > MOST or any(first > last for first, last in periods):
            return None
        until = periods[0][1]
        for first, last in periods:
            if first > until + dt.timedelta(1):
                return None
            until = max(until, last)
        return periods[0][0], until
