"""Events of figures: what `metrics` tells when a measure of a unit changes, or a feed falls silent."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from schemas.envelope import Name

Number = int | float
Grain = Literal["week", "month"]
Variation = Literal[
    "common_cause",
    "improvement_high",
    "improvement_low",
    "concern_high",
    "concern_low",
    "neither_high",
    "neither_low",
]
Assurance = Literal["consistently_passes", "hit_or_miss", "consistently_fails"]
Cause = Literal["late", "corrected", "retracted", "reorganisation", "definition"]
Cadence = Literal["live", "nightly", "weekly"]
PeriodName = Annotated[str, Meta(pattern=r"^\d{4}-(\d{2}|W\d{2})$", description="YYYY-MM or YYYY-Www.")]
Moment = Annotated[str, Meta(max_length=40, description="RFC 3339 with offset.")]
FreshAt = Annotated[str, Meta(description="RFC 3339: the log had been read up to here.")]
Positions = Annotated[dict[str, int], Meta(description="topic-partition → next offset.")]


class GivenFigure(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A figure as it was given when its period closed."""

    value: Number | None
    numerator: int | None = None
    denominator: int | None = None
    at: Annotated[Moment, Meta(description="What was known up to here counted.")]


class MeasureChanged(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The present value of a measure for a unit and period; the newest `sequence` of a key stands."""

    unit: Name
    measure: Name
    grain: Grain
    period: PeriodName
    value: Annotated[Number | None, Meta(description="null: nothing to divide by.")]
    numerator: int | UnsetType = UNSET
    denominator: int | UnsetType = UNSET
    previous: Annotated[Number | None, Meta(description="What was told last for this key.")] = None
    target: Number | None = None
    variation: Annotated[
        Variation | None, Meta(description="What the latest finished point of its series says.")
    ] = None
    assurance: Annotated[Assurance | None, Meta(description="Whether the series will meet the target.")] = (
        None
    )
    given: Annotated[
        GivenFigure | None, Meta(description="The figure as first given, once its period has closed.")
    ] = None
    as_at: Annotated[str, Meta(description="The day the value stands for, YYYY-MM-DD.")]
    fresh_at: FreshAt
    positions: Positions


class CausingEvent(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An event that changed a figure after it was given, and where it stands in the log."""

    source: Name
    id: Name
    type: Name
    subject: Name
    topic: Name
    partition: int
    offset: int


class RestatementCause(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One cause's part of the way from the figure given to the figure now; the parts add up exactly."""

    cause: Cause
    value: Number | None
    numerator: int | None = None
    denominator: int | None = None
    lines: Annotated[int, Meta(description="Lines of the ledger with this cause.")] = 0
    events: Annotated[
        tuple[CausingEvent, ...], Meta(description="Their events, those known last first; at most 20.")
    ] = ()


class MeasureRestated(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A figure that was given is no longer so; `/v1/restatements` says why, line by line."""

    unit: Name
    measure: Name
    grain: Grain
    period: PeriodName
    value: Annotated[Number | None, Meta(description="null: nothing to divide by.")]
    numerator: int | None = None
    denominator: int | None = None
    previous: Annotated[Number | None, Meta(description="What stood before: as given, or restated.")] = None
    given: GivenFigure
    causes: Annotated[
        tuple[RestatementCause, ...] | None,
        Meta(description="Why it differs from what was given; null: too much has changed to say it here."),
    ] = None
    as_at: Annotated[str, Meta(description="The day the value stands for, YYYY-MM-DD.")]
    fresh_at: FreshAt
    positions: Positions


class FeedStale(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A feed has been silent for longer than its declared cadence allows."""

    source: Name
    cadence: Cadence
    last_event: Annotated[str | None, Meta(description="Day of its last event, YYYY-MM-DD.")] = None
    last_known: Annotated[Moment | None, Meta(description="When the log took it.")] = None
    since: Annotated[Moment | None, Meta(description="From here on it was too late.")] = None


class FeedRecovered(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A feed that was stale speaks again."""

    source: Name
    cadence: Cadence
    last_event: Annotated[str | None, Meta(description="Day of its last event, YYYY-MM-DD.")] = None
    last_known: Annotated[Moment | None, Meta(description="When the log took it.")] = None
    stale_since: Annotated[Moment | None, Meta(description="From here on it had been too late.")] = None
