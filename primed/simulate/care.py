"""Packages of care in the simulated council: begun, changed and ended by decisions, by prices and by life.

Chance here is drawn from the day, the package or the piece of work alone, so that care never disturbs how the
council's work goes.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from primed.simulate import prices, saying
from primed.simulate.prices import AT_HOME, BREAK, EQUIPMENT, PLACEMENTS, REABLEMENT, Price
from primed.simulate.state import Item, Package, Said, State

PLACED = "residential-or-nursing"
"""The outcome by which somebody moves into a home."""
LOCALITIES = ("north-locality", "south-locality", "east-locality")
FOUND_AT_HOME, FOUND_PLACED = 640, 400
"""Packages and placements that run on the first day of the history."""
MEAN_DAYS = {"nursing": 480.0, "residential": 640.0, "community": 860.0}
LONGEST_DAYS = 1600
"""Nothing that runs on the first day began longer ago."""
SHORT_TERM_DAYS = 42
MOVES_A_DAY = 0.05
"""How many people move to another locality on a day."""


def found(state: State) -> list[Said]:
    """The packages that run already when the history begins; they began in the years before."""
    rng = random.Random(f"{state.seed}-care")
    for among, count in ((AT_HOME, FOUND_AT_HOME), (PLACEMENTS, FOUND_PLACED)):
        for _ in range(count):
            price = prices.chosen(rng, among)
            ago = dt.timedelta(1 + min(rng.expovariate(1 / MEAN_DAYS[price.setting]), LONGEST_DAYS))
            package = _agree(state, rng, price, rng.choice(LOCALITIES), state.began - ago, state.began)
            state.packages[package.key] = package
    oldest = sorted(state.packages.values(), key=lambda package: (package.started, package.key))
    return [
        saying.package(state, "started", package.key, saying.local(package.started, 0), _told(package))
        for package in oldest
    ]


def decided(state: State, item: Item, outcome: str, moment: dt.datetime) -> list[Said]:
    """What follows for packages from how a piece of work ended."""
    rng = random.Random(f"{state.seed}-care-{item.key}-{moment.date()}")
    team = item.team if item.team in LOCALITIES else rng.choice(LOCALITIES)
    match item.kind, outcome:
        case ("assessment", "residential-or-nursing"):
            return _start(state, rng, prices.chosen(rng, PLACEMENTS), team, moment, item)
        case ("assessment", "care-at-home") if item.team == "occupational-therapy":
            return _pay(state, rng, EQUIPMENT, item, moment)
        case ("assessment", "care-at-home") if item.team == "carers":
            return _pay(state, rng, BREAK, item, moment)
        case ("assessment", "care-at-home"):
            return _start(state, rng, prices.chosen(rng, AT_HOME), team, moment, item)
        case ("assessment", "short-term-support") if item.team == "reablement":
            return _start(state, rng, REABLEMENT, item.team, moment, item)
        case ("review", _):
            return _reviewed(state, rng, item, outcome, moment)
        case _:
            return []


def goes_on(state: State) -> list[Said]:
    """What happens to packages as the day begins, without a decision: they end, people move, prices rise."""
    rng = random.Random(f"{state.seed}-care-{state.day}")
    midnight = saying.local(state.day, 0)
    running = [one for one in state.packages.values() if max(one.started, one.reviewed) < state.day]
    over = [package for package in running if package.ends <= state.day]
    said = [_end(state, package, midnight, {"reason": _why(package)}) for package in over]
    left = [package for package in running if package.key in state.packages]
    if (state.day.month, state.day.day) == (4, 1):
        said += [_rise(state, rng, package, midnight) for package in left]
    homes = [package for package in left if package.setting == "community"]
    if homes and rng.random() < MOVES_A_DAY:
        mover = rng.choice(homes)
        mover.team = rng.choice([team for team in LOCALITIES if team != mover.team])
        moved = {"team": mover.team, "reason": "moved"}
        said.append(saying.package(state, "changed", mover.key, midnight, moved))
    return said


def _agree(
    state: State, rng: random.Random, price: Price, team: str, began: dt.date, today: dt.date
) -> Package:
    """A package as it is agreed; one that `began` before the history is alive today, at today's price."""
    return Package(
        _key(state),
        team,
        price.setting,
        price.component,
        prices.agreed(rng, price, today),
        price.frequency,
        prices.planned(rng, price.units),
        began,
        today + _lasts(rng, price),
        began,
    )


