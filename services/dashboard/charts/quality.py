"""Quality drawn: of a field a bar of what is valid, blank and wrong; over time a line of what can be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.dashboard.charts import svg
from services.dashboard.charts.svg import Size

WIDTH, HEIGHT = 160, 16
HATCH = "#D5D9DC"
"""Blank, and may be: nothing is there, and nothing is wrong."""


def bar(parts: tuple[int, int, int], description: str) -> str:
    """Valid, blank and wrong side by side; whatever is wrong is wide enough to be seen."""
    whole = sum(parts)
    if not whole:
        return ""
    widths = [WIDTH * part / whole for part in parts]
    if parts[2]:
        short = max(2.0 - widths[2], 0.0)
        place = 0 if widths[0] >= widths[1] else 1
        widths[2] += short
        widths[place] -= short
    x, body = 0.0, []
    for width, colour in zip(widths, (svg.BLUE, HATCH, svg.ORANGE), strict=True):
        if width > 0:
            rect = {"x": x, "y": 0, "width": width, "height": HEIGHT, "fill": colour}
            body.append(svg.tag("rect", rect))
        x += width
    frame = {
        "viewBox": f"0 0 {WIDTH} {HEIGHT}",
        "width": WIDTH,
        "height": HEIGHT,
        "role": "img",
        "aria_label": description,
        "focusable": "false",
    }
    return svg.tag("svg", frame, *body)


@dataclass(frozen=True, slots=True)
class _Plan:
    left: float
    right: float
    top: float
    bottom: float
    lowest: float
    many: int
    font: int

    def x(self, index: int) -> float:
        first = self.left + self.font
        return first + (self.right - first) * (index / (self.many - 1) if self.many > 1 else 0.5)

    def y(self, score: float) -> float:
        return self.bottom - (score - self.lowest) / (100.0 - self.lowest) * (self.bottom - self.top)


def over_time(
    days: Sequence[tuple[str, float]], size: Size, *, title: str, description: str, key: str = "quality"
) -> str:
    """Per cent that can be used by day of import: words and score of each, oldest first, at least one."""
    font, height = size.font, 220 if size is svg.WIDE else 190
    marks = svg.ticks(min(*(score for _, score in days), 99.0), 100.0, 3)
    left, right = 12 + font * 3.2, size.width - 2.4 * font
    plan = _Plan(left, right, 1.4 * font, height - 2.4 * font, marks[0], len(days), font)
    points = [(plan.x(index), plan.y(score)) for index, (_, score) in enumerate(days)]
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    line = {"points": drawn, "fill": "none", "stroke": svg.BLUE, "stroke_width": 2}
    body = [*(_gridline(plan, mark) for mark in marks), svg.tag("polyline", line)]
    body += [svg.tag("circle", {"cx": x, "cy": y, "r": 4, "fill": svg.BLUE}) for x, y in points]
    return svg.frame(key, size, height, title, description, *body, *_names(plan, days))


def _gridline(plan: _Plan, mark: float) -> str:
    y = plan.y(mark)
    ends = {"x1": plan.left, "x2": plan.right + plan.font, "y1": y, "y2": y}
    rule = svg.tag("line", {**ends, "stroke": svg.RULE, "stroke_width": 1})
    label = svg.words(
        plan.left - 8, y + plan.font * 0.35, f"{mark:g}%", size=plan.font - 1, anchor="end", fill=svg.QUIET
    )
    return rule + label


def _names(plan: _Plan, days: Sequence[tuple[str, float]]) -> list[str]:
    """The first and the last day; one alone stands below its point."""
    size, y = plan.font - 1, plan.bottom + 1.6 * plan.font
    if len(days) == 1:
        return [svg.words(plan.x(0), y, days[0][0], size=size, anchor="middle", fill=svg.QUIET)]
    return [
        svg.words(plan.left, y, days[0][0], size=size, fill=svg.QUIET),
        svg.words(plan.right + plan.font, y, days[-1][0], size=size, anchor="end", fill=svg.QUIET),
    ]
