"""What a page asks the other services: one question, one call. Addresses stand here and nowhere else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from msgspec import Struct

from services.dashboard.domain import words
from services.dashboard.domain.agreements import Commitment, Escalation, Meeting, Rule
from services.dashboard.domain.aims import Purpose
from services.dashboard.domain.answers import (
    Catalogue,
    Feeds,
    Figures,
    Listed,
    Report,
    Series,
    SeveralSeries,
    WorkList,
)
from services.dashboard.domain.reported import Effects, Funnel, Restatements
from services.dashboard.domain.trail import Explanation, Item, LoggedEvent

T = TypeVar("T", bound=Struct)
Given = Mapping[str, str | int]
Params = tuple[tuple[str, str], ...]
REPORTS = ("workload", "completed", "outcomes")
BACK = 24
"""Months of a series: enough for limits and for a year-on-year look."""


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """A GET of one service; `keep` is for how many seconds the answer may serve the same person again."""

    service: str
    path: str
    shape: type[T]
    params: Params = ()
    keep: float = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """The day that a page speaks of: `as_at` only where the reader asked for another day."""

    now: dt.datetime
    as_at: dt.date | None = None

    @property
    def today(self) -> dt.date:
        """The page's day."""
        return self.as_at or self.now.astimezone(words.LONDON).date()

    @property
    def params(self) -> Params:
        """What every question about figures carries."""
        return (("as_at", self.as_at.isoformat()),) if self.as_at else ()


def _params(**given: str | int | None) -> Params:
    return tuple((key, str(value)) for key, value in given.items() if value not in (None, ""))


def catalogue() -> Question[Catalogue]:
    """Every measure."""
    return Question("metrics", "/v1/measures", Catalogue, keep=60)


def feeds() -> Question[Feeds]:
    """How fresh each feed is."""
    return Question("metrics", "/v1/feeds", Feeds)


def series(measure: str, unit: str, when: Moment, grain: str = "month") -> Question[Series]:
    """A measure over the last two years."""
    first = words.months_after(words.month_of(when.today), -BACK)
    asked = _params(measure=measure, unit=unit, grain=grain, **{"from": f"{first}-01"})
    return Question("metrics", "/v1/series", Series, asked + when.params)


def several(measures: Sequence[str], unit: str, when: Moment) -> Question[SeveralSeries]:
    """Two measures or more over the last two years, in one answer."""
    first = words.months_after(words.month_of(when.today), -BACK)
    asked = [("measure", one) for one in measures]
    rest = _params(unit=unit, grain="month", **{"from": f"{first}-01"})
    return Question("metrics", "/v1/series", SeveralSeries, (*asked, *rest, *when.params))


def figures(measures: list[str], units: list[str], when: Moment) -> Question[Figures]:
    """Several measures of several units for the present month."""
    asked = [("measure", one) for one in measures] + [("unit", one) for one in units]
    period = (("period", words.month_of(when.today)),)
    return Question("metrics", "/v1/figures", Figures, (*asked, *period, *when.params))


def report(name: str, unit: str, when: Moment, by: str = "", **span: str) -> Question[Report]:
    """One of the three reports; `span` gives `from` and `to`."""
    asked = _params(unit=unit, by=by, **span)
    return Question("metrics", f"/v1/reports/{name}", Report, asked + when.params)


def workload(unit: str, when: Moment) -> Question[Report]:
    """Report 1, by the month in which work is due."""
    return report("workload", unit, when, "month")


def told(name: str, shape: type[T], unit: str, when: Moment, given: Given) -> Question[T]:
    """A report of metrics in its own shape; `given` says how it is cut and over which days."""
    return Question("metrics", f"/v1/reports/{name}", shape, _params(unit=unit, **given) + when.params)


def funnel(measure: str, unit: str, period: str, when: Moment) -> Question[Funnel]:
    """The teams of a unit compared."""
    asked = _params(measure=measure, unit=unit, period=period)
    return Question("metrics", "/v1/funnel", Funnel, asked + when.params)


def effects(when: Moment, given: Given) -> Question[Effects]:
    """What decisions did: of a unit, or of one worker."""
    return Question("metrics", "/v1/effects", Effects, _params(**given) + when.params)


def restatements(measure: str, unit: str, when: Moment, given: Given) -> Question[Restatements]:
    """What changed since figures of a measure were given."""
    asked = _params(measure=measure, unit=unit, **given)
    return Question("metrics", "/v1/restatements", Restatements, asked + when.params)


def quarter_before(today: dt.date) -> tuple[dt.date, dt.date]:
    """The three finished months before the month of this day."""
    first = dt.date.fromisoformat(words.months_after(words.month_of(today), -3) + "-01")
    return first, today.replace(day=1) - dt.timedelta(days=1)


def outcomes(unit: str, when: Moment) -> Question[Report]:
    """Report 3, over the last three finished months."""
    first, last = quarter_before(when.today)
    return report("outcomes", unit, when, **{"from": first.isoformat(), "to": last.isoformat()})


def explain(
    measure: str, unit: str, period: str, when: Moment, cursor: str, only: Mapping[str, str]
) -> Question[Explanation]:
    """A figure, its definition and its lines; `only` chooses a part of it, also by what is blank."""
    asked = _params(measure=measure, unit=unit, period=period, limit=50, cursor=cursor)
    return Question("metrics", "/v1/explain", Explanation, (*asked, *only.items(), *when.params))


def event(topic: str, partition: int, offset: int) -> Question[LoggedEvent]:
    """One event of the log."""
    return Question("metrics", f"/v1/events/{topic}/{partition}/{offset}", LoggedEvent)


def item(subject: str) -> Question[Item]:
    """One piece of work."""
    return Question("metrics", "/v1/items", Item, _params(subject=subject))


def work(unit: str, limit: int, when: Moment, worker: str = "", cursor: str = "") -> Question[WorkList]:
    """Open work as it stands now or stood on the page's day, the most urgent first."""
    asked = _params(unit=unit, state="open", worker=worker, order="urgency", limit=limit, cursor=cursor)
    return Question("metrics", "/v1/work", WorkList, asked + when.params)


def commitments(
    unit: str, state: str = "", owner: str = "", cursor: str = ""
) -> Question[Listed[Commitment]]:
    """Commitments of a unit."""
    asked = _params(unit=unit, state=state, owner=owner, limit=100, cursor=cursor)
    return Question("actions", "/v1/commitments", Listed[Commitment], asked)


def commitment(one: str) -> Question[Commitment]:
    """One commitment."""
    return Question("actions", f"/v1/commitments/{one}", Commitment)


def meetings(unit: str, state: str = "") -> Question[Listed[Meeting]]:
    """Meetings of a unit."""
    return Question("actions", "/v1/meetings", Listed[Meeting], _params(unit=unit, state=state))


def meeting(one: str) -> Question[Meeting]:
    """One meeting with its agenda."""
    return Question("actions", f"/v1/meetings/{one}", Meeting)


def purpose(unit: str) -> Question[Purpose]:
    """What a unit is for."""
    return Question("actions", f"/v1/purposes/{unit}", Purpose)


def escalations(unit: str, state: str = "open") -> Question[Listed[Escalation]]:
    """Exceptions of a unit and all below it."""
    return Question("notify", "/v1/escalations", Listed[Escalation], _params(unit=unit, state=state))


def escalation(one: str) -> Question[Escalation]:
    """One exception."""
    return Question("notify", f"/v1/escalations/{one}", Escalation)


def rules() -> Question[Listed[Rule]]:
    """The thresholds that raise exceptions."""
    return Question("notify", "/v1/rules", Listed[Rule], keep=60)