def _start(
    state: State, rng: random.Random, price: Price, team: str, moment: dt.datetime, item: Item
) -> list[Said]:
    """A package begins."""
    package = _agree(state, rng, price, team, moment.date(), moment.date())
    state.packages[package.key] = package
    return [saying.package(state, "started", package.key, moment, _told(package) | _decided_in(item))]


def _pay(state: State, rng: random.Random, price: Price, item: Item, moment: dt.datetime) -> list[Said]:
    """Something is paid once; nothing of it is left to follow."""
    package = _agree(state, rng, price, item.team, moment.date(), moment.date())
    return [saying.package(state, "started", package.key, moment, _told(package) | _decided_in(item))]


def _reviewed(state: State, rng: random.Random, item: Item, outcome: str, moment: dt.datetime) -> list[Said]:
    """A review looks at the package that was looked at longest ago, and may change or end it."""
    homes = _at_home(state, item.team if item.team in LOCALITIES else None)
    if not homes:
        return []
    package = min(homes, key=lambda one: (one.reviewed, one.key))
    package.reviewed = moment.date()
    match outcome:
        case "care-reduced":
            return [_scale(state, package, rng.uniform(0.6, 0.88), item, moment)]
        case "care-increased":
            return [_scale(state, package, rng.uniform(1.12, 1.45), item, moment)]
        case "support-ended":
            return [_end(state, package, moment, _decided_in(item))]
        case "residential-or-nursing":
            ended = _end(state, package, moment, _decided_in(item))
            price = prices.chosen(rng, PLACEMENTS)
            return [ended, *_start(state, rng, price, package.team, moment, item)]
        case _:
            return []


def _scale(state: State, package: Package, by: float, item: Item, moment: dt.datetime) -> Said:
    """More or less care: other units or, where they are not counted, another sum."""
    if package.units is not None:
        package.units = prices.quarters(float(package.units) * by)
        changed: dict[str, Any] = {"units_per_week": package.units}
    else:
        package.unit_cost = round(package.unit_cost * by / 100) * 100
        changed = {"unit_cost": package.unit_cost}
    return saying.package(state, "changed", package.key, moment, changed | _decided_in(item))


def _rise(state: State, rng: random.Random, package: Package, moment: dt.datetime) -> Said:
    package.unit_cost = round(package.unit_cost * rng.uniform(prices.RISE - 0.015, prices.RISE + 0.015))
    changed = {"unit_cost": package.unit_cost, "reason": "annual-uplift"}
    return saying.package(state, "changed", package.key, moment, changed)


def _end(state: State, package: Package, moment: dt.datetime, data: dict[str, Any]) -> Said:
    del state.packages[package.key]
    return saying.package(state, "ended", package.key, moment, data)


def _at_home(state: State, team: str | None) -> list[Package]:
    return [
        package
        for package in state.packages.values()
        if package.setting == "community" and team in (None, package.team)
    ]


def _lasts(rng: random.Random, price: Price) -> dt.timedelta:
    if price.setting == "short-term":
        return dt.timedelta(SHORT_TERM_DAYS)
    return dt.timedelta(1 + rng.expovariate(1 / MEAN_DAYS.get(price.setting, 400.0)))


def _why(package: Package) -> str:
    return "ended-as-planned" if package.setting == "short-term" else "deceased-or-moved-away"


def _told(package: Package) -> dict[str, Any]:
    told = {
        "team": package.team,
        "setting": package.setting,
        "component": package.component,
        "unit_cost": package.unit_cost,
        "frequency": package.frequency,
    }
    return told if package.units is None else told | {"units_per_week": package.units}


def _decided_in(item: Item) -> dict[str, Any]:
    return {"decided_in": f"{saying.CASES}/{item.key}"}


def _key(state: State) -> str:
    number, state.next_package = state.next_package, state.next_package + 1
    return f"p-{number:05d}"
