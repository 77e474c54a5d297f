"""`/v1/rules/{id}/trial` and `/v1/rules/trial`: a rule tried on history before it is switched on."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Protocol

from fastapi import APIRouter, Query, Request

from runtime.auth import Principal, needs
from runtime.problems import Problem, not_found, wrong
from services.notify.api.office import LEADERS, Office, Reach
from services.notify.api.rules import Key, Shelf, concerns, rule_of, view_of
from services.notify.api.trial_views import FiringView, ToldView, TrialView
from services.notify.api.views import AskedView, RuleSet
from services.notify.domain.escalation import Cleared, Known
from services.notify.domain.rule import Rule, applies
from services.notify.domain.scene import Scene
from services.notify.domain.trial import MOST_UNITS, Past, finding, fresh_at, positions, switched_on, told
from services.notify.history import NoHistory
from services.notify.rehearsal import Outcome, rehearse

DRAFT = "draft"
"""The id under which a rule is tried that is not saved."""

TRIERS = (*LEADERS, "analyst", "operator")
First = Annotated[str | None, Query(alias="from", max_length=10, description="First month or week.")]
Last = Annotated[str | None, Query(alias="to", max_length=10, description="Last month or week.")]


class History(Protocol):
    """Where the past of a measure is read."""

    async def series(
        self, token: str, rule: Rule, units: Sequence[str], span: Mapping[str, str]
    ) -> Sequence[Past]: ...


def router(office: Office, shelf: Shelf, history: History) -> APIRouter:
    """Trials: of a rule that stands, and of one that is only thought of; neither changes anything."""
    routes = APIRouter(tags=["rules"])

    @routes.post(
        "/v1/rules/trial", response_model=TrialView, summary="Try a rule on history before it is saved."
    )
    async def draft(
        request: Request, body: RuleSet, who: Principal = needs(*TRIERS), first: First = None, to: Last = None
    ) -> TrialView:
        rule = rule_of(DRAFT, body)
        return await _trial(office, history, request, who, (rule, 0), _span(first, to))

    @routes.post(
        "/v1/rules/{id}/trial",
        response_model=TrialView,
        summary="Try a rule on history: when it would have fired and cleared, where, and for whom.",
    )
    async def trial(
        id: Key, request: Request, who: Principal = needs(*TRIERS), first: First = None, to: Last = None
    ) -> TrialView:
        reach = office.reach(who)
        for rule, version in await shelf.rules(who.tenant):
            if rule.id == id and concerns(reach, rule):
                return await _trial(office, history, request, who, (rule, version), _span(first, to))
        raise not_found()

    return routes


async def _trial(
    office: Office,
    history: History,
    request: Request,
    who: Principal,
    tried: tuple[Rule, int],
    span: Mapping[str, str],
) -> TrialView:
    rule, now = switched_on(tried[0]), office.now()
    units = _watched(office.reach(who), rule)
    try:
        pasts = await history.series(request.headers["Authorization"], rule, units, span)
    except NoHistory as error:
        if error.status in (404, 422):
            raise wrong(str(error), field="measure" if error.status == 404 else "from") from error
        raise Problem(error.status, "Metrics declines", str(error)) from error
    figures = [figure for past in pasts for figure in told(rule, past, now)]
    numbers, scene = itertools.count(1), office.scene(who.tenant)

    def then(at: dt.datetime) -> Scene:
        return replace(scene, now=at, new_id=lambda: f"trial-{next(numbers)}")

    return _view(tried, scene.today, pasts, await rehearse(rule, then, figures, now))


def _watched(reach: Reach, rule: Rule) -> list[str]:
    """The units that the rule watches today, as far as the reader sees."""
    seen, tree, today = reach.units(None), reach.tree, reach.today
    found = [
        unit.id
        for unit in tree.units(today)
        if (seen is None or unit.id in seen)
        and applies(rule, unit.id, unit.level, [place.id for place in tree.path(unit.id, today)])
    ]
    if not found:
        raise wrong("The rule watches no unit within your reach.", field="unit", reason="nothing-to-try")
    if len(found) > MOST_UNITS:
        asked = f"It watches {len(found)} units; name a level or unit with at most {MOST_UNITS} to try it."
        raise wrong(asked, field="unit", reason="too-many")
    return sorted(found)


def _span(first: str | None, last: str | None) -> dict[str, str]:
    return {name: value for name, value in (("from", first), ("to", last)) if value}


def _view(tried: tuple[Rule, int], today: dt.date, pasts: Sequence[Past], outcome: Outcome) -> TrialView:
    periods = sorted({point.period for past in pasts for point in past.points})
    told_to = Counter(message.person for message in outcome.told)
    of_each = Counter(message.escalation for message in outcome.told)
    return TrialView(
        rule=view_of(*tried),
        as_at=today,
        fresh_at=fresh_at(pasts),
        positions=positions(pasts),
        first=periods[0] if periods else None,
        last=periods[-1] if periods else None,
        units=[past.unit for past in pasts],
        firings=[_firing(one, of_each[one.breach.escalation]) for one in outcome.exceptions],
        pending=list(outcome.pending),
        people=[ToldView(person=person, messages=many) for person, many in _most(told_to)],
        messages=len(outcome.told),
        finding=finding(periods, len(pasts), outcome.exceptions, told_to),
    )


def _most(told_to: Counter[str]) -> list[tuple[str, int]]:
    return sorted(told_to.items(), key=lambda pair: (-pair[1], pair[0]))


def _firing(state: Known, messages: int) -> FiringView:
    breach = state.breach
    ended = state if isinstance(state, Cleared) else None
    return FiringView(
        unit=breach.unit,
        title=breach.title,
        period=breach.period,
        value=breach.value,
        since=dt.datetime.fromisoformat(breach.since),
        fired_at=breach.raised_at,
        asked=[AskedView(person=one.person, rung=one.rung, at=one.at) for one in state.asked],
        cleared_at=ended.at if ended else None,
        why=ended.why if ended else None,
        messages=messages,
    )
