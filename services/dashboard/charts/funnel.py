"""Teams beside the limits of chance: the fewer pieces of work, the wider chance alone spreads a share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.dashboard.charts import placing, svg
from services.dashboard.charts.placing import Box, Place
from services.dashboard.charts.svg import Size
from services.dashboard.domain.reported import Funnel, Spot
from services.dashboard.domain.words import number, shown

LABELLED = 8
"""With more teams than this only those that are not as expected carry their names."""
LOUD = ("look", "stands_out")
LIMITS = ((("lower_99_8", "upper_99_8"), None, "99.8%"), (("lower_95", "upper_95"), "6 5", "95%"))
"""The two limits on either side, how their lines are broken, and what they are called."""


@dataclass(frozen=True, slots=True)
class _Plan:
    left: float
    right: float
    top: float
    bottom: float
    widest: float
    low: float
    high: float
    font: int
    unit: str

    def x(self, denominator: float) -> float:
        return self.left + (self.right - self.left) * denominator / self.widest

    def y(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.bottom - share * (self.bottom - self.top)


def plot(found: Funnel, size: Size, *, key: str, title: str, description: str) -> str:
    """Draw the teams, the value of all together, and the limits of 95% and 99.8%."""
    height = 400 if size is svg.WIDE else 320
    plan = _plan(found, size, height)
    captions = _captions(found, plan)
    body = [
        *_scale(plan),
        *_limits(found, plan),
        *_pooled(found, plan),
        *(words for words, _ in captions),
        *_labels(found, plan, size, [box for _, box in captions]),
        *(_spot(spot, plan) for spot in found.teams if spot.value is not None),
    ]
    return svg.frame(key, size, height, title, description, *body)


def _plan(found: Funnel, size: Size, height: float) -> _Plan:
    values = [float(spot.value) for spot in found.teams if spot.value is not None]
    half = found.curve[len(found.curve) // 4 :]
    values += [edge for one in half for edge in (one.lower_99_8, one.upper_99_8)]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    room = (high - low) * 0.08 or 1.0
    top = 100.0 if found.unit_of_measure == "percent" else high + room
    marks = svg.ticks(max(0.0, low - room), min(top, high + room), 5)
    widest = max([spot.denominator for spot in found.teams] + [1]) * (1.04 if size is svg.WIDE else 1.1)
    font = size.font
    left = 12 + font * 0.6 * max(len(shown(mark, found.unit_of_measure)) for mark in (marks[0], marks[-1]))
    right = size.width - (font * 8.5 if size is svg.WIDE else font * 1.5)
    return _Plan(
        left, right, font * 2.4, height - font * 3.4, widest, marks[0], marks[-1], font, found.unit_of_measure
    )


def _scale(plan: _Plan) -> list[str]:
    drawn = []
    for mark in svg.ticks(plan.low, plan.high, 5):
        if not plan.low <= mark <= plan.high:
            continue
        y = plan.y(mark)
        ends = {"x1": plan.left, "x2": plan.right, "y1": y, "y2": y}
        drawn.append(svg.tag("line", {**ends, "stroke": "#E4E6E7"}))
        text = shown(mark, plan.unit)
        drawn.append(
            svg.words(
                plan.left - 8, y + plan.font * 0.35, text, size=plan.font - 2, anchor="end", fill=svg.QUIET
            )
        )
    for mark in svg.ticks(0, plan.widest, 4, whole=True):
        if mark <= plan.widest:
            x = plan.x(mark)
            drawn.append(
                svg.words(
                    x,
                    plan.bottom + plan.font * 1.4,
                    number(mark),
                    size=plan.font - 2,
                    anchor="middle",
                    fill=svg.QUIET,
                )
            )
    middle = (plan.left + plan.right) / 2
    drawn.append(
        svg.words(
            middle,
            plan.bottom + plan.font * 2.8,
            "Pieces of work that the share is of",
            size=plan.font - 2,
            anchor="middle",
            fill=svg.QUIET,
        )
    )
    return drawn


def _curves(found: Funnel, plan: _Plan) -> dict[str, list[tuple[float, float]]]:
    """The four limits as lines on the drawing."""
    return {
        name: [(plan.x(one.denominator), plan.y(getattr(one, name))) for one in found.curve]
        for names, _, _ in LIMITS
        for name in names
    }


def _limits(found: Funnel, plan: _Plan) -> list[str]:
    drawn, curves = [], _curves(found, plan)
    for names, dash, _ in LIMITS:
        look = {"fill": "none", "stroke": svg.QUIET, "stroke_width": 1.5, "stroke_dasharray": dash}
        for name in names:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in curves[name])
            drawn.append(svg.tag("polyline", {"points": path, **look}))
    return drawn


def _captions(found: Funnel, plan: _Plan) -> list[tuple[str, Box]]:
    """What the lines are called, each on its line where the marks are farthest, with its room."""
    drawn, marks, curves = [], _places(found.teams, plan), _curves(found, plan)
    wider = 1 if plan.y(found.pooled or 0) > (plan.top + plan.bottom) / 2 else 0
    for names, _, said in LIMITS if found.curve else ():
        line = curves[names[wider]]
        x, y = _freest(line[len(line) // 4 :], marks)
        marks.append((x, y))
        drawn.append(_said(x, y + plan.font * 0.3, said, plan.font - 4, "middle", quiet=True))
    if found.pooled is not None:
        text = f"all {shown(round(found.pooled, 1), plan.unit)}"
        inner = list(placing.along(_across(plan, plan.y(found.pooled)), 20.0))[4:-4]
        x, y = _freest(inner, [*marks, *(spot for line in curves.values() for spot in placing.along(line))])
        drawn.append(_said(x, y - 5, text, plan.font - 2, "middle"))
    return drawn


def _said(x: float, y: float, text: str, size: float, anchor: str, quiet: bool = False) -> tuple[str, Box]:
    fill = svg.QUIET if quiet else svg.INK
    words = svg.words(x, y, text, size=size, anchor=anchor, fill=fill, bold=not quiet, halo=True)
    return words, placing.written(x, y, text, size, anchor)


def _places(spots: Sequence[Spot], plan: _Plan) -> list[tuple[float, float]]:
    """Where the marks stand."""
    return [(plan.x(one.denominator), plan.y(float(one.value))) for one in spots if one.value is not None]


def _freest(line: Sequence[tuple[float, float]], marks: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The place on a line that lies farthest from every mark, for its words."""
    return max(line, key=lambda at: min((abs(at[0] - x) + abs(at[1] - y) for x, y in marks), default=0))


