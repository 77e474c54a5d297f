"""What a decision may know besides the facts: the organisation, working hours, the moment, fresh ids."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from schemas.escalations import EscalationRaised, Turn
from schemas.tree import Tree
from services.notify.domain.breach import opening
from services.notify.domain.chain import Rung, again, ask, chain
from services.notify.domain.command import Climb
from services.notify.domain.escalation import Acknowledged, Next, Raised, Snoozed, asked_by_now
from services.notify.domain.period import is_present
from services.notify.domain.rule import Figure, Rule, applies
from services.notify.domain.working_time import Hours, after


@dataclass(frozen=True, slots=True)
class Scene:
    """The world as it is while one decision falls."""

    tree: Tree
    hours: Hours
    now: dt.datetime
    new_id: Callable[[], str]

    @property
    def today(self) -> dt.date:
        """The council's day."""
        return self.now.astimezone(self.hours.zone).date()

    def above(self, unit: str) -> list[str]:
        """The unit and those over it, root first."""
        return [place.id for place in self.tree.path(unit, self.today)]

    def watches(self, rule: Rule, figure: Figure) -> bool:
        """Whether the rule looks at the figure's unit, as the organisation stands today."""
        place = self.tree.unit(figure.unit, self.today)
        level = place.level if place else None
        return applies(rule, figure.unit, level, self.above(figure.unit))

    def is_present(self, figure: Figure) -> bool:
        """Whether the figure was told while its period ran, and that is no longer ago than a day."""
        told = figure.told_at.astimezone(self.hours.zone).date()
        return is_present(figure.period, figure.grain, told, self.today)

    def opening(self, rule: Rule, figure: Figure, since: dt.datetime) -> EscalationRaised:
        """The event with which an exception begins: the first person is asked, and the next one is named."""
        place = self.tree.unit(figure.unit, self.today)
        name = place.name if place else figure.unit
        return opening(self.new_id(), rule, figure, since, name, *self._ask(rule, figure.unit))

    def climb(self, rule: Rule, state: Raised) -> Climb:
        """Who is asked now that time is up, or that somebody may have been found; a blank person: nobody."""
        last, asked = asked_by_now(state)
        rung, onward = self._ask(rule, state.breach.unit, last, asked)
        return Climb(rung.number, rung.person, onward) if rung else Climb(last + 1, "", None)

    def wake(self, rule: Rule, state: Acknowledged | Snoozed) -> Climb:
        """Who is asked once an answer is over: whoever gave it if the ladder has them, else its first."""
        why: Turn = "lapsed" if isinstance(state, Acknowledged) else "snooze_over"
        rungs = chain(self.tree, state.breach.unit, rule.ladder, self.today)
        rung, onward = again(rungs, lambda: after(self.hours, self.now, rule.rung_after), state.note.by)
        return Climb(rung.number, rung.person, onward, why) if rung else Climb(1, "", None, why)

    def lapse(self, rule: Rule) -> dt.datetime:
        """When an acknowledgement given now lapses."""
        return after(self.hours, self.now, rule.lapses_after)

    def _ask(
        self, rule: Rule, unit: str, last: int = 0, asked: tuple[str, ...] = ()
    ) -> tuple[Rung | None, Next | None]:
        rungs = chain(self.tree, unit, rule.ladder, self.today)
        return ask(rungs, lambda: after(self.hours, self.now, rule.rung_after), last, asked)
