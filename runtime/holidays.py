"""The bank holidays of a part of the United Kingdom, from the list that ships with the product."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from govuk_bank_holidays.bank_holidays import BankHolidays

from runtime.telemetry import log

Division = Literal["england-and-wales", "scotland", "northern-ireland"]


def bank_holidays(division: Division, now: dt.datetime) -> frozenset[dt.date]:
    """All days that are listed; the log says when the list has come to its end."""
    calendar = BankHolidays(use_cached_holidays=True)  # type: ignore[no-untyped-call]  # it ships no types
    listed = calendar.get_holidays(division=division)  # type: ignore[no-untyped-call]  # it ships no types
    found = frozenset(one["date"] for one in listed)
    if max(found).year < now.year:
        log().warning("bank-holidays-end", last=max(found).isoformat(), do="update govuk-bank-holidays")
    return found
