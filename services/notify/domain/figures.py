"""Which of the figures told count: the newest of each unit and measure, in whatever order they arrive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from schemas.measures import Grain
from services.notify.domain.rule import Figure

Key = tuple[str, str, Grain]
"""Unit, measure and grain: what a rule looks at."""

Order = tuple[str, int]
"""Period and sequence: the later beats the earlier."""


def key_of(figure: Figure) -> Key:
    """What the figure is a value of."""
    return figure.unit, figure.measure, figure.grain


def newest(told: Iterable[Figure], known: Mapping[Key, Order]) -> list[Figure]:
    """The figures that say something new, oldest first; a period gives way once a later one was told."""
    ordered = sorted(told, key=lambda figure: (figure.period, figure.sequence))
    last = {key_of(figure): figure.period for figure in ordered}
    stands = dict(known)
    fresh = []
    for figure in ordered:
        key = key_of(figure)
        if figure.period == last[key] and (key not in stands or figure.order > stands[key]):
            stands[key] = figure.order
            fresh.append(figure)
    return fresh
