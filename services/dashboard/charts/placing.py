"""Where a name stands beside its mark so that it lies on nothing else, and what leads to it."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import hypot

Spot = tuple[float, float]
AWAY = 14.0
"""From the middle of a mark to its name."""
RINGS = 44
"""So many steps away from its mark a name is tried."""
LED = 6
"""Places on a leader that are looked at, so that it crosses no other name."""


@dataclass(frozen=True, slots=True)
class Box:
    """The room that a mark or a piece of text takes."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether the two lie on one another."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds(self, spot: Spot) -> bool:
        """Whether a place lies in it."""
        return self.left <= spot[0] <= self.right and self.top <= spot[1] <= self.bottom

    def within(self, frame: Box) -> bool:
        """Whether nothing of it lies outside the frame."""
        return (
            frame.left <= self.left
            and frame.top <= self.top
            and self.right <= frame.right
            and self.bottom <= frame.bottom
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a name is written: its anchor, base line, room, and the end of a leader if it needs one."""

    x: float
    y: float
    anchor: str
    box: Box
    led_to: Spot | None


def around(spot: Spot, radius: float) -> Box:
    """The room of a mark."""
    return Box(spot[0] - radius, spot[1] - radius, spot[0] + radius, spot[1] + radius)


def written(x: float, y: float, text: str, size: float, anchor: str = "start") -> Box:
    """The room of a text on its base line, a little more rather than less than its letters take."""
    width = len(text) * size * 0.58
    left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
    return Box(left, y - size * 0.85, left + width, y + size * 0.25)


def along(line: Sequence[Spot], every: float = 6.0) -> Iterator[Spot]:
    """Places on a line, close enough together that no text slips between them."""
    for (x, y), (to_x, to_y) in itertools.pairwise(line):
        steps = max(1, round(hypot(to_x - x, to_y - y) / every))
        for step in range(steps):
            yield x + (to_x - x) * step / steps, y + (to_y - y) * step / steps
    yield from line[-1:]


def beside(
    text: str, mark: Spot, size: float, frame: Box, taken: Sequence[Box], lines: Sequence[Spot]
) -> Place:
    """The nearest place inside the frame on nothing taken and on no line, else on as little as can be.

    `taken` holds the marks and texts that stand already, the name's own mark too; `lines` places on lines.
    """
    best: tuple[tuple[int, int], Place] | None = None
    for shift_x, shift_y, anchor in _tries(size):
        x, y = mark[0] + shift_x, mark[1] + shift_y + size * 0.35
        box = written(x, y, text, size, anchor)
        if not box.within(frame):
            continue
        led_to = _led(mark, box, size)
        over = sum(box.meets(one) for one in taken) + _crossed(mark, led_to, taken)
        crossed = 0 if best and over > best[0][0] else sum(box.holds(one) for one in lines)
        place = Place(x, y, anchor, box, led_to)
        if not over and not crossed:
            return place
        if best is None or (over, crossed) < best[0]:
            best = (over, crossed), place
    if best is not None:
        return best[1]
    x, y = mark[0] + AWAY, mark[1] + size * 0.35
    return Place(x, y, "start", written(x, y, text, size), None)


@functools.cache
def _tries(size: float) -> tuple[tuple[float, float, str], ...]:
    """Shifts from the mark, the nearest first: to the right, to the left, above and below."""
    found: list[tuple[float, float, float, str]] = []
    for ring in range(RINGS):
        for shift_y in {ring * size * 0.4, -ring * size * 0.4}:
            for out in (0.0, 3.0 * size):
                far = hypot(shift_y, out)
                found.append((far, AWAY + out, shift_y, "start"))
                found.append((far + 0.1, -AWAY - out, shift_y, "end"))
            if abs(shift_y) > AWAY:
                found.append((abs(shift_y) - 4, 0.0, shift_y, "middle"))
    return tuple((x, y, anchor) for _, x, y, anchor in sorted(found))


def _led(mark: Spot, box: Box, size: float) -> Spot | None:
    """The place of the text nearest to its mark, where that is so far away that a line must lead there."""
    end = min(max(mark[0], box.left), box.right), min(max(mark[1], box.top), box.bottom)
    return end if hypot(end[0] - mark[0], end[1] - mark[1]) > AWAY + size * 0.3 else None


def _crossed(mark: Spot, led_to: Spot | None, taken: Sequence[Box]) -> int:
    """How many other marks and texts a leader runs over."""
    if led_to is None:
        return 0
    (x, y), (to_x, to_y) = mark, led_to
    on = [(x + (to_x - x) * step / LED, y + (to_y - y) * step / LED) for step in range(2, LED)]
    return sum(any(one.holds(spot) for spot in on) for one in taken if not one.holds(mark))
