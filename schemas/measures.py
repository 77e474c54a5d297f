"""Events of figures: what `metrics` tells when a measure of a unit changes."""

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


class MeasureChanged(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The present value of a measure for a unit and period; the newest `sequence` of a key stands."""

    unit: Name
    measure: Name
    grain: Grain
    period: Annotated[str, Meta(pattern=r"^\d{4}-(\d{2}|W\d{2})$", description="YYYY-MM or YYYY-Www.")]
    value: Annotated[Number | None, Meta(description="null: nothing to divide by.")]
    numerator: int | UnsetType = UNSET
    denominator: int | UnsetType = UNSET
    previous: Annotated[Number | None, Meta(description="What was told last for this key.")] = None
    target: Number | None = None
    variation: Variation | None = None
    assurance: Assurance | None = None
    as_at: Annotated[str, Meta(description="The day the value stands for, YYYY-MM-DD.")]
    fresh_at: Annotated[str, Meta(description="RFC 3339: the log had been read up to here.")]
    positions: Annotated[dict[str, int], Meta(description="topic-partition → next offset.")]
