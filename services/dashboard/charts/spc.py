"""A measure over time with the limits of its process, after NHS England's Making Data Count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.dashboard.charts import svg
from services.dashboard.charts.sparkline import mark
from services.dashboard.charts.svg import Size
from services.dashboard.domain.answers import Number, Point
from services.dashboard.domain.marks import Note
from services.dashboard.domain.words import limit, short_month, shown


@dataclass(frozen=True, slots=True)
class _Plan:
    left: float
    right: float
    top: float
    bottom: float
    low: float
    high: float
    count: int
    font: int

    def x(self, index: float) -> float:
        return self.left + (self.right - self.left) * (index / max(self.count - 1, 1))

    def y(self, value: Number) -> float:
        return self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)


def control_chart(
    points: Sequence[Point],
    notes: Sequence[Note],
    size: Size,
    *,
    key: str,
    title: str,
    description: str,
    callout: str = "",
    target: Number | None = None,
    unit_of_measure: str = "count",
) -> str:
    """Draw a series with its limits, special causes, dated notes and, where there is one, its target."""
    height = 340 if size is svg.WIDE else 290
    agreed = [note for note in notes if note.period in {point.period for point in points}]
    rows = (2 if agreed else 0) + (1 if callout else 0)
    plan = _plan(points, size, height, target, head=rows)
    body = [
        *_limits(points, plan),
        *_target(target, points, plan, unit_of_measure),
        *_notes(points, agreed, plan),
        _line(points, plan),
        *_marks(points, plan),
        *_periods(points, plan),
        *_ends(points, plan, unit_of_measure),
    ]
    if callout:
        body.append(_callout(points, callout, plan, row=2 if agreed else 0))
    return svg.frame(key, size, height, title, description, *body)


def _plan(points: Sequence[Point], size: Size, height: float, target: Number | None, head: int) -> _Plan:
    values: list[Number] = [one for p in points for one in (p.value, p.upper, p.lower) if one is not None]
    values += [target] if target is not None else []
    low, high = (min(values), max(values)) if values else (0, 1)
    if low == high:
        low, high = low - 1, high + 1
    room = (high - low) * 0.08
    right = size.width - size.font * (6.6 if size is svg.WIDE else 5.8)
    return _Plan(
        left=size.font * 1.6,
        right=right,
        top=size.font * (0.8 + 1.25 * head),
        bottom=height - size.font * 2.6,
        low=low - room,
        high=high + room,
        count=len(points),
        font=size.font,
    )


def _groups(points: Sequence[Point]) -> list[tuple[int, int]]:
    """Runs of neighbours judged by the same limits, as first and last index."""
    groups: list[tuple[int, int]] = []
    for index, point in enumerate(points):
        if point.mean is None:
            continue
        if groups and groups[-1][1] == index - 1 and points[index - 1].mean == point.mean:
            groups[-1] = (groups[-1][0], index)
        else:
            groups.append((index, index))
    return groups


def _limits(points: Sequence[Point], plan: _Plan) -> list[str]:
    drawn = []
    for first, last in _groups(points):
        point = points[first]
        ends: dict[str, object] = {"x1": plan.x(first), "x2": plan.x(last)}
        if point.upper is not None and point.lower is not None:
            top, bottom = plan.y(point.upper), plan.y(point.lower)
            box: dict[str, object] = {"x": plan.x(first), "width": plan.x(last) - plan.x(first), "y": top}
            drawn.append(svg.tag("rect", {**box, "height": bottom - top, "fill": "#F3F2F1"}))
            for y in (top, bottom):
                dash = {"stroke": svg.QUIET, "stroke_dasharray": "6 5"}
                drawn.append(svg.tag("line", {**ends, "y1": y, "y2": y, **dash}))
        middle = plan.y(point.mean or 0)
        drawn.append(svg.tag("line", {**ends, "y1": middle, "y2": middle, "stroke": svg.QUIET}))
    return drawn


def _target(target: Number | None, points: Sequence[Point], plan: _Plan, unit_of_measure: str) -> list[str]:
    """The line to reach, named at its right end; above or below the limits' names where they are close."""
    if target is None:
        return []
    y = plan.y(target)
    named = [plan.y(one) for first, _ in _groups(points)[-1:] for one in _named(points[first]).values()]
    at = _clear(y, named, plan.font * 1.15)
    line = svg.tag(
        "line",
        {"x1": plan.left, "x2": plan.right, "y1": y, "y2": y, "stroke": svg.PLUM, "stroke_dasharray": "2 4"},
    )
    label = svg.words(
        plan.right + plan.font * 0.7,
        at + plan.font * 0.3,
        f"target {shown(target, unit_of_measure)}",
        size=plan.font - 2,
        fill=svg.PLUM,
    )
    return [line, label]


def _named(point: Point) -> dict[str, Number]:
    """The limits that are named at the right, by their names."""
    every = {"upper": point.upper, "mean": point.mean, "lower": point.lower}
    return {name: value for name, value in every.items() if value is not None}


