"""given(past).when(command, on=day).then(…): decisions of meetings and commitments as sentences."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from services.actions.domain import commitment, meeting
from services.actions.domain.decision import Decided, Reason, Refused

LONDON = dt.timezone(dt.timedelta(0), "Europe/London")


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
        machine = meeting if isinstance(event, meeting.Event) else commitment
        fresh = meeting.NotScheduled() if machine is meeting else commitment.NotAgreed()
        return machine.evolve(self.state if self.state is not None else fresh, event, at)

    def when(self, command: Any, on: str = "2026-11-23") -> Given:
        """Decide the command on that day, and take its events into the state."""
        if isinstance(command, commitment.Command):
            self.answer = commitment.decide(self.state or commitment.NotAgreed(), command, moment(on))
        else:
            self.answer = meeting.decide(self.state or meeting.NotScheduled(), command)
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
