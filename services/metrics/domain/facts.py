"""What the log says of one item, and which of it counts: identity, conflict, retraction (docs/ledger.md)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from schemas.registry import TYPES
from schemas.work import Retracted
from services.metrics.domain.book import Fault, Reckoning
from services.metrics.domain.frames import Frame, micros, spoken, unpack

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

TEXTS = ("kind", "route", "urgency", "team", "worker", "from_team", "from_work", "person", "outcome")
"""The texts of a work event that its item holds."""

_SORTED = msgspec.json.Encoder(order="sorted")


class Identity(NamedTuple):
    """What makes two events the same, within tenant and subject."""

    source: str
    id: str


class Fact(Struct, frozen=True, kw_only=True):
    """One event as the log says it: times in microseconds since 1970, `day` as written in `time`."""

    noun: str
    verb: str
    identity: Identity
    day: dt.date
    at: int
    exact: bool
    recorded: int
    sequence: int
    rules: int | None
    data: Any
    kept: bytes = b""
    """The whole event as it is kept (`frames`)."""
    texts: Mapping[str, str] = MappingProxyType({})
    """The texts that a work event gives, blank ones left out."""

    def text(self, name: str) -> str:
        """A text as it counts: absent, null and blank are the same nothing."""
        return self.texts.get(name, "")


class Body(NamedTuple):
    """One wording of an event; `recorded` is the oldest moment at which any copy of it was recorded."""

    fact: Fact
    recorded: int


class Facts:
    """The admitted events of one item, in no order. Never changed; `memo` keeps what was reckoned from it."""

    __slots__ = ("bodies", "memo", "withdrawn")

    def __init__(self, bodies: Mapping[Identity, tuple[Body, ...]], withdrawn: frozenset[Identity]) -> None:
        self.bodies = bodies
        self.withdrawn = withdrawn
        self.memo: Reckoning | None = None


NO_FACTS = Facts(MappingProxyType({}), frozenset())


def fact_of(frame: Frame, data: Any, kept: bytes) -> Fact:
    """Take from an event what the fold needs; `data` is its checked data, `kept` are the frame's bytes."""
    noun, verb, _ = frame.type.split(".")
    rare = frame.rare or {}
    moment = dt.datetime.fromisoformat(frame.time)
    at = recorded = micros(moment)
    if frame.recordedtime:
        recorded = micros(dt.datetime.fromisoformat(frame.recordedtime))
    return Fact(
        noun=noun,
        verb=verb,
        identity=Identity(frame.said_by, frame.id),
        day=moment.date(),
        at=at,
        exact="timeprecision" not in rare,
        recorded=recorded,
        sequence=int(rare.get("sequence", -1)),
        rules=int(rare["rulesversion"]) if "rulesversion" in rare else None,
        data=data,
        kept=kept,
        texts=_texts(data) if noun == "work" else {},
    )


def recalled(frame: Frame, kept: bytes) -> Fact:
    """The fact of an event that was heard before and kept."""
    return fact_of(frame, msgspec.convert(frame.data, TYPES[frame.full_type]), kept)


def _texts(data: Any) -> dict[str, str]:
    given = ((name, getattr(data, name)) for name in TEXTS)
    return {name: value for name, value in given if value and not value.isspace()}


def evolve(facts: Facts, fact: Fact) -> Facts:
    """Admit one more event, in whatever order they come; what says nothing new gives the same facts back."""
    if isinstance(fact.data, Retracted):
        return _withdraw(facts, Identity(fact.data.source, fact.data.id))
    if fact.identity in facts.withdrawn:
        return facts
    known = facts.bodies.get(fact.identity, ())
    after = _with_body(known, fact)
    if after == known:
        return facts
    return Facts({**facts.bodies, fact.identity: after}, facts.withdrawn)


def standing(facts: Facts) -> tuple[list[Fact], dict[Fault, int]]:
    """The events that count, each in the wording that stands and as first recorded; faults of conflict."""
    counting: list[Fact] = []
    faults: dict[Fault, int] = {}
    for identity, bodies in facts.bodies.items():
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


def _withdraw(facts: Facts, identity: Identity) -> Facts:
    if identity in facts.withdrawn:
        return facts
    bodies = {name: known for name, known in facts.bodies.items() if name != identity}
    return Facts(bodies, facts.withdrawn | {identity})


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
