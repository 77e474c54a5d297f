"""What the log says of one item, and which of it counts: identity, conflict, retraction (docs/ledger.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from schemas.work import Retracted
from services.metrics.domain.book import Fault, Reckoning
from services.metrics.domain.fact import Fact, Identity, recalled
from services.metrics.domain.frames import Frame, mentions, spoken, unpack
from services.metrics.domain.walk import Walk

__all__ = ["NO_FACTS", "Fact", "Facts", "Identity", "evolve", "fingerprint", "standing"]

_NOT_IN_THE_BODY = frozenset(
    {
        "ruled",
        "rulesversion",
        "recordedtime",
        "traceparent",
        "tracestate",
        "causationid",
        "correlationid",
    }
)
"""Attributes in which two copies of one event may differ: they say how it came here, not what happened."""

_SORTED = msgspec.json.Encoder(order="sorted")


class Body(NamedTuple):
    """One wording of an event; `recorded` is the oldest moment at which any copy of it was recorded."""

    fact: Fact
    recorded: int


class Admitted(NamedTuple):
    """The events of an item, in no order, each in every wording it ever had, and what was withdrawn."""

    bodies: Mapping[Identity, tuple[Body, ...]] = MappingProxyType({})
    withdrawn: frozenset[Identity] = frozenset()


class Facts(Struct, eq=False, gc=False):
    """All that is known of one item: its events as they are kept, in the order of the log.

    A value says the same for ever: nothing here is written but what follows from `kept`, and each of those is
    a value too. So a batch that fails leaves no trace in what an older value says. `walk` is where a work
    item's history ends; the rest is worked out when somebody asks, and `settled` lets go of it.
    """

    kept: bytes = b""
    walk: Walk | None = None
    told: Admitted | None = None
    reckoned: Reckoning | None = None

    @property
    def admitted(self) -> Admitted:
        """The events that were let in, told again."""
        if self.told is None:
            found = Admitted()
            for frame, own in unpack(self.kept):
                found = _admit(found, recalled(frame, own))
            self.told = found
        return self.told

    def mentions(self, identity: Identity) -> bool:
        """Whether anything kept bears this id, so that another look is needed: repeated, or withdrawn?"""
        return mentions(self.kept, identity.id)

    def settled(self) -> Facts:
        """The same facts in the least memory: a few hundred bytes an event, and where the walk ends."""
        return self if self.told is None and self.reckoned is None else Facts(self.kept, self.walk)


NO_FACTS = Facts()


def evolve(facts: Facts, fact: Fact) -> Facts:
    """Admit one more event, in whatever order they come; what says nothing new gives the same facts back."""
    before = facts.admitted
    after = _admit(before, fact)
    return facts if after is before else Facts(facts.kept + fact.kept, told=after)


def standing(facts: Facts) -> tuple[list[Fact], dict[Fault, int]]:
    """The events that count, each in the wording that stands and as first recorded; faults of conflict."""
    counting: list[Fact] = []
    faults: dict[Fault, int] = {}
    for identity, bodies in facts.admitted.bodies.items():
        winner = bodies[0]
        if len(bodies) > 1:
            winner = max(bodies, key=_rank)
            for body in bodies:
                if body is not winner:
                    fault = Fault(identity.source, "conflict", body.fact.day)
                    faults[fault] = faults.get(fault, 0) + 1
        fact, recorded = winner
        if fact.recorded != recorded:
            fact = msgspec.structs.replace(fact, recorded=recorded)
        counting.append(fact)
    return counting, faults


def fingerprint(raw: bytes) -> str:
    """SHA-256 of what an event says: canonical JSON without how it came here and what rules filled."""
    return _print_of(msgspec.json.decode(raw))


def _print_of(event: dict[str, Any]) -> str:
    ruled = event.get("ruled")
    data = event["data"]
    if ruled and isinstance(data, dict):
        filled = set(ruled.split(","))
        event["data"] = {name: value for name, value in data.items() if name not in filled}
    body = {name: value for name, value in event.items() if name not in _NOT_IN_THE_BODY}
    return hashlib.sha256(_SORTED.encode(body)).hexdigest()


def _print(fact: Fact) -> str:
    return _print_of(spoken(_frame(fact)))


def _frame(fact: Fact) -> Frame:
    ((frame, _),) = unpack(fact.kept)
    return frame


def _admit(known: Admitted, fact: Fact) -> Admitted:
    if isinstance(fact.data, Retracted):
        return _withdraw(known, Identity(fact.data.source, fact.data.id))
    if fact.identity in known.withdrawn:
        return known
    before = known.bodies.get(fact.identity, ())
    after = _with_body(before, fact)
    if after == before:
        return known
    return Admitted({**known.bodies, fact.identity: after}, known.withdrawn)


def _withdraw(known: Admitted, identity: Identity) -> Admitted:
    if identity in known.withdrawn:
        return known
    bodies = {name: bodies for name, bodies in known.bodies.items() if name != identity}
    return Admitted(bodies, known.withdrawn | {identity})


def _with_body(known: tuple[Body, ...], fact: Fact) -> tuple[Body, ...]:
    """Add a wording, or a copy of one that is known: the oldest recording and the lowest rules stand."""
    if not known:
        return (Body(fact, fact.recorded),)
    print_of_it = _print(fact)
    for place, body in enumerate(known):
        if _print(body.fact) == print_of_it:
            kept = min(body.fact, fact, key=_copy_rank)
            merged = Body(kept, min(body.recorded, fact.recorded))
            return (*known[:place], merged, *known[place + 1 :])
    return tuple(sorted((*known, Body(fact, fact.recorded)), key=lambda body: _print(body.fact)))


def _copy_rank(fact: Fact) -> tuple[bool, int, bytes]:
    """Between copies of one wording the lowest version of the rules stands, then the smaller data."""
    return (fact.rules is not None, fact.rules or 0, _SORTED.encode(_frame(fact).data))


def _rank(body: Body) -> tuple[int, str]:
    return (body.recorded, _print(body.fact))
