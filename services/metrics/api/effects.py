"""`/v1/effects`: what decisions did to the figures of a service."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from runtime.auth import Principal, needs
from services.metrics.answers import effects as answers
from services.metrics.answers import meetings
from services.metrics.answers.asking import Answer
from services.metrics.api.desk import READERS, AsAt, AsKnown, Desk, From, To, Unit, answering, range_of
from services.metrics.api.shaping import meta_of
from services.metrics.api.views import Meta, Number, View
from services.metrics.domain.cuts import Per
from services.metrics.domain.effects import Effect, Effects, together
from services.metrics.domain.money import pence, pounds
from services.metrics.domain.periods import Period
from services.metrics.domain.spc import Variation

Worker = Annotated[
    str | None,
    Query(max_length=200, description="Staff id: their own effect, for them and their manager only."),
]


Pers = Annotated[Per, Query(description="`month`: of a unit each month by itself too.")]
MeetingId = Annotated[str | None, Query(max_length=200, description="Id of a meeting: what came of it.")]


class Share(View):
    """What some decisions changed; cost is commissioned gross cost."""

    weekly_spend: float = Field(description="Pounds a week: started + changed − ended.")
    pence: int = Field(description="The same in pence.")
    one_off: float = Field(description="Pounds, paid once.")
    decisions: int = Field(description="Pieces of work in which they were taken.")


class Named(Share):
    """The share of a team or of a kind of work."""

    name: str


class NotGiven(View):
    """What nobody can be given."""

    no_decision_named: Share
    decision_unknown: Share = Field(description="Named, but not completed by anybody that is known.")


class Own(View):
    """What one worker did, beside what it came to; never compared with other workers."""

    worker: str
    effect: Share
    others: Share = Field(description="All other decisions together.")
    flows: dict[str, dict[str, int]] = Field(description="Account → kind of work → how often.")
    outcomes: dict[str, int]
    finding: str


class Month(View):
    """What was decided in a month, by kind of work: the net effect of reviews month by month."""

    month: str
    whole: Share
    kinds: list[Named]
    not_given: NotGiven


class Answered(Meta):
    """What was decided in the days from `from` to `to`, and what it did to spend of the unit."""

    unit: str
    first: dt.date = Field(alias="from")
    last: dt.date = Field(alias="to")
    whole: Share
    not_given: NotGiven
    teams: list[Named] | None = Field(
        default=None, description="By the team that decided, in order of names."
    )
    kinds: list[Named] | None = Field(
        default=None, description="By the kind of work that decided: reviews too."
    )
    months: list[Month] | None = Field(default=None, description="Each month by itself, with `per=month`.")
    finding: str | None = Field(default=None, description="What reviews did to spend, of a unit.")
    own: Own | None = None


class Promise(View):
    """A commitment of the meeting, and the figure that it answers by whole months."""

    commitment: str
    text: str
    deadline: str
    state: meetings.State = Field(description="`ended`: done late, or dropped.")
    measure: str | None
    before_period: str | None
    before: Number | None = Field(description="The last whole month before the meeting.")
    since_period: str | None
    since: Number | None = Field(description="The last whole month after that of the meeting; null: not yet.")
    variation: Variation | None


class MeetingAnswered(Meta):
    """What came of a meeting. That a figure changed since does not say that the meeting changed it."""

    meeting: str
    unit: str
    day: dt.date
    commitments: list[Promise]
    decided: Share = Field(
        description="What packages of any team say was decided in this meeting or in a commitment of it."
    )
    whole: Share = Field(description="What changed the unit's spend since the day of the meeting.")
    finding: str = Field(description="Also says where no event names the meeting, so nothing can be given.")


def router(desk: Desk) -> APIRouter:
    """The route over a desk."""
    routes = APIRouter(tags=["effects"])

    @routes.get("/v1/effects", summary="What the decisions of a unit, a worker or a meeting did.")
    async def effects(
        who: Principal = needs(*READERS),
        unit: Unit = None,
        worker: Worker = None,
        meeting: MeetingId = None,
        as_at: AsAt = None,
        as_known: AsKnown = None,
        first: From = None,
        to: To = None,
        per: Pers = "period",
    ) -> Answered | MeetingAnswered:
        days = range_of(first, to)
        with answering():
            if meeting is not None:
                ask = desk.asked(who, None, as_at, as_known)
                sees = partial(desk.may_see, who, today=ask.today)
                return _of_meeting(await meetings.of_meeting(desk.sources, ask, meeting, sees))
            if worker is None:
                ask = desk.asked(who, unit, as_at, as_known)
                return _of_unit(await answers.of_unit(desk.sources, ask, days, per))
            team = desk.own_of(who, worker)
            ask = desk.asked(who, unit, as_at, as_known)
            if unit is None:  # the whole of the service, of which only the sum is shown
                tree = desk.sources.rollup(who.tenant).tree
                ask = replace(ask, unit=answers.service_of(tree, team, ask.as_at))
            whose = "Your" if who.subject == worker else "Their"
            return _of_worker(await answers.of_worker(desk.sources, ask, worker, whose, days))

    return routes


def _of_unit(told: Answer[answers.UnitEffects]) -> Answered:
    found = told.what.effects
    return Answered(
        **meta_of(told),
        unit=told.ask.unit,
        first=told.what.first,
        last=told.what.last,
        whole=_share(found.whole),
        not_given=_nobodys(found),
        teams=_named(found.by_team),
        kinds=_named(found.by_kind),
        months=[_month(*one) for one in told.what.months] or None,
        finding=told.what.finding,
    )


def _month(month: Period, found: Effects) -> Month:
    return Month(
        month=month.label,
        whole=_share(found.whole),
        kinds=_named(found.by_kind),
        not_given=_nobodys(found),
    )


def _nobodys(found: Effects) -> NotGiven:
    return NotGiven(no_decision_named=_share(found.unnamed), decision_unknown=_share(found.unknown))


def _of_worker(told: Answer[answers.WorkerEffects]) -> Answered:
    found, what = told.what.effects, told.what
    nobodys = together((found.unknown, found.by_worker.get("", Effect())))
    others = together(effect for worker, effect in found.by_worker.items() if worker not in ("", what.worker))
    return Answered(
        **meta_of(told),
        unit=told.ask.unit,
        first=what.first,
        last=what.last,
        whole=_share(found.whole),
        not_given=NotGiven(no_decision_named=_share(found.unnamed), decision_unknown=_share(nobodys)),
        own=Own(
            worker=what.worker,
            effect=_share(what.own),
            others=_share(others),
            flows={account: dict(kinds) for account, kinds in sorted(what.flows.items())},
            outcomes=dict(what.outcomes),
            finding=what.finding,
        ),
    )


def _of_meeting(told: Answer[meetings.MeetingEffects]) -> MeetingAnswered:
    what = told.what
    return MeetingAnswered(
        **meta_of(told),
        meeting=what.meeting,
        unit=what.unit,
        day=what.day,
        commitments=[
            Promise(
                commitment=one.commitment,
                text=one.text,
                deadline=one.deadline,
                state=one.state,
                measure=one.measure,
                before_period=one.before.key.period.label if one.before else None,
                before=one.before.value if one.before else None,
                since_period=one.since.key.period.label if one.since else None,
                since=one.since.value if one.since else None,
                variation=one.series.variation if one.series else None,
            )
            for one in what.promises
        ],
        decided=_share(what.decided),
        whole=_share(what.whole),
        finding=what.said,
    )


def _named(found: Mapping[str, Effect]) -> list[Named]:
    return [Named(name=name, **_share(found[name]).model_dump()) for name in sorted(found)]


def _share(effect: Effect) -> Share:
    return Share(
        weekly_spend=pounds(effect.weekly),
        pence=pence(effect.weekly),
        one_off=pounds(effect.once),
        decisions=len(effect.decisions),
    )
