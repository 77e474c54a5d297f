"""What people are told, in plain sentences that they can act on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from schemas.escalations import EscalationCleared, EscalationEscalated, EscalationRaised
from schemas.measures import Number
from services.notify.domain.escalation import Cleared, EscalationEvent, Known, Raised, people
from services.notify.domain.period import in_words
from services.notify.domain.rule import Reason, Rule, Unit

NameOf = Callable[[str], str]
"""From a staff id to the person's name; an id that nobody knows stays as it is."""


class Message(Struct, frozen=True, kw_only=True):
    """One thing told to one person about one exception; holds ids, names are looked up when it is read."""

    id: str
    escalation: str
    unit: str
    person: str
    kind: Literal["asked", "over"]
    title: str
    at: dt.datetime
    since: str = ""
    repeated: bool = False
    again: Literal["", "lapsed", "snooze_over"] = ""
    next_person: str | None = None
    next_at: dt.datetime | None = None
    why: str = ""


class Notice(Struct, frozen=True, kw_only=True):
    """What a subscriber is told of one event: thin, so that reading more takes a token."""

    event: str
    type: str
    escalation: str
    unit: str
    at: dt.datetime


AGAIN = {
    "lapsed": "It was acknowledged, and that has lapsed: it still stands.",
    "snooze_over": "It was snoozed until now, and it still stands.",
}
"""Why somebody is asked although it was answered before."""


@dataclass(frozen=True, slots=True)
class Received:
    """A message in somebody's inbox."""

    message: Message
    read: bool


def number(value: Number, unit: Unit) -> str:
    """The value as people read it: 1,204, 34.2%, 12 days or £850.00 a week."""
    text = f"{value:,.1f}".removesuffix(".0")
    match unit:
        case "percent":
            return f"{text}%"
        case "days":
            return f"{text} day{'' if value == 1 else 's'}"
        case "pounds" | "pounds_a_week" | "pounds_a_day":
            return (
                f"{'-' if value < 0 else ''}£{abs(value):,.2f}{unit.removeprefix('pounds').replace('_', ' ')}"
            )
        case "count":
            return text


def title(rule: Rule, unit_name: str, value: Number) -> str:
    """One sentence that could be said aloud: what, where, and how far beyond the limit."""
    what, limit = number(value, rule.unit_of_measure), number(rule.value, rule.unit_of_measure)
    return f"{unit_name}: {_inside(rule.name)} is {what}, {rule.comparison} the limit of {limit}"


def why_over(rule: Rule, reason: Reason, value: Number | None, period: str, *, corrected: bool) -> str:
    """Why an exception ended by itself."""
    if reason is Reason.RULE_CHANGED:
        return "The rule was changed and no longer asks anybody about this."
    if value is None:
        return "There is nothing left to measure."
    side = "at or below" if rule.comparison == "above" else "at or above"
    clear = number(rule.clear, rule.unit_of_measure)
    figure = number(value, rule.unit_of_measure)
    if corrected:
        return f"The figure for {in_words(period)} was corrected to {figure}, which is {side} {clear}."
    return f"{rule.name} is now {figure}, {side} {clear}."


def subject_line(message: Message) -> str:
    """The message in one line, as in the subject of an e-mail; line breaks in names are taken out."""
    line = message.title if message.kind == "asked" else f"Over: {message.title}"
    return " ".join(line.split())


def body(message: Message, name_of: NameOf, zone: ZoneInfo) -> str:
    """What is so, since when, what to do, and what happens next and when."""
    if message.kind == "over":
        return f"{message.why} You need do nothing more."
    sentences = [f"It has been so since {moment(dt.datetime.fromisoformat(message.since), zone)}."]
    if message.again:
        sentences.append(AGAIN[message.again])
    elif message.repeated:
        sentences.append("You are asked because nobody answered in time before you.")
    sentences.append(
        "Acknowledge it with a note of what you are doing, snooze it, "
        "or close it with a commitment or a reason."
    )
    if message.next_person and message.next_at:
        later = moment(message.next_at, zone)
        sentences.append(f"If nobody answers, it goes to {name_of(message.next_person)} on {later}.")
    else:
        sentences.append("Nobody else will be asked after you.")
    return " ".join(sentences)


def letter(message: Message, name_of: NameOf, zone: ZoneInfo, link: str) -> str:
    """The text of the e-mail."""
    paragraphs = (
        f"Dear {name_of(message.person)},",
        f"{message.title}." if message.kind == "asked" else f"You were asked about this: {message.title}.",
        body(message, name_of, zone),
        f"{'Answer it here' if message.kind == 'asked' else 'See what happened'}: {link}",
        "Primed writes to you only when something needs you or no longer does.",
    )
    return "\n\n".join(paragraphs) + "\n"


def moment(at: dt.datetime, zone: ZoneInfo) -> str:
    """A moment as people write it, in the council's own time."""
    local = at.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B %Y} at {local:%H:%M}"


def _inside(name: str) -> str:
    first = name.split()[0]
    return name[:1].lower() + name[1:] if first[1:] == first[1:].lower() else name


def messages(event: EscalationEvent, after: Known, version: int) -> list[Message]:
    """Who is told of an event: whoever is asked, and, when it ended by itself, everybody who was asked.

    The ids follow from the escalation and its version, so that a repeat carries the same ones.
    """
    match event:
        case EscalationRaised(asked=person) if person:
            return [_asked(after, person, version)]
        case EscalationEscalated(asked=person, why=why) if person:
            return [replace(_asked(after, person, version), again=why if why in AGAIN else "")]
        case EscalationCleared(why=why):
            told = enumerate(people(after), start=1)
            return [_over(after, person, why, f"{version}-{place}") for place, person in told]
        case _:
            return []


def _asked(after: Known, person: str, version: int) -> Message:
    onward = after.next if isinstance(after, Raised) else None
    return Message(
        id=f"{after.breach.escalation}-{version}-1",
        escalation=after.breach.escalation,
        unit=after.breach.unit,
        person=person,
        kind="asked",
        title=after.breach.title,
        at=after.asked[-1].at,
        since=after.breach.since,
        repeated=len(after.asked) > 1,
        next_person=onward.person if onward else None,
        next_at=onward.at if onward else None,
    )


def _over(after: Known, person: str, why: str, place: str) -> Message:
    return Message(
        id=f"{after.breach.escalation}-{place}",
        escalation=after.breach.escalation,
        unit=after.breach.unit,
        person=person,
        kind="over",
        title=after.breach.title,
        at=after.at if isinstance(after, Cleared) else after.asked[-1].at,
        why=why,
    )
