"""What time alone brings about: a breach has lasted, or it is somebody's turn to be asked."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from services.notify import flow
from services.notify.domain.escalation import Acknowledged, Raised, Snoozed
from services.notify.domain.rule import Pending, Rule, is_over
from services.notify.domain.scene import Scene


class Work(flow.Work, Protocol):
    """The flow's ports, and what is due: rules with the unit, and exceptions."""

    async def due(self, now: dt.datetime) -> tuple[list[tuple[str, str]], list[str]]: ...


async def look(work: Work, scene: Scene) -> tuple[int, int]:
    """Do what is due; answers with how many breaches had lasted, and how many exceptions waited."""
    lasting, silent = await work.due(scene.now)
    rules = await work.rules()
    for name, unit in lasting:
        if rule := rules.get(name):
            await lasted(work, scene, rule, unit)
    for exception in silent:
        await climb(work, scene, exception)
    return len(lasting), len(silent)


async def lasted(work: flow.Work, scene: Scene, one: Rule, unit: str) -> None:
    """Nothing contradicted a breach for as long as its rule asks: ask somebody."""
    state = await work.state(one.id, unit)
    for figure in await work.known(one, unit):
        if isinstance(state, Pending) and is_over(one, state, scene.now):
            await flow.judge(work, scene, one, figure.as_of(scene.now))


async def climb(work: flow.Work, scene: Scene, exception: str) -> None:
    """Nobody answered in time, nobody had been found, or an answer is over: ask somebody."""
    state, _ = await work.load(exception)
    match state:
        case Raised(breach=breach) if one := (await work.rules()).get(breach.rule):
            await flow.answer(work, scene, exception, scene.climb(one, state))
        case Acknowledged(breach=breach) | Snoozed(breach=breach) if one := (await work.rules()).get(
            breach.rule
        ):
            await flow.answer(work, scene, exception, scene.wake(one, state))
