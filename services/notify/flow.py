"""The story of notify: a figure is told → each rule decides → somebody is asked → they answer, or the next.

Every step runs in one transaction, one at a time (`Work`); what people are told is queued in it and leaves
afterwards (`channels/sender.py`). What is known of the world comes with the scene. What time alone brings
about is in `due.py`; `rehearsal.py` runs the same story over history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Protocol

from schemas.commitments import CommitmentAgreed
from services.notify.domain import escalation, rule
from services.notify.domain.breach import ending
from services.notify.domain.command import Change, Close, Command, Stale, decide, is_repeat
from services.notify.domain.figures import Key, Order, key_of, newest
from services.notify.domain.rule import Figure, Pending, Quiet, Reason, Rule, Standing
from services.notify.domain.scene import Scene


class Figures(Protocol):
    """The newest figure of each unit, measure and grain."""

    async def orders(self, keys: Sequence[Key]) -> Mapping[Key, Order]: ...
    async def keep(self, figures: Sequence[Figure]) -> None: ...
    async def known(self, rule: Rule, unit: str | None = None) -> Sequence[Figure]: ...


class Standings(Protocol):
    """The rules, and how each stands at each unit."""

    async def rules(self) -> Mapping[str, Rule]: ...
    async def state(self, rule: str, unit: str) -> rule.State: ...
    async def stand(self, rule: Rule, unit: str, state: rule.State) -> None: ...


class Escalations(Protocol):
    """Exceptions as streams of events; `append` also queues what people and subscribers are told."""

    async def load(self, exception: str) -> tuple[escalation.State, int]: ...
    async def append(self, change: Change) -> None: ...
    async def link(self, exception: str, commitment: str) -> None: ...


class Work(Figures, Standings, Escalations, Protocol):
    """All of it in one transaction of one tenant, with nobody else deciding meanwhile."""


async def hear(work: Work, scene: Scene, told: Sequence[Figure]) -> Counter[Reason]:
    """Take figures in any order, keep the newest, and let every rule decide; answers with the reasons."""
    fresh = newest(told, await work.orders([key_of(figure) for figure in told]))
    await work.keep(fresh)
    rules = (await work.rules()).values()
    pairs = [(one, figure) for figure in fresh for one in rules if rule.reads(one, figure)]
    return Counter([await judge(work, scene, one, figure) for one, figure in pairs])


async def reconsider(work: Work, scene: Scene, changed: Rule) -> Counter[Reason]:
    """A rule is new or was changed: hold it against the figures that stand."""
    return Counter([await judge(work, scene, changed, figure) for figure in await work.known(changed)])


async def judge(work: Work, scene: Scene, one: Rule, figure: Figure) -> Reason:
    """What one figure means for one rule, and do it."""
    state, present = await work.state(one.id, figure.unit), scene.is_present(figure)
    watched = scene.watches(one, figure)
    decision = rule.decide(one, state, figure, present=present) if watched else rule.let_go(state)
    match decision:
        case rule.Begin(since=since):
            await work.stand(one, figure.unit, Pending(since))
        case rule.Forget():
            await work.stand(one, figure.unit, Quiet())
        case rule.Raise(since=since):
            opening = scene.opening(one, figure, since)
            await work.append(
                Change(escalation.Unraised(), 0, [opening], scene.now, scene.above(figure.unit))
            )
            await work.stand(one, figure.unit, Standing(opening.escalation))
        case rule.Clear(escalation=standing, reason=reason):
            await answer(work, scene, standing, ending(one, figure, reason, corrected=not present))
            await work.stand(one, figure.unit, Quiet())
    return decision.reason


async def agreed(work: Work, scene: Scene, made: CommitmentAgreed, exception: str) -> None:
    """A commitment answers an exception: remember it; one of its own unit, or of one above, closes it."""
    state, _ = await work.load(exception)
    if not isinstance(state, escalation.Unraised):
        await work.link(exception, made.commitment)
        if escalation.is_open(state) and made.unit in scene.above(state.breach.unit):
            await answer(work, scene, exception, Close(made.by, commitment=made.commitment))


async def answer(work: Work, scene: Scene, exception: str, command: Command, at: int | None = None) -> None:
    """Do a command on an exception. Raises `Refused`, or `Stale` when it is not at the version `at`."""
    state, version = await work.load(exception)
    if at not in (None, version) and not is_repeat(state, command):
        raise Stale(f"It is at version {version} by now; read it again, then decide again.")
    if events := decide(state, command):
        await work.append(Change(state, version, events, scene.now, scene.above(events[0].unit)))
