"""A rule tried on history: the flow itself over figures of the past, in memory, with nobody told.

What happens live happens here, by the same code and as the organisation stood on each day; only answers are
missing, so every exception climbs its ladder until its figure is well again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from services.notify import due, flow
from services.notify.domain.command import Change
from services.notify.domain.escalation import Known, Raised, State, Unraised, is_unasked, turn
from services.notify.domain.figures import Key, Order, key_of
from services.notify.domain.message import Message, messages
from services.notify.domain.rule import Figure, Pending, Quiet, Rule
from services.notify.domain.rule import State as Stands
from services.notify.domain.scene import Scene


@dataclass(frozen=True, slots=True)
class Outcome:
    """The exceptions that there would have been, oldest first, and every message to a person."""

    exceptions: Sequence[Known]
    told: Sequence[Message]
    pending: Sequence[str]
    """Units where a breach has begun and not yet lasted as long as the rule asks."""


async def rehearse(
    rule: Rule, scene: Callable[[dt.datetime], Scene], figures: Sequence[Figure], until: dt.datetime
) -> Outcome:
    """What the rule would have done by `until`; each figure is told at its `told_at`."""
    work = Rehearsal(rule)
    for figure in sorted(figures, key=lambda one: (one.told_at, one.unit)):
        await _wait(work, scene, figure.told_at)
        await flow.hear(work, scene(figure.told_at), [figure])
    await _wait(work, scene, until)
    return work.outcome()


async def _wait(work: Rehearsal, scene: Callable[[dt.datetime], Scene], until: dt.datetime) -> None:
    """Time passes, from each moment at which something is due to the next."""
    looked: dt.datetime | None = None
    while (moment := work.next_due(looked)) is not None and moment <= until:
        await due.look(work, scene(moment))
        looked = moment


class Rehearsal:
    """The flow's ports in memory, for one rule."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._figures: dict[Key, Figure] = {}
        self._states: dict[str, Stands] = {}
        self._exceptions: dict[str, tuple[State, int]] = {}
        self._told: list[Message] = []

    async def orders(self, keys: Sequence[Key]) -> Mapping[Key, Order]:
        """How new the known figures are."""
        return {key: self._figures[key].order for key in keys if key in self._figures}

    async def keep(self, figures: Sequence[Figure]) -> None:
        """Keep the last figure of each unit."""
        self._figures |= {key_of(figure): figure for figure in figures}

    async def known(self, rule: Rule, unit: str | None = None) -> Sequence[Figure]:
        """The figures that stand, of one unit or of all."""
        return [one for one in self._figures.values() if unit in (None, one.unit)]

    async def rules(self) -> Mapping[str, Rule]:
        """The one rule that is tried."""
        return {self._rule.id: self._rule}

    async def state(self, rule: str, unit: str) -> Stands:
        """How the rule stands at the unit."""
        return self._states.get(unit, Quiet())

    async def stand(self, rule: Rule, unit: str, state: Stands) -> None:
        """Remember how the rule stands from now on."""
        self._states[unit] = state

    async def load(self, exception: str) -> tuple[State, int]:
        """An exception, and its version."""
        return self._exceptions.get(exception, (Unraised(), 0))

    async def append(self, change: Change) -> None:
        """Take the events in, and count who would have been told."""
        for version, event, after in change.steps():
            self._exceptions[event.escalation] = (after, version)
            self._told += messages(event, after, version)

    async def link(self, exception: str, commitment: str) -> None:
        """Nobody agrees anything about what did not happen."""

    async def due(self, now: dt.datetime) -> tuple[list[tuple[str, str]], list[str]]:
        """Breaches that have lasted by now, and exceptions whose next person is to be asked."""
        lasted = [(self._rule.id, unit) for unit, over in self._over() if over <= now]
        return lasted, [name for name, at in self._turns(now) if at <= now]

    def next_due(self, after: dt.datetime | None) -> dt.datetime | None:
        """The next moment at which something is due; with `after`, later than that."""
        moments = [over for _, over in self._over()] + [at for _, at in self._turns(None)]
        return min((at for at in moments if after is None or at > after), default=None)

    def outcome(self) -> Outcome:
        """What came of it."""
        known = [state for state, _ in self._exceptions.values() if not isinstance(state, Unraised)]
        pending = [unit for unit, _ in self._over()]
        return Outcome(sorted(known, key=lambda one: one.breach.raised_at), self._told, sorted(pending))

    def _over(self) -> list[tuple[str, dt.datetime]]:
        pending = [(unit, state) for unit, state in self._states.items() if isinstance(state, Pending)]
        return [(unit, state.since + self._rule.for_) for unit, state in pending]

    def _turns(self, now: dt.datetime | None) -> list[tuple[str, dt.datetime]]:
        """When somebody else is asked; with `now`, those who found nobody are looked at again then."""
        found = []
        for name, (state, _) in self._exceptions.items():
            at = now if isinstance(state, Raised) and is_unasked(state) else None
            if (at := at or turn(state)) is not None:
                found.append((name, at))
        return found
