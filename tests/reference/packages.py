"""One package of care, walked through event by event: docs/ledger.md on packages and money."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from tests.reference.counting import given, verb
from tests.reference.work import Key

Json = dict[str, Any]

SET_BY_EVENTS = ("team", "setting", "unit_cost", "frequency", "units_per_week")
UNITS_A_WEEK = {
    "weekly": Fraction(1),
    "fortnightly": Fraction(1, 2),
    "4-weekly": Fraction(1, 4),
    "monthly": Fraction(12, 52),
    "quarterly": Fraction(4, 52),
    "annually": Fraction(1, 52),
}
"""How often a week the unit cost is paid, where the frequency alone says it."""
PARTS_OF_A_PENNY = 1300


@dataclass(frozen=True)
class Price:
    """What the package costs now, in 1/1300 pence."""

    in_stock: bool
    """A recurring package, or one of which nobody knows what it costs."""
    weekly: int = 0
    once: int = 0
    known: bool = True


def price(fields: Json) -> Price:
    """The price that the fields of a package say."""
    frequency = str(fields.get("frequency", "")).strip().lower().replace(" ", "-")
    if frequency == "one-off":
        return Price(False, once=parts(fields, Fraction(1)), known="unit_cost" in fields)
    units = UNITS_A_WEEK.get(frequency)
    if units is None:
        units = abs(Fraction(str(fields.get("units_per_week", 0)).strip()))
    if "unit_cost" not in fields or not frequency or units == 0:
        return Price(True, known=False)
    return Price(True, weekly=parts(fields, units))


def parts(fields: Json, units: Fraction) -> int:
    """|unit cost| times units in 1/1300 pence, always whole."""
    exact = abs(int(fields.get("unit_cost", 0))) * units * PARTS_OF_A_PENNY
    assert exact.denominator == 1, exact
    return exact.numerator


def pence_of(weekly_of_each_day: list[int]) -> int:
    """What days cost together, in pence, from `weekly_spend` at the end of each: rounded half-up, once."""
    return (Fraction(sum(weekly_of_each_day), 7 * PARTS_OF_A_PENNY) + Fraction(1, 2)).__floor__()


@dataclass
class Spell:
    """One run of the package: how it stood from each day on on which it changed, and its last day, if any."""

    stood: dict[str, tuple[str, str, Price]]
    last: str = "9999"

    def at_the_end_of(self, day: str) -> tuple[str, str, Price] | None:
        """Team, setting and price on a day on which the spell counts."""
        days = [since for since in self.stood if since <= day]
        return self.stood[max(days)] if days and day <= self.last else None


@dataclass
class Package:
    """One package."""

    tenant: str
    events: list[Json]
    state: str = "not started"
    fields: Json = field(default_factory=dict)
    spells: list[Spell] = field(default_factory=list)
    flows: list[tuple[str, str, str, str, str, int]] = field(default_factory=list)
    """account, day, team, setting, decided_in, amount."""
    once: int = 0
    """What of this spell stands in `one_off`."""

    def postings(self) -> Counter[Key]:
        """Everything that the package posts."""
        for event in self.events:
            getattr(self, "_" + verb(event))(event["time"][:10], given(event))
        total: Counter[Key] = Counter()
        for account, day, team, setting, decided_in, amount in self.flows:
            detail = {"decided_in": decided_in} if decided_in else {}
            text = json.dumps(detail, separators=(",", ":"), ensure_ascii=False)
            total[self.tenant, account, team, day, "", setting, "", text] += amount
        days = {event["time"][:10] for event in self.events}
        before: Counter[tuple[str, str, str]] = Counter()
        for day in sorted(days | {day_after(day) for day in days}):
            stocks = self._stocks(day)
            for account, team, setting in stocks | before:
                by = stocks[account, team, setting] - before[account, team, setting]
                total[self.tenant, account, team, day, "", setting, "", "{}"] += by
            before = stocks
        return total

    def _stocks(self, day: str) -> Counter[tuple[str, str, str]]:
        """What it adds to each stock at the end of a day; two spells may both count on the day they meet."""
        stocks: Counter[tuple[str, str, str]] = Counter()
        for spell in self.spells:
            if stood := spell.at_the_end_of(day):
                team, setting, cost = stood
                stocks["packages", team, setting] += cost.in_stock
                stocks["weekly_spend", team, setting] += cost.weekly
        return stocks

    @property
    def _team(self) -> str:
        return str(self.fields.get("team", ""))

    @property
    def _setting(self) -> str:
        return str(self.fields.get("setting", ""))

    def _flow(self, account: str, day: str, amount: int, data: Json, setting: str | None = None) -> None:
        where = self._setting if setting is None else setting
        self.flows.append((account, day, self._team, where, str(data.get("decided_in", "")), amount))

    def _take(self, data: Json) -> None:
        self.fields |= {name: data[name] for name in SET_BY_EVENTS if name in data}
        for name in data.get("clears", ()):
            self.fields.pop(name, None)

    def _started(self, day: str, data: Json) -> None:
        if self.state == "never":
            return
        if self.state == "running":
            self._change(day, data)
            return
        self._take(data)
        cost = price(self.fields)
        self.state, self.once = "running", cost.once
        self.spells.append(Spell({day: (self._team, self._setting, cost)}))
        self._flow("spend_started", day, cost.weekly, data)
        self._flow("one_off", day, cost.once, data)

    def _changed(self, day: str, data: Json) -> None:
        if self.state == "not started":
            self._take(data)
        elif self.state == "running":
            self._change(day, data)

    def _change(self, day: str, data: Json) -> None:
        old, old_team, old_setting = price(self.fields), self._team, self._setting
        self._flow("spend_transferred_out", day, old.weekly, {})
        self._take(data)
        self._flow("spend_transferred_in", day, old.weekly, {}, old_setting)
        if old_team == self._team:
            del self.flows[-2:]
        new = price(self.fields)
        self._flow("spend_changed", day, -old.weekly, data, old_setting)
        self._flow("spend_changed", day, new.weekly, data)
        if not new.in_stock:
            self._flow("one_off", day, new.once - self.once, data)
            self.once = new.once
        self.spells[-1].stood[day] = (self._team, self._setting, new)

    def _ended(self, day: str, data: Json) -> None:
        if self.state == "not started":
            self.state = "never"
        elif self.state == "running":
            self.state = "ended"
            self.spells[-1].last = day
            self._flow("spend_ended", day_after(day), price(self.fields).weekly, data)


def day_after(day: str) -> str:
    """The next day, as it is written."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
