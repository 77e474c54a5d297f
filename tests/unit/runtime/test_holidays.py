"""Bank holidays come with the product, by the part of the kingdom."""

from __future__ import annotations

import datetime as dt

from runtime.holidays import bank_holidays

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


def test_each_division_has_its_own() -> None:
    assert dt.date(2026, 12, 25) in bank_holidays("england-and-wales", NOW)
    assert dt.date(2026, 11, 30) in bank_holidays("scotland", NOW)
    assert dt.date(2026, 11, 30) not in bank_holidays("england-and-wales", NOW)
