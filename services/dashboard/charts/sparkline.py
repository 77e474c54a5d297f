"""A figure's recent past at the size of a word; only points that are not by chance carry colour and shape."""

from __future__ import annotations

from collections.abc import Sequence

from services.dashboard.charts import svg
from services.dashboard.domain.answers import Point

WIDTH, HEIGHT, EDGE = 200, 44, 6


def sparkline(points: Sequence[Point], *, description: str) -> str:
    """Draw the last periods of a series; an unfinished one is a ring, an absent value a gap."""
    shown = list(points)[-16:]
    values = [point.value for point in shown if point.value is not None]
    if not values:
        return ""
    low, high = min(values), max(values)
    span = (high - low) or 1
    step = (WIDTH - 2 * EDGE) / max(len(shown) - 1, 1)

    def place(index: int, value: float) -> tuple[float, float]:
        level = 0.5 if high == low else (value - low) / span
        return EDGE + index * step, HEIGHT - EDGE - level * (HEIGHT - 2 * EDGE)

    placed = [
        (point, *place(index, point.value)) for index, point in enumerate(shown) if point.value is not None
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for _, x, y in placed)
    line = svg.tag("polyline", {"points": path, "fill": "none", "stroke": svg.QUIET, "stroke_width": 2})
    marks = [mark(point, x, y, 4.0, last=point is placed[-1][0]) for point, x, y in placed]
    return svg.tag(
        "svg",
        {
            "class": "spark",
            "viewBox": f"0 0 {WIDTH} {HEIGHT}",
            "role": "img",
            "aria_label": description,
            "focusable": "false",
        },
        line,
        *[one for one in marks if one],
    )


def mark(point: Point, x: float, y: float, radius: float, *, last: bool) -> str:
    """The shape of one point: ring unfinished, diamond worse, disc better, square neither, dot as usual."""
    if point.unfinished:
        return svg.tag(
            "circle",
            {"cx": x, "cy": y, "r": radius, "fill": "#fff", "stroke": svg.QUIET, "stroke_width": 2},
        )
    if point.special_cause is None:
        return svg.tag("circle", {"cx": x, "cy": y, "r": radius, "fill": svg.QUIET}) if last else ""
    if point.judged == "worse":
        r = radius * 1.35
        corners = f"{x:.1f},{y - r:.1f} {x + r:.1f},{y:.1f} {x:.1f},{y + r:.1f} {x - r:.1f},{y:.1f}"
        return svg.tag("polygon", {"points": corners, "fill": svg.ORANGE})
    if point.judged == "better":
        return svg.tag("circle", {"cx": x, "cy": y, "r": radius, "fill": svg.BLUE})
    return svg.tag(
        "rect",
        {"x": x - radius, "y": y - radius, "width": 2 * radius, "height": 2 * radius, "fill": svg.PLUM},
    )
