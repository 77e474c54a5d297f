"""Work by the month in which it is due: overdue below, due above, the total on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.dashboard.charts import svg
from services.dashboard.charts.svg import Size
from services.dashboard.domain.marks import Bar
from services.dashboard.domain.words import number


@dataclass(frozen=True, slots=True)
class _Plan:
    left: float
    top: float
    bottom: float
    step: float
    highest: float
    font: int

    def y(self, value: float) -> float:
        return self.bottom - value / self.highest * (self.bottom - self.top)

    def x(self, index: int) -> float:
        return self.left + self.step * index


def stacked(bars: Sequence[Bar], size: Size, *, key: str, title: str, description: str) -> str:
    """Draw the bars of one chart; labels stand on the marks, so there is no legend."""
    marks = svg.ticks(0, max([bar.total for bar in bars] + [1]), 3, whole=True)
    font = size.font
    left = 12 + font * 0.6 * len(number(marks[-1]))
    height = 300 if size is svg.WIDE else 250
    plan = _Plan(left, 3.4 * font, height - 3.2 * font, (size.width - left - 4) / len(bars), marks[-1], font)
    body = [_gridline(plan, mark, size) for mark in marks]
    body += [_bar(plan, index, bar) for index, bar in enumerate(bars)]
    body += _names(plan, bars)
    return svg.frame(key, size, height, title, description, *body)


def _gridline(plan: _Plan, mark: float, size: Size) -> str:
    y = plan.y(mark)
    line = svg.tag(
        "line",
        {"x1": plan.left, "x2": float(size.width), "y1": y, "y2": y, "stroke": svg.RULE, "stroke_width": 1},
    )
    label = svg.words(
        plan.left - 8, y + plan.font * 0.35, number(mark), size=plan.font - 1, anchor="end", fill=svg.QUIET
    )
    return line + label


def _bar(plan: _Plan, index: int, bar: Bar) -> str:
    width = plan.step * 0.76
    x = plan.x(index) + (plan.step - width) / 2
    middle = x + width / 2
    base = {"x": x, "width": width}
    parts = []
    if bar.overdue:
        y = plan.y(bar.overdue)
        parts.append(svg.tag("rect", {**base, "y": y, "height": plan.bottom - y, "fill": svg.ORANGE}))
    if bar.due:
        y, under = plan.y(bar.total), plan.y(bar.overdue)
        colour = svg.GREY if bar.dateless else svg.BLUE
        parts.append(svg.tag("rect", {**base, "y": y, "height": under - y, "fill": colour}))
    parts.append(
        svg.words(
            middle,
            plan.y(bar.total) - 6,
            number(bar.total),
            size=plan.font,
            anchor="middle",
            bold=True,
            halo=True,
        )
    )
    lines = [*_broken(bar.label, plan), *(["this month"] if bar.present else [])]
    for row, line in enumerate(lines):
        quiet = bar.present and row == len(lines) - 1
        parts.append(
            svg.words(
                middle,
                plan.bottom + plan.font * (1.35 + 1.15 * row),
                line if not quiet or plan.step > 5 * plan.font else "now",
                size=plan.font - 2 if quiet else plan.font - 1,
                anchor="middle",
                fill=svg.QUIET if quiet else svg.INK,
                bold=bar.present and not quiet,
            )
        )
    return "".join(parts)


def _broken(label: str, plan: _Plan) -> list[str]:
    return [label] if len(label) * plan.font * 0.52 < plan.step else label.split(" ")


def _names(plan: _Plan, bars: Sequence[Bar]) -> list[str]:
    """Name the two colours where they stand tallest."""
    named = []
    late = [index for index, bar in enumerate(bars) if bar.overdue and not bar.dateless]
    ahead = [index for index, bar in enumerate(bars) if bar.due and not bar.dateless]
    y = plan.font * 1.1
    if late:
        x = plan.x(late[0]) + plan.step * 0.12
        named.append(svg.words(x, y, "Overdue", size=plan.font, fill=svg.RUST, bold=True))
    if ahead:
        x = plan.x(ahead[-1]) + plan.step * 0.88
        named.append(
            svg.words(x, y, "Due, not yet overdue", size=plan.font, anchor="end", fill=svg.BLUE, bold=True)
        )
    return named
