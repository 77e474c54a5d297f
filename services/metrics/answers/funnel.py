"""Comparison of the teams of a unit by funnel plot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.metrics.answers.asking import Answer, Ask, BadQuestion, Sources
from services.metrics.answers.figures import as_believed, evaluate
from services.metrics.domain.figures import Key
from services.metrics.domain.funnel import Funnel, NoShare, finding, funnel, refuse
from services.metrics.domain.measures import Declared
from services.metrics.domain.periods import Period


@dataclass(frozen=True, slots=True)
class Compared:
    """A funnel with the names of its teams and what it says; `unfinished`: the period is not over yet."""

    declared: Declared
    period: Period
    funnel: Funnel
    names: Mapping[str, str]
    finding: str
    unfinished: bool


async def compare(sources: Sources, ask: Ask, measure: str, period: Period) -> Answer[Compared]:
    """The teams that belong to the unit on the period's last day, or on the day asked if that is earlier."""
    declared, rollup = sources.declared(measure), sources.rollup(ask.tenant)
    day = min(period.last, ask.as_at)
    teams = {team: rollup.tree.unit(team, day) for team in rollup.tree.teams_of(ask.unit, day)}
    names = {team: unit.name for team, unit in teams.items() if unit}
    keys = [(Key(measure, team, period), declared) for team in sorted(names, key=lambda team: names[team])]
    try:
        refuse(declared)
        async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
            figures = as_believed(ask, await evaluate(snapshot, keys, rollup, ask.as_at, ask.today))
            fresh = await snapshot.freshness()
        made = funnel(declared, figures)
    except NoShare as error:
        raise BadQuestion("measure", _refusal(sources, declared, error)) from error
    unfinished = period.last > ask.as_at
    return Answer(ask, fresh, Compared(declared, period, made, names, finding(made, names), unfinished))


def _refusal(sources: Sources, declared: Declared, error: NoShare) -> str:
    possible = [one.measure.id for one in sources.catalogue if _is_share(one)]
    return f"{declared.measure.name} ({declared.measure.id}) {error}. Choose one of {', '.join(possible)}."


def _is_share(declared: Declared) -> bool:
    try:
        refuse(declared)
    except NoShare:
        return False
    return True
