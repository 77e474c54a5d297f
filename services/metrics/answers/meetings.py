"""What came of a meeting: its commitments, and how the figures they answer stood before and stand since."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from services.metrics.answers.asking import Answer, Ask, Cuts, NotThere, Snapshot, Sources, Sum
from services.metrics.answers.figures import judged
from services.metrics.domain.effects import ONE_OFF, SIGNS, Effect, Spent, effect_of, signed
from services.metrics.domain.figures import Figure
from services.metrics.domain.series import Series
from services.metrics.domain.trail import BEGINNING, Said
from services.metrics.domain.units import EVERYTHING, Span, Teams

MEETING = "primed/actions/meeting/"
AGREED = "primed.commitment.agreed.v1"
HELD = ("primed.meeting.started.v1", "primed.meeting.scheduled.v1")
MOST = 1000
"""Commitments of the unit since the meeting that are looked through."""
State = Literal["open", "kept", "late", "ended"]


@dataclass(frozen=True, slots=True)
class Promise:
    """A commitment with the figure that it answers, before the meeting and as it stands last."""

    commitment: str
    text: str
    deadline: str
    state: State
    measure: str | None = None
    before: Figure | None = None
    since: Figure | None = None
    series: Series | None = None


@dataclass(frozen=True, slots=True)
class MeetingEffects:
    """What a meeting of a unit agreed on a day, and what came of it.

    `decided` is what packages say was decided in the meeting or in a commitment of it, `whole` what changed
    the unit's spend since. `said` tells what no event says.
    """

    meeting: str
    unit: str
    day: dt.date
    promises: tuple[Promise, ...]
    decided: Effect
    whole: Effect
    said: str


async def of_meeting(
    sources: Sources, ask: Ask, meeting: str, sees: Callable[[str], bool]
) -> Answer[MeetingEffects]:
    """The commitments of a meeting, for who may see its unit; `NotThere` for all others."""
    async with sources.readings.snapshot(ask.tenant, ask.as_known) as snapshot:
        _, events, _ = await snapshot.item(MEETING + meeting)
        held = next((said for kind in HELD for said in events if said.type == kind), None)
        unit = str(_data(held)["unit"]) if held else ""
        if held is None or not sees(unit):
            raise NotThere("meeting")
        day = dt.date.fromisoformat(held.time[:10])
        agreed = await _agreed(snapshot, ask, meeting, unit, day)
        states = await _states(snapshot, [said.subject for said in agreed], ask.as_at)
        asked = replace(ask, unit=unit)
        promises = [await _promise(sources, snapshot, asked, said, states, day) for said in agreed]
        named = {MEETING + meeting, *(said.subject for said in agreed)}
        decided, whole = await _spend(sources, snapshot, asked, day, named)
        sentence = _said(decided, whole, day)
        told = MeetingEffects(meeting, unit, day, tuple(promises), decided, whole, sentence)
        return Answer(asked, await snapshot.freshness(), told)


def _data(said: Said) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(said.body)["data"]
    return data


async def _agreed(snapshot: Snapshot, ask: Ask, meeting: str, unit: str, day: dt.date) -> list[Said]:
    """What was agreed at the meeting, in the order of the log."""
    span = Span(day, max(day, ask.as_at), Teams(frozenset({unit})))
    lines = await snapshot.traced(Cuts(("commitments_open",), (span,), ()), None, MOST)
    found = []
    for line in reversed([line for line in lines if line.type == AGREED and line.amount > 0]):
        event = await snapshot.event(line.topic, line.partition, line.offset)
        if event and _data(event[0]).get("meeting") == meeting:
            found.append(event[0])
    return found


async def _spend(
    sources: Sources, snapshot: Snapshot, ask: Ask, day: dt.date, named: set[str]
) -> tuple[Effect, Effect]:
    """What was decided there, in packages of any team, and what changed the unit's spend since then."""
    accounts, columns = (*SIGNS, ONE_OFF), ("account", "decided_in")
    where = (("decided_in", frozenset(named)),)
    everywhere = (Span(BEGINNING, ask.as_at, EVERYTHING),)
    spans = sources.rollup(ask.tenant).spans(ask.unit, day, ask.as_at)
    decided = await snapshot.sums(Cuts(accounts, everywhere, columns, where))
    since = await snapshot.sums(Cuts(accounts, tuple(spans), columns)) if spans else []
    return effect_of(_spent(decided)), effect_of(_spent(since))


def _spent(cells: Sequence[Sum]) -> list[Spent]:
    return [Spent(account, decided, amount) for (account, decided), amount in cells]


def _said(decided: Effect, whole: Effect, day: dt.date) -> str:
    """What came of it in money, or that no event says so."""
    since = f"since {day.day} {day:%B %Y} the unit's weekly spend changed by {signed(whole.weekly)}"
    if not decided.decisions:
        return f"No package names this meeting or a commitment of it as where it was decided; {since}."
    return f"What was decided here changed weekly spend by {signed(decided.weekly)}; {since}."


async def _states(snapshot: Snapshot, subjects: Sequence[str], day: dt.date) -> Mapping[str, State]:
    accounts = ("commitments_open", "commitments_kept", "commitments_late")
    where = (("subject", frozenset(subjects)),)
    cuts = Cuts(accounts, (Span(BEGINNING, day, EVERYTHING),), ("subject", "account"), where)
    found = {(subject, account) for (subject, account), _ in await snapshot.sums(cuts)} if subjects else set()
    return {subject: _state({account for of, account in found if of == subject}) for subject in subjects}


def _state(accounts: set[str]) -> State:
    if "commitments_kept" in accounts:
        return "kept"
    if "commitments_late" in accounts:
        return "late"
    return "open" if "commitments_open" in accounts else "ended"


async def _promise(
    sources: Sources, snapshot: Snapshot, ask: Ask, said: Said, states: Mapping[str, State], day: dt.date
) -> Promise:
    data = _data(said)
    plain = Promise(data["commitment"], data["text"], data["deadline"], states[said.subject])
    declared = sources.catalogue.get(str(data.get("measure")))
    if declared is None or "month" not in declared.measure.grains:
        return plain
    rollup = sources.rollup(ask.tenant)
    (series,) = await judged(snapshot, ask, [declared], "month", rollup, sources.rules)
    done = [point.figure for point in series.finished]
    return replace(
        plain,
        measure=declared.measure.id,
        before=next((one for one in reversed(done) if one.key.period.last < day), None),
        since=next((one for one in reversed(done) if one.key.period.first > day), None),
        series=series,
    )
