"""What a unit is for, as actions tells it."""

from __future__ import annotations

from msgspec import Struct


class Purpose(Struct, frozen=True, kw_only=True):
    """What a unit is for and what it wants to reach."""

    unit: str
    purpose: str
    objectives: tuple[str, ...] = ()
    set_at: str = ""