def _across(plan: _Plan, y: float) -> list[tuple[float, float]]:
    return [(plan.left, y), (plan.right, y)]


def _pooled(found: Funnel, plan: _Plan) -> list[str]:
    if found.pooled is None:
        return []
    (x, y), (end, _) = _across(plan, plan.y(found.pooled))
    return [svg.tag("line", {"x1": x, "x2": end, "y1": y, "y2": y, "stroke": svg.INK})]


def _spot(spot: Spot, plan: _Plan) -> str:
    """A disc as expected and where better, a diamond where worse, a square where neither; a ring unjudged."""
    x, y, r = plan.x(spot.denominator), plan.y(float(spot.value or 0)), plan.font * 0.38
    if spot.verdict is None:
        return svg.tag(
            "circle", {"cx": x, "cy": y, "r": r, "fill": "#fff", "stroke": svg.QUIET, "stroke_width": 2}
        )
    if spot.verdict == "as_expected":
        return svg.tag("circle", {"cx": x, "cy": y, "r": r, "fill": svg.QUIET})
    if spot.judged == "worse":
        w = r * 1.5
        corners = f"{x:.1f},{y - w:.1f} {x + w:.1f},{y:.1f} {x:.1f},{y + w:.1f} {x - w:.1f},{y:.1f}"
        return svg.tag("polygon", {"points": corners, "fill": svg.ORANGE})
    if spot.judged == "better":
        return svg.tag("circle", {"cx": x, "cy": y, "r": r * 1.2, "fill": svg.BLUE})
    return svg.tag("rect", {"x": x - r, "y": y - r, "width": 2 * r, "height": 2 * r, "fill": svg.PLUM})


def _labels(found: Funnel, plan: _Plan, size: Size, captions: Sequence[Box]) -> list[str]:
    """Names beside their marks, on no line and no other word; one that stands away is led to by a line."""
    few = len(found.teams) <= LABELLED and size is svg.WIDE
    named = [one for one in found.teams if one.value is not None]
    named = named if few else [one for one in named if one.verdict in LOUD]
    taken = [*captions, *(placing.around(at, plan.font * 0.55) for at in _places(found.teams, plan))]
    lines = [spot for line in _curves(found, plan).values() for spot in placing.along(line)]
    lines += [] if found.pooled is None else placing.along(_across(plan, plan.y(found.pooled)))
    frame = Box(plan.left, plan.font * 0.2, size.width - 2.0, plan.bottom - 2.0)
    drawn = []
    for spot in sorted(named, key=lambda one: (one.verdict not in LOUD, plan.y(float(one.value or 0)))):
        (mark,) = _places([spot], plan)
        place = placing.beside(spot.name, mark, plan.font - 2, frame, taken, lines)
        taken.append(place.box)
        drawn.append(_name(spot, mark, place, plan))
    return drawn


def _name(spot: Spot, mark: tuple[float, float], place: Place, plan: _Plan) -> str:
    loud = spot.verdict in LOUD
    fill = {"worse": svg.RUST, "better": svg.BLUE}.get(spot.judged or "", svg.PLUM) if loud else svg.INK
    text = svg.words(
        place.x, place.y, spot.name, size=plan.font - 2, anchor=place.anchor, fill=fill, bold=loud, halo=True
    )
    if place.led_to is None:
        return text
    ends = {"x1": mark[0], "y1": mark[1], "x2": place.led_to[0], "y2": place.led_to[1]}
    return svg.tag("line", {**ends, "stroke": svg.QUIET, "stroke_width": 1}) + text
