"""Events of what people aim at: the purpose of a unit, and the targets that it agrees."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from schemas.commitments import Words
from schemas.envelope import Name
from schemas.measures import Grain, Number


class PurposeSet(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a unit is for and what it wants to reach; the newest stands, the ones before are its history."""

    unit: Name
    purpose: Words
    objectives: tuple[Words, ...] = ()
    reason: Annotated[Words | UnsetType, Meta(description="Why it was changed.")] = UNSET
    by: Name
    meeting: Name | UnsetType = UNSET


class TargetAgreed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a measure of a unit, or of one worker in it, is to reach in the periods from a day on.

    Of several the one agreed last holds, from its own day on, for its grain or, without one, for both.
    """

    target: Name
    unit: Name
    measure: Name
    value: Number
    tolerance: Annotated[Number, Meta(description="So far off still counts as met; not negative.")] = 0
    since: Annotated[dt.date, Meta(description="It holds for periods that begin on this day or later.")]
    grain: Annotated[Grain | UnsetType, Meta(description="Of these periods only; without it of all.")] = UNSET
    worker: Annotated[Name | UnsetType, Meta(description="Staff id, where it is of one worker.")] = UNSET
    reason: Words
    by: Name
    meeting: Name | UnsetType = UNSET


class TargetWithdrawn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A target that was agreed holds for no period any more; whatever held before it holds again."""

    target: Name
    unit: Name
    reason: Words
    by: Name
