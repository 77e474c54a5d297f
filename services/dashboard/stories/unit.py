"""Parts that a team's page and a service's overview share: figures, exceptions, commitments, meeting."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from services.dashboard.domain import (
    case_links,
    exceptions,
    promises,
    questions,
    strip,
    urgency,
    variation,
    words,
)
from services.dashboard.domain.agreements import Commitment, Meeting
from services.dashboard.domain.answers import Measure, Series, WorkRow
from services.dashboard.domain.exceptions import Need
from services.dashboard.domain.promises import Promise, Worked
from services.dashboard.domain.refusals import Away
from services.dashboard.domain.strip import Tile
from services.dashboard.domain.urgency import Urgency
from services.dashboard.domain.variation import Variation
from services.dashboard.flow import Asked, attempt, maybe


@dataclass(frozen=True)
class Promises:
    """Commitments as they stand beside a team's figures."""

    open: list[Promise]
    more: int
    worked: list[Worked]
    kept: str


@dataclass(frozen=True)
class NextMeeting:
    """The next meeting and what its agenda will hold."""

    meeting: Meeting | None
    when: str
    agenda: str


@dataclass(frozen=True)
class Urgent:
    """One row of a work list."""

    row: WorkRow
    name: str
    holder: str
    due: str
    standing: Urgency
    note: str
    case: str
    """Where it opens in its case system, blank where nobody has said."""


Measured = dict[str, tuple[Measure, Series]]


async def series_of(asked: Asked, grid: bool = False) -> Measured:
    """The measures at the top with their series, in their order."""
    catalogue = await asked.reader.read(questions.catalogue())
    chosen = strip.chosen(catalogue, grid)
    if len(chosen) < 2:
        alone = [await asked.reader.read(questions.series(one.id, asked.unit, asked.when)) for one in chosen]
        return {one.id: (one, series) for one, series in zip(chosen, alone, strict=True)}
    found = await asked.reader.read(questions.several([one.id for one in chosen], asked.unit, asked.when))
    told = {series.measure: series for series in found.series}
    return {one.id: (one, told[one.id]) for one in chosen if one.id in told}


async def tiles(asked: Asked, grid: bool = False) -> list[Tile]:
    """The figures at the top of a page."""
    measured = await series_of(asked, grid)
    return [strip.tile(measure, series, asked.when.today) for measure, series in measured.values()]


async def needs(asked: Asked) -> list[Need]:
    """Open exceptions, what asks for an answer first."""
    found = await asked.reader.read(questions.escalations(asked.unit))
    return [exceptions.need(one, asked.names, asked.when.now) for one in exceptions.in_order(found.items)]


async def commitments(asked: Asked) -> Promises:
    """Open commitments, the late ones first, and those that worked."""
    listed = await asked.reader.read(questions.commitments(asked.unit))
    series = await attempt(series_of(asked))
    today = asked.when.today
    still = [one for one in promises.in_order(listed.items) if one.state == "open"]
    known = {} if isinstance(series, Away) else {name: pair[1] for name, pair in series.items()}
    return Promises(
        open=[promises.promise(one, asked.names, today) for one in still[:5]],
        more=max(0, len(still) - 5),
        worked=promises.that_worked(listed.items, known, today)[:2],
        kept=promises.kept_this_quarter(listed.items, today),
    )


async def meeting(asked: Asked) -> NextMeeting:
    """The meeting that is being held, or the next one planned."""
    found = await asked.reader.read(questions.meetings(asked.unit))
    one = promises.next_meeting([each for each in found.items if each.unit == asked.unit])
    if one is None:
        return NextMeeting(None, "", "")
    starts = words.instant(one.starts)
    when = words.moment(one.starts, asked.when.now)
    if starts and 1 < (starts.date() - asked.when.today).days < 7:
        when = f"{words.DAYS[starts.weekday()]} {starts:%H:%M}"
    # A list of meetings leaves their agendas out.
    agenda = (await asked.reader.read(questions.meeting(one.id))).agenda
    holds = [
        words.plural(len(agenda.last_commitments), "commitment"),
        words.plural(len(agenda.exceptions), "exception"),
        words.plural(len(agenda.reports) or len(questions.REPORTS), "report"),
    ]
    return NextMeeting(one, words.capital(when), ", ".join(holds))


def urgent(row: WorkRow, asked: Asked) -> Urgent:
    """Say one piece of open work."""
    today = asked.when.today
    due = words.near_day(row.due, today) if row.due else "–"
    return Urgent(
        row=row,
        name=f"{words.coded(row.kind) or 'Work'} {row.key or row.subject.rsplit('/', 1)[-1]}",
        holder=asked.names(row.worker) if row.worker else "Not allocated",
        due=due,
        standing=urgency.of_work(row.due, today),
        note="" if row.worker else "Nobody holds it",
        case=case_links.address(row.subject, asked.cases),
    )


def moves(measured: Measured, today: dt.date) -> list[tuple[Series, Variation]]:
    """Each series with how it stands."""
    return [(series, variation.of(series)) for _, series in measured.values()]


async def agreed_for(asked: Asked, measure: str) -> tuple[Commitment, ...]:
    """Commitments that were made for a measure; none where actions is away, for the chart stands without."""
    listed = await maybe(asked, questions.commitments(asked.unit))
    return () if isinstance(listed, Away) else tuple(one for one in listed.items if one.measure == measure)
