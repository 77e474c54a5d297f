"""The teams of a unit compared as chance would have them, and what care costs a week."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.dashboard.domain import questions, sheets, spans, words
from services.dashboard.domain.answers import Catalogue
from services.dashboard.domain.reported import Funnel, Spot
from services.dashboard.domain.reporting import Told
from services.dashboard.domain.sheets import Cell, Sheet
from services.dashboard.flow import Asked
from services.dashboard.stories import reporting

MEASURE = "completed_on_time_percent"
"""What teams are compared by until the reader chooses."""
VERDICTS = {
    "stands_out": "stands out, not by chance",
    "look": "worth a look",
    "as_expected": "as chance gives",
    None: "too few to judge",
}


@dataclass(frozen=True)
class Comparison:
    """Teams beside the limits of chance, as a drawing and as a table in the order of names."""

    funnel: Funnel
    sheet: Sheet
    title: str
    beside: str
    """What else is to be said of it."""
    period: str
    measures: list[tuple[str, str]]
    notes: list[str]
    prompts: list[str]
    shared: bool


@dataclass(frozen=True)
class Bridge:
    """The spend bridge of the last three finished months."""

    told: Told
    days: str
    span: Mapping[str, str]


async def compare(asked: Asked) -> Comparison | None:
    """The comparison that is asked for, else by what is completed on time; None with fewer than two teams."""
    if len(asked.tree.whole.teams_of(asked.unit, asked.when.today)) < 2:
        return None
    measure, period = asked.options.get("measure") or MEASURE, _period(asked)
    found, catalogue = await asyncio.gather(
        asked.reader.read(questions.funnel(measure, asked.unit, period, asked.when)),
        asked.reader.read(questions.catalogue()),
    )
    sheet, (first, *rest) = _sheet(found, asked), found.finding.split("; ")
    return Comparison(
        funnel=found,
        sheet=sheets.masked(sheet, sheets.LEAST) if asked.shared else sheet,
        title=f"{found.name}: {first[:1].lower()}{first[1:]}"
        if first.startswith(("No team", "Nothing", "Only"))
        else f"{found.name}: {first}",
        beside=f"{words.capital('; '.join(rest))}." if rest else "",
        period=words.month(found.period, asked.when.today),
        measures=comparable(catalogue),
        notes=reporting.notes(found, asked),
        prompts=_prompts(found),
        shared=asked.shared,
    )


def _period(asked: Asked) -> str:
    return asked.options.get("period") or words.months_after(words.month_of(asked.when.today), -1)


def comparable(catalogue: Catalogue) -> list[tuple[str, str]]:
    """The measures that chance has limits for: shares of counted work, by name."""
    found = [
        (one.id, one.name)
        for one in catalogue.measures
        if one.unit_of_measure == "percent" and "days(" not in str(one.formula)
    ]
    return sorted(found, key=lambda pair: pair[1].casefold())


def _sheet(found: Funnel, asked: Asked) -> Sheet:
    """For many eyes without the limits, which would tell how many pieces of work there are."""
    chance = () if asked.shared else ("Chance alone",)
    heads = sheets.columns("Team", figures=(found.name, "Pieces of work", *chance))
    rows = tuple(_row(spot, found, asked) for spot in found.teams)
    return Sheet(found.name, heads + sheets.columns("What that means"), rows)


def _row(spot: Spot, found: Funnel, asked: Asked) -> tuple[Cell, ...]:
    unit = found.unit_of_measure
    range_ = "–"
    if spot.limits:
        low, high = (words.number(one, 0) for one in (spot.limits.lower_95, spot.limits.upper_95))
        range_ = f"{low} to {high}{'%' if unit == 'percent' else ''}"
    high_low = {"high": ", high", "low": ", low"}.get(spot.direction or "", "")
    explain = asked.explain(found.measure, found.period, spot.team)
    few = any(0 < one < sheets.LEAST for one in (spot.numerator, spot.denominator - spot.numerator))
    return (
        sheets.said(spot.name or asked.tree.name(spot.team), f"/units/{spot.team}"),
        replace(sheets.figure(spot.value, unit, explain), telling=few),
        sheets.count(spot.denominator, explain),
        *(() if asked.shared else (sheets.said(range_),)),
        sheets.said(words.capital(VERDICTS.get(spot.verdict, "")) + high_low),
    )


def _prompts(found: Funnel) -> list[str]:
    out = [spot for spot in found.teams if spot.verdict in ("stands_out", "look")]
    better, worse = ([one.name for one in out if one.judged == said] for said in ("better", "worse"))
    asked = []
    if better:
        asked.append(f"What does {words.listed(better)} do that others could try?")
    if worse:
        asked.append(f"What does {words.listed(worse)} need, and from whom?")
    return asked or (["What would lift all the teams together?"] if found.teams else [])


async def spend(asked: Asked) -> Bridge:
    """What care costs a week, and what moved it."""
    first, last = spans.chosen({}, asked.when.today)
    span = {"from": first, "to": last}
    read = await reporting.spend(asked, {"by": "month", **span})
    return Bridge(read.told, spans.spoken(read.first, read.last, asked.when.today), span)
