"""The accounts of the ledger that measures may add up: what each holds and what its detail says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Nature = Literal["flow", "stock", "days"]
Money = Literal["a week", "once"]
"""What an amount of 1/1300 pence is paid for; accounts without it count things."""


@dataclass(frozen=True, slots=True)
class Account:
    """A named column of the book; `flow` counts on the day, `stock` stands, `days` is a histogram of days.

    `cut` is the column that tells its lines apart: work has kinds, packages of care have settings.
    """

    name: str
    nature: Nature
    why: str
    detail: tuple[str, ...] = ()
    cut: Literal["kind", "setting"] = "kind"
    money: Money | None = None


def _package(name: str, nature: Nature, why: str, money: Money | None, *detail: str) -> Account:
    return Account(name, nature, why, detail, "setting", money)


_ALL = (
    Account("received", "flow", "Work that came in.", ("route",)),
    Account("allocations", "flow", "Work given to a worker, each time it is given."),
    Account("started", "flow", "Work begun, once in each spell."),
    Account("completed", "flow", "Work finished.", ("outcome",)),
    Account("completed_late", "flow", "Work finished after the day it was due.", ("outcome",)),
    Account("cancelled", "flow", "Work called off."),
    Account("reopened", "flow", "Work opened again after it was finished or called off."),
    Account("transferred_in", "flow", "Work that another team passed here.", ("from_team",)),
    Account("transferred_out", "flow", "Work passed to another team.", ("to_team",)),
    Account("referred_on", "flow", "Work that another team received from this one.", ("to_team",)),
    Account("referral_ended", "flow", "How work passed on ended.", ("to_team", "passed", "outcome")),
    Account("open", "stock", "Work received and not yet finished.", ("due",)),
    Account("allocated", "stock", "Open work that a worker holds.", ("due",)),
    Account("unallocated", "stock", "Open work that nobody holds.", ("due",)),
    Account("overdue", "stock", "Open work whose due day has passed.", ("due",)),
    Account(
        "start_overdue", "stock", "Open work never started, past its latest day to start.", ("start_by",)
    ),
    Account("unauthorised", "stock", "Finished work that still needs to be authorised.", ("due",)),
    Account("incomplete", "stock", "Work finished before it was received: a gap in the feed."),
    Account("days_to_start", "days", "Days from receipt to start.", ("days",)),
    Account("days_to_complete", "days", "Days from receipt to completion.", ("days",)),
    _package("packages", "stock", "Packages of care that run.", None),
    _package("weekly_spend", "stock", "What the packages that run cost a week.", "a week"),
    _package("spend_started", "flow", "Weekly cost that began with a package.", "a week", "decided_in"),
    _package("spend_changed", "flow", "By how much weekly cost changed.", "a week", "decided_in"),
    _package(
        "spend_ended", "flow", "Weekly cost that ended, on the day after the last.", "a week", "decided_in"
    ),
    _package("spend_transferred_in", "flow", "Weekly cost that came from another team.", "a week"),
    _package("spend_transferred_out", "flow", "Weekly cost that went to another team.", "a week"),
    _package("one_off", "flow", "What is paid once, on the day the package began.", "once", "decided_in"),
    Account("meetings_held", "flow", "Meetings held."),
    Account("commitments_due", "flow", "Commitments whose deadline fell on the day."),
    Account("commitments_kept", "flow", "Commitments done on or before their deadline."),
    Account("commitments_late", "flow", "Commitments whose deadline passed before they were done."),
    Account("commitments_open", "stock", "Commitments agreed and not yet done or dropped."),
)
ACCOUNTS: dict[str, Account] = {account.name: account for account in _ALL}

MEETING_WORK = frozenset(name for name in ACCOUNTS if name.startswith(("meetings_", "commitments_")))
"""Accounts of what meetings agree; they begin when the first meeting is held, not with the feed."""
PACKAGES_OF_CARE = frozenset(name for name, account in ACCOUNTS.items() if account.cut == "setting")
"""Accounts of packages; the oldest of them began long before any work that the feed tells of."""
COUNCIL_WORK = frozenset(ACCOUNTS) - MEETING_WORK - PACKAGES_OF_CARE


def beginning_with(account: str) -> frozenset[str]:
    """The accounts that begin together with this one: before their first line nobody counted."""
    for together in (MEETING_WORK, PACKAGES_OF_CARE):
        if account in together:
            return together
    return COUNCIL_WORK
