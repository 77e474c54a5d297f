"""Comparison of teams by funnel plot: which shares differ by more than their size explains; no league table.

Limits are Wilson score limits around the pooled share at each team's own denominator (docs/spc.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Literal

from services.metrics.domain.figures import DECIMALS, Figure, Number
from services.metrics.domain.formula import DAILY, Quotient, terms_of
from services.metrics.domain.measures import Declared
from services.metrics.domain.spc import Direction

Verdict = Literal["as_expected", "look", "stands_out"]
Z_95, Z_99_8 = 1.95996, 3.09023
EDGE = 0.1
"""So large a part of the teams at either end is drawn in before their spread is taken: one team that stands
out is no over-dispersion (Spiegelhalter 2005, doi 10.1002/sim.1970)."""
LEAST_TEAMS = 5
"""Of fewer teams nobody can say whether they spread too widely."""
CURVE = 40


@dataclass(frozen=True, slots=True)
class Limits:
    """Between which values chance alone leaves 95% and 99.8% of teams with so large a denominator."""

    denominator: int
    lower_95: float
    upper_95: float
    lower_99_8: float
    upper_99_8: float


@dataclass(frozen=True, slots=True)
class Spot:
    """One team; `limits` and `verdict` are None where its denominator is too small to have a value."""

    team: str
    value: Number | None
    numerator: int
    denominator: int
    limits: Limits | None
    verdict: Verdict | None
    direction: Direction | None


@dataclass(frozen=True, slots=True)
class Funnel:
    """The teams in the order of their names, the pooled value, and the limits to be drawn.

    `spread` is how many times wider the teams lie than chance explains, None for too few of them.
    """

    pooled: float | None
    numerator: int
    denominator: int
    spots: tuple[Spot, ...]
    curve: tuple[Limits, ...]
    spread: float | None
    too_wide: bool


class NoShare(ValueError):
    """The measure cannot be compared so; the message says why."""


def refuse(declared: Declared) -> None:
    """Raises `NoShare` for a measure that is no share of counted work."""
    formula = declared.formula
    if not isinstance(formula, Quotient):
        raise NoShare("is no share of anything; a funnel compares percentages, ratios and rates")
    if formula.over.money or formula.under.money:
        raise NoShare("is money, not a share of counted work, so chance has no limits for it")
    if any(term.how in DAILY for term in terms_of(formula)):
        raise NoShare("counts the same work on each of its days, so chance has no limits for it")


def funnel(declared: Declared, figures: Iterable[Figure]) -> Funnel:
    """Compare teams, each with its figure, in the order given; raises `NoShare` as `refuse` does."""
    refuse(declared)
    assert isinstance(declared.formula, Quotient)
    per, least = declared.formula.per, max(declared.measure.smallest_denominator, 1)
    shown = [one for one in figures if one.denominator]
    for one in shown:
        if not 0 <= (one.numerator or 0) <= (one.denominator or 0):
            what = f"{one.numerator} of {one.denominator} in {one.key.unit}"
            raise NoShare(f"is no share of what it is divided by ({what})")
    over, under = sum(one.numerator or 0 for one in shown), sum(one.denominator or 0 for one in shown)
    if not under:
        return Funnel(None, 0, 0, (), (), None, too_wide=False)
    pooled = over / under
    spots = tuple(_spot(one, pooled, per, least) for one in shown)
    curve = _curve(pooled, per, max(spot.denominator for spot in spots))
    counts = [(spot.numerator, spot.denominator) for spot in spots if spot.limits]
    spread = dispersion(counts, pooled)
    wide = spread is not None and spread > 1 + 2 * sqrt(2 / len(counts))
    return Funnel(round(per * pooled, DECIMALS), over, under, spots, curve, spread, wide)


def limits(pooled: float, denominator: int, per: int = 1) -> Limits:
    """Wilson score limits around a pooled share for this denominator, times `per`."""
    inner, outer = _wilson(pooled, denominator, Z_95), _wilson(pooled, denominator, Z_99_8)
    return Limits(denominator, *(round(per * edge, DECIMALS) for edge in (*inner, *outer)))


def dispersion(counts: Sequence[tuple[int, int]], pooled: float) -> float | None:
    """The mean square of the teams' distances from the pooled share in standard errors, ends drawn in."""
    if len(counts) < LEAST_TEAMS or not 0 < pooled < 1:
        return None
    away = sorted((over / under - pooled) / sqrt(pooled * (1 - pooled) / under) for over, under in counts)
    drawn = ceil(EDGE * len(away))
    lowest, highest = away[drawn], away[-drawn - 1]
    inner = [min(max(one, lowest), highest) for one in away]
    return round(sum(one * one for one in inner) / len(inner), DECIMALS)


def finding(told: Funnel, name_of: dict[str, str]) -> str:
    """`North stands out, and not by chance; South is worth a look`: names in their order, without ranks."""
    judged = [spot for spot in told.spots if spot.verdict]
    if not judged:
        return "Nothing to compare yet"
    if len(judged) == 1:
        return "Only one team has enough to be compared"
    out = [name_of.get(spot.team, spot.team) for spot in judged if spot.verdict == "stands_out"]
    look = [name_of.get(spot.team, spot.team) for spot in judged if spot.verdict == "look"]
    said = []
    if out:
        said.append(f"{_listed(out)} {'stands' if len(out) == 1 else 'stand'} out, and not by chance")
    if look:
        said.append(f"{_listed(look)} {'is' if len(look) == 1 else 'are'} worth a look")
    if not said:
        said.append(f"No team stands out: the {len(judged)} teams differ as much as chance gives")
    if told.too_wide:
        said.append("the teams differ so widely that their work may not be alike")
    return "; ".join(said)


def _spot(figure: Figure, pooled: float, per: int, least: int) -> Spot:
    over, under = figure.numerator or 0, figure.denominator or 0
    if under < least:
        return Spot(figure.key.unit, figure.value, over, under, None, None, None)
    drawn, share = limits(pooled, under, per), over / under
    low_95, high_95 = _wilson(pooled, under, Z_95)
    low_99_8, high_99_8 = _wilson(pooled, under, Z_99_8)
    direction: Direction | None = "high" if share > high_95 else "low" if share < low_95 else None
    beyond = share > high_99_8 or share < low_99_8
    verdict: Verdict = "stands_out" if beyond else "look" if direction else "as_expected"
    return Spot(figure.key.unit, figure.value, over, under, drawn, verdict, direction)


def _wilson(share: float, count: int, z: float) -> tuple[float, float]:
    middle = share + z * z / (2 * count)
    reach = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    whole = 1 + z * z / count
    return max((middle - reach) / whole, 0.0), min((middle + reach) / whole, 1.0)


def _curve(pooled: float, per: int, largest: int) -> tuple[Limits, ...]:
    """The limits from one piece of work to the largest team's, to be drawn as lines."""
    steps = sorted({max(1, round(largest * (place / CURVE) ** 2)) for place in range(1, CURVE + 1)})
    return tuple(limits(pooled, count, per) for count in steps)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
