"""Words for tests to tell what exports showed of an item, row by row."""

from __future__ import annotations

import itertools
from typing import Any

from services.metrics.domain.postings import reckoning
from tests import placements
from tests.casework import SOURCE, SUBJECT, date_text, facts, flows

_ids = itertools.count(1)


def row(as_of: str, status: str = "open", **fields: Any) -> dict[str, Any]:
    """What an export of this as-of (a day) shows of a piece of work; days as in `casework`."""
    return _row("work", SOURCE, SUBJECT, as_of, status, fields)


def package_row(as_of: str, status: str = "running", **fields: Any) -> dict[str, Any]:
    """What an export of this as-of shows of a package of care."""
    return _row("package", placements.SOURCE, placements.SUBJECT, as_of, status, fields)


def _row(
    noun: str, source: str, subject: str, as_of: str, status: str, fields: dict[str, Any]
) -> dict[str, Any]:
    moment = f"{date_text(as_of)}T00:00:00+01:00"
    return {
        "specversion": "1.0",
        "id": fields.pop("id", f"r{next(_ids):04d}"),
        "source": source,
        "subject": subject,
        "tenant": "demo",
        "type": f"primed.{noun}.recorded.v1",
        "time": moment,
        "recordedtime": moment,
        "timeprecision": "day",
        "data": {"status": status, **{name: _written(name, value) for name, value in fields.items()}},
    }


def moved(*rows: dict[str, Any]) -> dict[str, int]:
    """What is posted beside the receipt."""
    return {line: amount for line, amount in flows(*rows).items() if not line.startswith("received")}


def faults(*rows: dict[str, Any]) -> list[str]:
    """The names of what cannot be as the rows say it."""
    return sorted(fault.fault for fault in reckoning(facts(rows)).faults)


DATES = (
    "received",
    "started",
    "completed",
    "authorised",
    "cancelled",
    "reopened",
    "ended",
    "start_by",
    "due",
    "allocated",
)


def _written(name: str, value: Any) -> Any:
    dated = name in DATES or name.endswith("_since")
    return date_text(value) if dated and isinstance(value, str) else value
