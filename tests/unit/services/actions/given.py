"""given(past).when(command, on=day).then(…): decisions as sentences."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from services.actions.domain import commitment, meeting, purpose, target
from services.actions.domain.decision import Decided, Reason, Refused

LONDON = dt.timezone(dt.timedelta(0), "Europe/London")

MACHINES: tuple[tuple[Any, Any], ...] = (
    (commitment, commitment.NotAgreed()),
    (meeting, meeting.NotScheduled()),
    (target, target.NotAgreed()),
    (purpose, purpose.NotSet()),
)
"""Each noun's decisions, and how its stream begins."""


def moment(day: str) -> dt.datetime:
    """Ten o'clock on the day."""
    return dt.datetime.fromisoformat(f"{day}T10:00:00").replace(tzinfo=LONDON)


@dataclass
class Given:
    """What happened so far, as (day, event) pairs."""

    past: tuple[tuple[str, Any], ...]
    state: Any = None
    answer: Any = field(default=None, init=False)

    def __post_init__(self) -> None:
        for day, event in self.past:
            self.state = self._evolve(event, moment(day))

    def _evolve(self, event: Any, at: dt.datetime) -> Any:
        machine, fresh = next((one, begin) for one, begin in MACHINES if isinstance(event, one.Event))
        return machine.evolve(self.state if self.state is not None else fresh, event, at)

    def when(self, command: Any, on: str = "2026-11-23") -> Given:
        """Decide the command on that day, and take its events into the state."""
        machine, fresh = next((one, begin) for one, begin in MACHINES if isinstance(command, one.Command))
        when = (moment(on),) if machine is commitment else ()
        self.answer = machine.decide(self.state or fresh, command, *when)
        if isinstance(self.answer, Decided):
            for event in self.answer.events:
                self.state = self._evolve(event, moment(on))
        return self

    def then(self, *events: Any, reason: Reason) -> Given:
        """It held, with these events and this reason."""
        assert self.answer == Decided(events, reason)
        return self

    def held(self, reason: Reason) -> Given:
        """It held, for this reason."""
        assert isinstance(self.answer, Decided), self.answer
        assert self.answer.reason is reason
        return self

    def refused(self, reason: Reason, *said: str) -> Refused:
        """It was refused for this reason, in a sentence that says these things."""
        assert isinstance(self.answer, Refused), self.answer
        assert self.answer.reason is reason
        for words in said:
            assert words in self.answer.sentence
        return self.answer


def given(*past: tuple[str, Any]) -> Given:
    """Begin with what happened."""
    return Given(past)
