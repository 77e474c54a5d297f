"""The JSON of requests and answers."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from schemas.escalations import Severity
from schemas.organisation import Level
from services.notify.domain.rule import Comparison, Role, Unit

Id = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Number = int | Annotated[float, Field(allow_inf_nan=False)]
Words = Annotated[str, Field(min_length=1, max_length=2000)]
Duration = Annotated[dt.timedelta, Field(description="ISO 8601, e.g. PT8H.", le=dt.timedelta(days=366))]


NOTHING, A_DAY = dt.timedelta(0), dt.timedelta(hours=8)


class RuleSet(BaseModel):
    """A rule as it is sent."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False, serialize_by_alias=True)

    name: Annotated[
        str, Field(min_length=1, max_length=120, description="What is measured, as in a sentence.")
    ]
    measure: Annotated[Name, Field(description="Id of a measure; one that nobody tells is never breached.")]
    level: Level | None = None
    unit: Annotated[
        Name | None, Field(description="This unit alone; with a level, the units of that level in it.")
    ] = None
    comparison: Comparison
    value: Annotated[Number, Field(description="Breached beyond this; exactly on it is still within.")]
    clear: Annotated[Number, Field(description="Well again at this or beyond it.")]
    for_: Annotated[Duration, Field(alias="for", description="How long a breach must last.")] = dt.timedelta(
        0
    )
    severity: Severity = "warning"
    ladder: Annotated[list[Role], Field(min_length=1, max_length=3)] = ["manager", "head"]
    rung_after: Annotated[Duration, Field(description="Working time until the next is asked.")] = (
        dt.timedelta(hours=8)
    )
    lapses_after: Annotated[
        Duration, Field(description="Working time after which an acknowledgement lapses.")
    ] = dt.timedelta(hours=40)
    enabled: bool = True
    grain: Literal["week", "month"] = "month"
    unit_of_measure: Unit = "count"
    smallest_denominator: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class NewRule(RuleSet):
    """A rule to add."""

    id: Id


class RuleView(NewRule):
    """A rule as it stands."""

    version: int


class Rules(BaseModel):
    """All rules that concern the reader."""

    items: list[RuleView]


class AskedView(BaseModel):
    """Somebody was asked; a blank person means that nobody was found."""

    person: str
    rung: int
    at: dt.datetime


class NextView(BaseModel):
    """Who is asked next, and when, unless somebody answers."""

    person: str
    role: str | None
    at: dt.datetime


class NoteView(BaseModel):
    """Somebody is on it, or has said that it can wait; `until` is when that lapses."""

    by: str
    note: str
    at: dt.datetime
    until: dt.datetime | None = None


class ClearedView(BaseModel):
    """It ended by itself."""

    value: float | int | None
    why: str
    at: dt.datetime


class ClosedView(BaseModel):
    """A person ended it."""

    by: str
    reason: str | None
    commitment: str | None
    at: dt.datetime


class EscalationView(BaseModel):
    """An exception as it reads now; people by their staff ids."""

    id: str
    rule: str
    rule_name: str
    unit: str
    measure: str
    title: str
    severity: Severity
    state: Literal["raised", "acknowledged", "snoozed", "cleared", "closed"]
    value: float | int
    threshold: float | int
    period: str
    since: dt.datetime
    raised_at: dt.datetime
    asked: list[AskedView]
    next: NextView | None
    acknowledged: NoteView | None
    snoozed: NoteView | None = None
    cleared: ClearedView | None
    closed: ClosedView | None
    commitments: Annotated[list[str], Field(description="Commitments made in answer to it.")]
    version: int


class Escalations(BaseModel):
    """A piece of the list, the newest first."""

    items: list[EscalationView]
    next_cursor: str | None


class Acknowledging(BaseModel):
    """I am on it, and this is what I do."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    note: Words


class Snoozing(BaseModel):
    """It can wait until then, and this is why."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    note: Words
    until: Annotated[AwareDatetime, Field(description="RFC 3339 with offset; at most 92 days ahead.")]


class Closing(BaseModel):
    """It needs nobody any more: by a commitment, or for a reason; just one of the two."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    commitment: Name | None = None
    reason: Words | None = None


class ReceivedView(BaseModel):
    """A message to the reader."""

    id: str
    escalation: str
    unit: str
    title: str
    body: str
    at: dt.datetime
    read: bool


class Inbox(BaseModel):
    """A piece of the reader's own inbox, the newest first."""

    items: list[ReceivedView]
    unread: int
    next_cursor: str | None


class Subscribing(BaseModel):
    """Where to send what; without events, all of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    url: Annotated[str, Field(min_length=1, max_length=2000, description="https, at a public address.")]
    events: Annotated[list[Name], Field(max_length=20)] = []


class SubscriptionView(BaseModel):
    """A subscription; `unit` is the top of what it hears of."""

    id: str
    url: str
    events: list[str]
    unit: str | None
    by: str
    at: dt.datetime
    state: Literal["active", "disabled"]
    why: str | None


class NewSubscription(SubscriptionView):
    """A subscription just made, with the secret that is shown this once."""

    secret: str


class Subscriptions(BaseModel):
    """The reader's subscriptions; an operator's list has everybody's."""

    items: list[SubscriptionView]


class Trial(BaseModel):
    """What came of trying a subscription."""

    delivered: bool
    detail: str


class DeliveryView(BaseModel):
    """A message on its way, with every attempt; people by their staff ids, never their addresses."""

    id: str
    channel: Literal["inbox", "email", "webhook"]
    receiver: str
    escalation: str
    unit: str | None
    state: Literal["waiting", "delivered", "given_up"]
    created: dt.datetime
    next_at: dt.datetime | None
    attempts: list[dict[str, Any]]


class Deliveries(BaseModel):
    """A piece of the list, the newest first."""

    items: list[DeliveryView]
    next_cursor: str | None
