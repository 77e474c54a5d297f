"""A bridge from an opening to a closing level: each step begins where the one before it ended."""

from __future__ import annotations

from collections.abc import Sequence

from services.dashboard.charts import svg
from services.dashboard.charts.svg import Size
from services.dashboard.domain.marks import Stair

HEIGHT = 22.0


def steps(stairs: Sequence[Stair], size: Size, *, key: str, title: str, description: str) -> str:
    """Draw the steps from top to bottom; where levels are far above their changes the scale is cut."""
    wide = size is svg.WIDE
    font, row = size.font, 40 if wide else 52
    left = 20 + max(len(stair.label) for stair in stairs) * font * 0.5 if wide else 2.0
    ends = [
        end for stair in stairs for end in (stair.start, stair.end) if not stair.whole or end == stair.end
    ]
    low, high = _reach(ends)
    scale = (size.width - left - font * (6 if wide else 7)) / (high - low)
    plan = _Plan(left, low, scale, row, size)
    body = [plan.draw(index, stair) for index, stair in enumerate(stairs)]
    body += [plan.joint(index, stair.end) for index, stair in enumerate(stairs[:-1])]
    return svg.frame(key, size, row * len(stairs) + 6, title, description, *body)


def cut(stairs: Sequence[Stair]) -> bool:
    """Whether the scale of these steps does not begin at nought."""
    ends = [
        end for stair in stairs for end in (stair.start, stair.end) if not stair.whole or end == stair.end
    ]
    return bool(ends) and _reach(ends)[0] > 0


def _reach(ends: Sequence[float]) -> tuple[float, float]:
    low, high = min(0.0, *ends), max(0.0, *ends)
    moved = max(ends) - min(ends)
    if min(ends) > 3 * moved:
        low = min(ends) - (moved or max(ends)) * 0.35
    return low, high if high > low else low + 1


class _Plan:
    """Where things stand on one drawing."""

    def __init__(self, left: float, low: float, scale: float, row: int, size: Size) -> None:
        self._left, self._low, self._scale, self._row, self._size = left, low, scale, row, size

    def _x(self, value: float) -> float:
        return self._left + (value - self._low) * self._scale

    def _y(self, index: int) -> float:
        top = self._row * index
        return top + (self._row - HEIGHT) / 2 if self._size is svg.WIDE else top + self._size.font * 1.6

    def draw(self, index: int, stair: Stair) -> str:
        """One step with its label and amount."""
        y, font = self._y(index), self._size.font
        ends = (self._low if stair.whole else stair.start, stair.end)
        start, end = self._x(min(ends)), self._x(max(ends))
        fill = svg.BLUE if stair.whole else svg.PLUM if stair.end >= stair.start else svg.TEAL
        box = {"x": start, "y": y, "width": max(end - start, 1.5), "height": HEIGHT, "fill": fill}
        torn = self._torn(y) if stair.whole and self._low > 0 else ""
        wide = self._size is svg.WIDE
        label = (self._left - 12, y + HEIGHT * 0.72) if wide else (self._left, y - font * 0.4)
        return "".join(
            [
                svg.tag("rect", box),
                torn,
                svg.words(*label, stair.label, size=font - 1, anchor="end" if wide else "start"),
                svg.words(end + 8, y + HEIGHT * 0.74, stair.text, size=font, bold=True, halo=True),
            ]
        )

    def _torn(self, y: float) -> str:
        """A white cut through a bar whose foot is not shown."""
        x = self._left + 14
        path = f"M{x:.1f} {y - 3:.1f}l5 7l-5 7l5 7l-5 7"
        return svg.tag("path", {"d": path, "fill": "none", "stroke": "#fff", "stroke_width": 4})

    def joint(self, index: int, level: float) -> str:
        """The thin line from where a step ended to where the next begins."""
        x = self._x(level)
        line = {"x1": x, "x2": x, "y1": self._y(index) + HEIGHT, "y2": self._y(index + 1)}
        return svg.tag("line", {**line, "stroke": svg.QUIET, "stroke_dasharray": "2 3"})
