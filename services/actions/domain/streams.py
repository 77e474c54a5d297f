"""What belongs to a unit and is led there: how the stream of each noun begins, goes on and is decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.actions.domain import commitment, meeting, purpose, target
from services.actions.domain.said import Noun

Command = meeting.Command | target.Command | purpose.Command
BEGINNINGS = meeting.Schedule | target.Agree | purpose.Set
"""Commands that name the unit themselves, of what did not exist before."""


@dataclass(frozen=True, slots=True)
class Stream:
    """The rules of one noun; what is decided and evolved are its own commands, states and events."""

    nothing: Any
    evolve: Callable[[Any, Any, dt.datetime], Any]
    decide: Callable[[Any, Any], Any]
    unit_of: Callable[[Any], str | None]


STREAMS: Mapping[Noun, Stream] = {
    "meeting": Stream(meeting.NotScheduled(), meeting.evolve, meeting.decide, meeting.unit_of),
    "target": Stream(target.NotAgreed(), target.evolve, target.decide, target.unit_of),
    "purpose": Stream(purpose.NotSet(), purpose.evolve, purpose.decide, purpose.unit_of),
}
EVOLVE: Mapping[Noun, tuple[Any, Callable[[Any, Any, dt.datetime], Any]]] = {
    "commitment": (commitment.NotAgreed(), commitment.evolve),
    **{noun: (stream.nothing, stream.evolve) for noun, stream in STREAMS.items()},
}
"""How each stream begins and goes on; a commitment is led by its unit, and done by its owner too."""
