"""`/v1/rules`: what counts as an exception, for whom."""

from __future__ import annotations

from typing import Annotated, Protocol

from fastapi import APIRouter, Path, Request, Response

from runtime.auth import Principal, needs
from runtime.commands import Answer, Order, ordered, versioned
from runtime.problems import Problem, not_found, wrong
from services.notify import flow
from services.notify.api.office import READERS, Office, Reach, Work
from services.notify.api.views import NewRule, Rules, RuleSet, RuleView
from services.notify.domain.command import Stale
from services.notify.domain.rule import Rule, faults
from services.notify.domain.scene import Scene

Key = Annotated[str, Path(max_length=100)]


class Shelf(Protocol):
    """Where rules are read."""

    async def rules(self, tenant: str) -> list[tuple[Rule, int]]: ...


def router(office: Office, shelf: Shelf) -> APIRouter:
    """Rules: read by everybody whom they concern, set by operators."""
    routes = APIRouter(tags=["rules"])
    _questions(routes, office, shelf)
    _commands(routes, office)
    return routes


def _questions(routes: APIRouter, office: Office, shelf: Shelf) -> None:
    @routes.get("/v1/rules", response_model=Rules, summary="The rules that concern the reader.")
    async def rules(who: Principal = needs(*READERS)) -> Rules:
        reach = office.reach(who)
        found = await shelf.rules(who.tenant)
        return Rules(items=[view_of(rule, version) for rule, version in found if concerns(reach, rule)])

    @routes.get("/v1/rules/{id}", response_model=RuleView, summary="One rule, with its version as ETag.")
    async def rule(id: Key, who: Principal = needs(*READERS)) -> Response:
        for found, version in await shelf.rules(who.tenant):
            if found.id == id and concerns(office.reach(who), found):
                return _answer(found, version).response()
        raise not_found()


def _commands(routes: APIRouter, office: Office) -> None:
    @routes.post("/v1/rules", status_code=201, response_model=RuleView, summary="Add a rule.")
    async def add(
        request: Request, body: NewRule, who: Principal = needs("operator"), order: Order = ordered()
    ) -> Response:
        rule = rule_of(body.id, body)

        async def act(work: Work, scene: Scene) -> Answer:
            if await work.version(rule.id):
                raise Problem(409, "There is such a rule", "Change it by PUT, or choose another id.")
            return await _set(work, scene, rule, 1, who)

        return await office.command(request, who, order, act)

    @routes.put("/v1/rules/{id}", response_model=RuleView, summary="Change a rule; figures are judged anew.")
    async def change(
        id: Key,
        request: Request,
        body: RuleSet,
        who: Principal = needs("operator"),
        order: Order = versioned(),
    ) -> Response:
        rule = rule_of(id, body)

        async def act(work: Work, scene: Scene) -> Answer:
            version = await work.version(id)
            _refuse_change((await work.rules()).get(id), rule, version, order)
            return await _set(work, scene, rule, version + 1, who)

        return await office.command(request, who, order, act)


def _refuse_change(stands: Rule | None, rule: Rule, version: int, order: Order) -> None:
    if stands is None:
        raise not_found()
    if order.expected != version:
        raise Stale(f"The rule is at version {version} by now; read it again.")
    if (stands.measure, stands.grain) != (rule.measure, rule.grain):
        told = "A rule keeps its measure and grain: switch this one off and add another."
        raise wrong(told, field="measure")


async def _set(work: Work, scene: Scene, rule: Rule, version: int, who: Principal) -> Answer:
    await work.set_rule(rule, version, who.subject, scene.now)
    await flow.reconsider(work, scene, rule)
    return _answer(rule, version, 201 if version == 1 else 200)


def _answer(rule: Rule, version: int, status: int = 200) -> Answer:
    body = view_of(rule, version).model_dump(mode="json", by_alias=True)
    return Answer(body, status, version, f"/v1/rules/{rule.id}" if status == 201 else None)


def rule_of(name: str, body: RuleSet) -> Rule:
    """The rule that was sent; 422 for one that could not be used."""
    fields = {field: getattr(body, field) for field in RuleSet.model_fields}
    rule = Rule(**(fields | {"id": name, "ladder": tuple(body.ladder)}))
    if found := faults(rule):
        raise wrong(" ".join(found), field=found[0].split()[0])
    return rule


def view_of(rule: Rule, version: int) -> RuleView:
    """The rule as it is shown."""
    fields = {
        "for" if field == "for_" else field: getattr(rule, field) for field in (*RuleSet.model_fields, "id")
    }
    return RuleView(**(fields | {"ladder": list(rule.ladder), "version": version}))


def concerns(reach: Reach, rule: Rule) -> bool:
    """A rule without a unit concerns everybody; else those who see its unit or lie below it."""
    if rule.unit is None or reach.sees(rule.unit):
        return True
    return reach.who.unit is not None and reach.tree.covers(rule.unit, reach.who.unit, reach.today)
