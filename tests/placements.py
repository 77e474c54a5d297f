"""Words for tests to tell what happened to a package of care, and to read what the ledger makes of it."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

from services.metrics.domain.postings import postings, reckoning
from tests.casework import date_text, facts, short

SOURCE = "demo/placements"
SUBJECT = f"{SOURCE}/P1"
_ids = itertools.count(1)


def package(verb: str, at: str, **fields: Any) -> dict[str, Any]:
    """A package event as JSON; `at` is a day or `day hour:minute`; `id` and `recordedtime` may be given."""
    date, _, hour = at.partition(" ")
    said: dict[str, Any] = {
        "specversion": "1.0",
        "id": fields.pop("id", f"p{next(_ids)}"),
        "source": SOURCE,
        "subject": SUBJECT,
        "tenant": "demo",
        "type": f"primed.package.{verb}.v1",
        "time": f"{date_text(date)}T{hour or '00:00'}:00+01:00",
    }
    if not hour:
        said["timeprecision"] = "day"
    if "recordedtime" in fields:
        said["recordedtime"] = f"{date_text(fields.pop('recordedtime'))}T00:00:00+01:00"
    return said | {"data": fields}


def book(*events: dict[str, Any]) -> dict[str, str]:
    """The postings as sentences: `account @team setting month-day detail`, money in pence."""
    lines: Counter[str] = Counter()
    for key, amount in postings(facts(events)).items():
        words = [key.account, f"@{key.team}", key.setting, key.day.strftime("%m-%d")]
        words += [f"{short(value)}" for _, value in key.detail]
        assert (key.kind, key.worker) == ("", "")
        lines[" ".join(word for word in words if word)] += amount
    return {line: said(line, amount) for line, amount in lines.items()}


def said(line: str, amount: int) -> str:
    """A count as it is, money in pence where it is whole, else in parts of 1300."""
    if line.startswith("packages "):
        return str(amount)
    return f"{amount // 1300}p" if amount % 1300 == 0 else f"{amount}/1300p"


def faults(*events: dict[str, Any]) -> list[str]:
    found = reckoning(facts(events)).faults
    return sorted(
        f"{fault.fault} {fault.day:%m-%d}" for fault, amount in found.items() for _ in range(amount)
    )