def _clear(y: float, others: Sequence[float], apart: float) -> float:
    """The height nearest to `y` that keeps its distance from all the others."""
    free = [
        height
        for height in (y, *(other + side * apart for other in others for side in (-1, 1)))
        if all(abs(height - other) >= apart - 0.01 for other in others)
    ]
    return min(free, key=lambda height: abs(height - y), default=y)


def _line(points: Sequence[Point], plan: _Plan) -> str:
    """The values joined, broken where one is absent, dotted towards a period that is not over."""
    path: list[str] = []
    coming: list[str] = []
    pen = "M"
    for index, point in enumerate(points):
        if point.value is None:
            pen = "M"
            continue
        place = f"{plan.x(index):.1f} {plan.y(point.value):.1f}"
        (coming if point.unfinished else path).append(f"{pen}{place}")
        if index + 1 < len(points) and points[index + 1].unfinished:
            coming.append(f"M{place}")
        pen = "L"
    stroke: dict[str, object] = {"fill": "none", "stroke": svg.QUIET}
    whole = svg.tag("path", {**stroke, "d": " ".join(path), "stroke_width": 2}) if path else ""
    dotted = {"stroke_dasharray": "2 5", "stroke_width": 1.5}
    return whole + (svg.tag("path", {**stroke, **dotted, "d": " ".join(coming)}) if coming else "")


def _marks(points: Sequence[Point], plan: _Plan) -> list[str]:
    radius = plan.font * 0.32
    return [
        mark(
            point, plan.x(index), plan.y(point.value), radius * (1.3 if point.special_cause else 1), last=True
        )
        for index, point in enumerate(points)
        if point.value is not None
    ]


def _periods(points: Sequence[Point], plan: _Plan) -> list[str]:
    """Name every sixth period, fewer where there is less room, and the last."""
    step = plan.x(1) - plan.x(0)
    every = (
        2 if len(points) <= 8 else next((count for count in (6, 12, 26) if step * count > plan.font * 5), 52)
    )
    last = len(points) - 1
    wanted = [index for index in range(0, len(points), every) if last - index >= every * 0.7] + [last]
    drawn, year = [], ""
    for index in wanted:
        period = points[index].period
        anchor = "end" if index == last and index else "middle" if index else "start"
        text = short_month(period, period[:4] != year)
        year = period[:4]
        if points[index].unfinished:
            text += " so far"
        x = plan.x(index) + (plan.font * 1.6 if anchor == "end" else 0)
        y = plan.bottom + plan.font * 1.7
        drawn.append(svg.words(x, y, text, size=plan.font - 1, anchor=anchor))
    return drawn


def _ends(points: Sequence[Point], plan: _Plan, unit_of_measure: str) -> list[str]:
    """Write the newest limits at their right ends."""
    groups = _groups(points)
    if not groups:
        return []
    first, _ = groups[-1]
    point, x = points[first], plan.right + plan.font * 0.7
    return [
        svg.words(
            x,
            plan.y(value) + plan.font * 0.3,
            f"{name} {limit(value, unit_of_measure)}",
            size=plan.font - 2,
            fill=svg.QUIET,
        )
        for name, value in _named(point).items()
    ]


def _callout(points: Sequence[Point], text: str, plan: _Plan, row: int) -> str:
    flagged = [index for index, point in enumerate(points) if point.special_cause]
    judged = next((points[index].judged for index in reversed(flagged)), None)
    fill = {"better": svg.BLUE, "worse": svg.RUST}.get(judged or "", svg.PLUM)
    return svg.words(
        plan.right,
        plan.font * (1.2 + 1.25 * row),
        text,
        size=plan.font,
        anchor="end",
        fill=fill,
        bold=True,
        halo=True,
    )


def _notes(points: Sequence[Point], notes: Sequence[Note], plan: _Plan) -> list[str]:
    """Dated lines of what was agreed; the newest carries words, so that they stay readable."""
    places = {point.period: index for index, point in enumerate(points)}
    drawn = []
    for order, note in enumerate(notes):
        x = plan.x(places[note.period])
        stroke = {"stroke": svg.INK, "stroke_dasharray": "2 4", "stroke_width": 1.5}
        drawn.append(svg.tag("line", {"x1": x, "x2": x, "y1": plan.font * 1.4, "y2": plan.bottom, **stroke}))
        if order < len(notes) - 1:
            continue
        side = "end" if x > plan.left + (plan.right - plan.left) * 0.45 else "start"
        shift = -6 if side == "end" else 6
        size = plan.font - 2
        drawn.append(svg.words(x + shift, plan.font * 1.2, note.text, size=size, anchor=side))
        drawn.append(svg.words(x + shift, plan.font * 2.4, note.when, size=size, anchor=side, fill=svg.BLUE))
    return drawn
