"""Figures, rules and exceptions for the tests of notify."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from schemas.escalations import EscalationRaised
from services.notify.domain.command import Change, Command, decide
from services.notify.domain.escalation import EscalationEvent, State, Unraised, evolve

START = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)
RAISED = EscalationRaised(
    escalation="x-1",
    rule="team-overdue",
    unit="north",
    measure="overdue",
    title="North: overdue work is 23, above the limit of 20",
    severity="warning",
    value=23,
    threshold=20,
    period="2026-11",
    since="2026-11-23T09:30:00+00:00",
    asked="leah",
    next_at="2026-11-24T09:30:00+00:00",
    next_asked="ruth",
)


class Given:
    """`given(events).when(command)`: what was decided, and what stands then."""

    def __init__(self, *before: EscalationEvent) -> None:
        self.state: State = Unraised()
        self.events: Sequence[EscalationEvent] = ()
        for event in before:
            self.state = evolve(self.state, event, START)

    def when(self, command: Command) -> Given:
        """Decide and go on; raises `Refused`."""
        self.events = decide(self.state, command)
        change = Change(self.state, 0, self.events, START, [])
        for _, _, after in change.steps():
            self.state = after
        return self
