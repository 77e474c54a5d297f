"""What care costs in the simulated council, by its kind and by the year."""

from __future__ import annotations

import datetime as dt
import random
from typing import NamedTuple

PRICED_IN = 2024
"""The prices below are of this financial year; each April they rise."""
RISE = 1.045


class Price(NamedTuple):
    """A kind of care: pence for a unit on average and how far it strays, how often, and units a week."""

    setting: str
    component: str
    unit_cost: int
    stray: float
    frequency: str
    units: float | None
    to: int
    """Prices are whole multiples of so many pence."""


RESIDENTIAL = Price("residential", "care-home", 89_000, 0.14, "weekly", None, 500)
RESIDENTIAL_BLOCK = Price("residential", "care-home", 340_000, 0.05, "4-weekly", None, 1000)
NURSING = Price("nursing", "nursing-home", 106_000, 0.13, "weekly", None, 500)
HOME_CARE = Price("community", "home-care", 2_180, 0.04, "hourly", 11.5, 5)
DAY_CARE = Price("community", "day-care", 6_400, 0.1, "per-session", 2.5, 50)
DIRECT_PAYMENT = Price("community", "direct-payment", 98_000, 0.4, "monthly", None, 500)
REABLEMENT = Price("short-term", "reablement", 2_450, 0.03, "hourly", 7.5, 5)
EQUIPMENT = Price("equipment", "adaptation", 62_000, 0.6, "one-off", None, 500)
BREAK = Price("carer", "short-break", 36_000, 0.3, "one-off", None, 500)

PLACEMENTS = ((RESIDENTIAL, 0.5), (RESIDENTIAL_BLOCK, 0.15), (NURSING, 0.35))
AT_HOME = ((HOME_CARE, 0.78), (DAY_CARE, 0.1), (DIRECT_PAYMENT, 0.12))


def chosen(rng: random.Random, among: tuple[tuple[Price, float], ...]) -> Price:
    """One of several kinds of care, as often as its weight says."""
    return rng.choices([price for price, _ in among], [weight for _, weight in among])[0]


def agreed(rng: random.Random, price: Price, day: dt.date) -> int:
    """A unit cost in pence as agreed on the day."""
    level: float = RISE ** (financial_year(day) - PRICED_IN)
    cost = max(rng.gauss(1, price.stray), 0.3) * price.unit_cost * level
    return max(round(cost / price.to), 1) * price.to


def planned(rng: random.Random, units: float | None) -> str | None:
    """Units a week in quarters, as text; None where they are not counted."""
    if units is None:
        return None
    return quarters(max(rng.gauss(units, units / 2.4), 1.0))


def quarters(units: float) -> str:
    """Units to the next quarter, as text with two decimals at most: `10.5`."""
    return f"{max(round(units * 4), 1) / 4:.2f}".rstrip("0").rstrip(".")


def financial_year(day: dt.date) -> int:
    """The year in which the financial year of the day began, in April."""
    return day.year - (day.month < 4)
