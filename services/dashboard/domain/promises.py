"""Commitments in words: late, due, kept, and whether they worked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from services.dashboard.domain import urgency, variation, words
from services.dashboard.domain.agreements import Commitment, Meeting
from services.dashboard.domain.answers import Series
from services.dashboard.domain.marks import Note
from services.dashboard.domain.urgency import Urgency

Names = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Promise:
    """One commitment as a reader meets it."""

    id: str
    unit: str
    text: str
    owner: str
    standing: Urgency
    detail: str
    state: str
    came: str = ""
    """What came of it, or why it was dropped; blank while it is open."""


@dataclass(frozen=True, slots=True)
class Worked:
    """A commitment that was kept, and the figure that moved with it beyond chance."""

    id: str
    text: str
    detail: str


def promise(one: Commitment, names: Names, today: dt.date) -> Promise:
    """Say one commitment."""
    return Promise(
        id=one.id,
        unit=one.unit,
        text=one.text,
        owner=names(one.owner),
        standing=_standing(one, today),
        detail=_detail(one, names, today),
        state=one.state,
        came=(one.outcome or one.reason or "") if one.state != "open" else "",
    )


def _standing(one: Commitment, today: dt.date) -> Urgency:
    if one.state == "done":
        kept = not one.late and (one.ended_at or "")[:10] <= one.deadline
        return Urgency(f"Done {words.day(one.ended_at, today)}" + ("" if kept else ", late"), "later")
    if one.state == "dropped":
        return Urgency(f"Dropped {words.day(one.ended_at, today)}", "later")
    return urgency.of_promise(one.deadline, today)


def _detail(one: Commitment, names: Names, today: dt.date) -> str:
    text = f"{names(one.owner)}, due {words.day(one.deadline, today)}"
    times = {0: "", 1: " · carried forward once", 2: " · carried forward twice"}
    return text + times.get(len(one.carried), f" · carried forward {len(one.carried)} times")


def in_order(commitments: Sequence[Commitment]) -> list[Commitment]:
    """Open ones by deadline, then the rest, the newest first."""
    still = sorted((one for one in commitments if one.state == "open"), key=lambda one: one.deadline)
    over = sorted(
        (one for one in commitments if one.state != "open"), key=lambda one: one.ended_at or "", reverse=True
    )
    return [*still, *over]


def kept_this_quarter(commitments: Sequence[Commitment], today: dt.date) -> str:
    """`9 of 11 kept on time this quarter`; blank when none fell due."""
    start = dt.date(today.year, 3 * ((today.month - 1) // 3) + 1, 1).isoformat()
    due = [one for one in commitments if one.state != "dropped" and start <= one.deadline < today.isoformat()]
    if not due:
        return ""
    kept = [one for one in due if one.state == "done" and (one.ended_at or "")[:10] <= one.deadline]
    return f"{len(kept)} of {len(due)} kept on time this quarter"


def that_worked(
    commitments: Sequence[Commitment], series: Mapping[str, Series], today: dt.date
) -> list[Worked]:
    """Kept commitments whose measure has since moved for the better, and not by chance."""
    found = []
    for one in commitments:
        line = series.get(one.measure or "")
        agreed = words.date_of(one.agreed_at)
        if one.state != "done" or line is None or agreed is None:
            continue
        how = variation.of(line)
        start = words.month_of(agreed)
        if how.tone != "better" or how.since is None or how.since < start:
            continue
        points = variation.finished_points(line)
        before = [p.value for p in points if p.period < how.since and p.value is not None]
        after = [p.value for p in points if p.period >= how.since and p.value is not None]
        if not before:
            continue
        unit = line.unit_of_measure
        went = f"{words.shown(_mean(before), unit)} to {words.shown(_mean(after), unit)}"
        kept = f"Kept {words.day(one.ended_at, today)}."
        found.append(Worked(one.id, one.text, f"{kept} {line.name} went from {went} a {line.grain}."))
    return found


def _mean(values: Sequence[int | float]) -> float:
    return round(sum(values) / len(values), 1)


def notes_for(measure: str, commitments: Sequence[Commitment], today: dt.date) -> list[Note]:
    """Dated lines for a measure's chart: each commitment that was agreed for it."""
    agreed = [one for one in commitments if one.measure == measure and one.agreed_at]
    return [
        Note(
            period=(one.agreed_at or "")[:7],
            text=one.text if len(one.text) <= 34 else one.text[:32].rstrip() + "…",
            when=f"agreed {words.day(one.agreed_at, today)}",
        )
        for one in sorted(agreed, key=lambda one: one.agreed_at or "")
    ]


def next_meeting(meetings: Sequence[Meeting]) -> Meeting | None:
    """The one that is being held, else the next planned."""
    held = [one for one in meetings if one.state == "in_progress"]
    planned = sorted((one for one in meetings if one.state == "scheduled"), key=lambda one: one.starts)
    return (held + planned)[0] if held or planned else None


def not_reviewed(meeting: Meeting) -> list[str]:
    """Commitments that keep the meeting from closing."""
    seen = {review.commitment for review in meeting.reviewed}
    return [one for one in meeting.to_review if one not in seen]
