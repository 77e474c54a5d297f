"""Packages of care in the ledger: what runs, what it costs a week, and what began, changed and ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

from schemas.packages import Package as Said
from services.metrics.domain.book import Fault, Key, Reckoning, detail
from services.metrics.domain.cost import UNPRICED, Price, frequency_of, units_of
from services.metrics.domain.fact import Fact

Phase = Literal[0, 1, 2]
AWAITING: Final = 0
RUNNING: Final = 1
ENDED: Final = 2
DAY = dt.timedelta(days=1)
MILESTONES = {verb: place for place, verb in enumerate(("started", "changed", "ended"))}
TEXTS = ("team", "setting", "component")


class Happening(NamedTuple):
    """What happened to a package, said by an event or implied by rows; what it `gives` holds after it."""

    verb: str
    day: dt.date
    source: str
    decided_in: str
    gives: Mapping[str, Any]
    """Some of team, setting, component (texts) and unit_cost, frequency, units (as `Price` has them)."""


class Running(NamedTuple):
    """Where a running package stands: `counted` in `packages`, with `weekly` in `weekly_spend`."""

    team: str
    setting: str
    weekly: int
    counted: bool


@dataclass(slots=True)
class Package:
    """The state of the walk. `void`: an end came before any start; `once`: what it has in `one_off`."""

    phase: Phase = AWAITING
    void: bool = False
    team: str = ""
    setting: str = ""
    component: str = ""
    price: Price = UNPRICED
    once: int = 0
    postings: dict[Key, int] = field(default_factory=dict)
    faults: dict[Fault, int] = field(default_factory=dict)

    @property
    def running(self) -> Running:
        """Where it stands while it runs."""
        return Running(self.team, self.setting, self.price.weekly, not self.price.one_off)

    def take(self, gives: Mapping[str, Any]) -> None:
        """What is given holds from now on."""
        for name in TEXTS:
            setattr(self, name, gives.get(name, getattr(self, name)))
        self.price = self.price._replace(**{name: gives[name] for name in Price._fields if name in gives})

    def post(
        self, account: str, where: tuple[str, str], day: dt.date, amount: int, decided: str = ""
    ) -> None:
        """Add to an account of a team and setting, with the work item that decided it."""
        team, setting = where
        key = Key(account, team, day, "", setting, "", detail(("decided_in", decided)))
        self.postings[key] = self.postings.get(key, 0) + amount

    def stand(self, at: Running, day: dt.date, sign: int) -> None:
        """Enter (+1) or leave (-1) the stocks."""
        self.post("packages", (at.team, at.setting), day, sign * at.counted)
        self.post("weekly_spend", (at.team, at.setting), day, sign * at.weekly)

    def fault(self, happened: Happening, name: str) -> None:
        """Count a fault of the feed."""
        key = Fault(happened.source, name, happened.day)
        self.faults[key] = self.faults.get(key, 0) + 1


Rule = Callable[[Package, Happening], None]


def reckon(facts: Iterable[Fact]) -> Reckoning:
    """Every line and fault of one package, from the events of it that count."""
    facts = list(facts)
    vague = {fact.day for fact in facts if not fact.exact}
    history = sorted(facts, key=lambda fact: _place(fact, fact.day in vague))
    return walk(happening(fact) for fact in history)


def walk(history: Iterable[Happening]) -> Reckoning:
    """What follows from a history in its order; a package is on no list of work."""
    package = Package()
    for happened in history:
        TABLE[happened.verb][package.phase](package, happened)
    postings = {key: amount for key, amount in package.postings.items() if amount}
    return Reckoning(postings, package.faults, None)


def happening(fact: Fact) -> Happening:
    """A package event; what is absent, null or blank gives nothing."""
    said: Said = fact.data
    decided = said.decided_in if isinstance(said.decided_in, str) else ""
    return Happening(fact.verb, fact.day, fact.identity.source, decided.strip() and decided, _gives(said))


def _place(fact: Fact, vague: bool) -> tuple[dt.date, int, int, int, int, str, str]:
    """Days in order; in its day by instant, unless some hour of it is unknown (docs/ledger.md)."""
    hour = 0 if vague else fact.at
    return (fact.day, hour, fact.recorded, fact.sequence, MILESTONES[fact.verb], *fact.identity)


def _gives(said: Said) -> dict[str, Any]:
    texts = {name: getattr(said, name) for name in TEXTS}
    gives: dict[str, Any] = {
        name: text for name, text in texts.items() if isinstance(text, str) and text.strip()
    }
    if isinstance(said.unit_cost, int):
        gives["unit_cost"] = said.unit_cost
    if isinstance(said.frequency, str) and said.frequency.strip():
        gives["frequency"] = frequency_of(said.frequency)
    if isinstance(said.units_per_week, int | str) and (units := units_of(said.units_per_week)) is not None:
        gives["units"] = units
    return gives


def _keeps(package: Package, happened: Happening) -> None:
    package.take(happened.gives)


def _starts(package: Package, happened: Happening) -> None:
    if package.void:
        return
    package.take(happened.gives)
    package.phase = RUNNING
    package.once = 0
    now = package.running
    package.stand(now, happened.day, 1)
    package.post("spend_started", (now.team, now.setting), happened.day, now.weekly, happened.decided_in)
    _pay_once(package, happened)
    if not package.price.costed:
        package.fault(happened, "not-costed")


def _starts_again(package: Package, happened: Happening) -> None:
    package.fault(happened, "started-when-running")
    _changes(package, happened)


def _changes(package: Package, happened: Happening) -> None:
    before, costed = package.running, package.price.costed
    package.take(happened.gives)
    now = package.running
    _move(package, before, now, happened)
    _pay_once(package, happened)
    package.stand(before, happened.day, -1)
    package.stand(now, happened.day, 1)
    if costed and not package.price.costed:
        package.fault(happened, "not-costed")


def _move(package: Package, before: Running, now: Running, happened: Happening) -> None:
    """The team first, at the old cost; then setting and cost, in the new team."""
    day, decided = happened.day, happened.decided_in
    if before.team != now.team:
        package.post("spend_transferred_out", (before.team, before.setting), day, before.weekly)
        package.post("spend_transferred_in", (now.team, before.setting), day, before.weekly)
    if (before.setting, before.weekly) != (now.setting, now.weekly):
        package.post("spend_changed", (now.team, before.setting), day, -before.weekly, decided)
        package.post("spend_changed", (now.team, now.setting), day, now.weekly, decided)


def _pay_once(package: Package, happened: Happening) -> None:
    """What is paid once, less what stands of this spell; that stays where the package becomes recurring."""
    if package.price.one_off:
        where = (package.team, package.setting)
        package.post("one_off", where, happened.day, package.price.once - package.once, happened.decided_in)
        package.once = package.price.once


def _never_runs(package: Package, happened: Happening) -> None:
    package.void = True
    package.fault(happened, "ended-before-start")


def _ends(package: Package, happened: Happening) -> None:
    now, after = package.running, happened.day + DAY
    package.stand(now, after, -1)
    package.post("spend_ended", (now.team, now.setting), after, now.weekly, happened.decided_in)
    package.phase = ENDED
    if _differs(package, happened.gives):
        package.fault(happened, "unused-field")


def _differs(package: Package, gives: Mapping[str, Any]) -> bool:
    """Whether an end gives a field, which it does not set, with another value than the package has."""
    held = {name: getattr(package, name) for name in TEXTS} | package.price._asdict()
    return any(held[name] != value for name, value in gives.items())


def _is_fault(name: str) -> Rule:
    def rule(package: Package, happened: Happening) -> None:
        package.fault(happened, name)

    return rule


TABLE: Mapping[str, tuple[Rule, Rule, Rule]] = {
    # event:   not started, running, ended
    "started": (_starts, _starts_again, _starts),
    "changed": (_keeps, _changes, _is_fault("changed-when-ended")),
    "ended": (_never_runs, _ends, _is_fault("ended-when-ended")),
}
