"""Teams beside the limits of chance: the fewer pieces of work, the wider chance alone spreads a share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.dashboard.charts import svg
from services.dashboard.charts.svg import Size
from services.dashboard.domain.reported import Funnel, Spot
from services.dashboard.domain.words import number, shown

LABELLED = 8
"""With more teams than this only those that are not as expected carry their names."""


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
    body = [
        *_scale(plan),
        *_limits(found, plan),
        *_pooled(found, plan),
        *_labels(found.teams, plan, size),
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


def _limits(found: Funnel, plan: _Plan) -> list[str]:
    drawn, marks = [], _places(found.teams, plan)
    wider = 1 if plan.y(found.pooled or 0) > (plan.top + plan.bottom) / 2 else 0
    for names, dash, said in (
        (("lower_99_8", "upper_99_8"), None, "99.8%"),
        (("lower_95", "upper_95"), "6 5", "95%"),
    ):
        look = {"fill": "none", "stroke": svg.QUIET, "stroke_width": 1.5, "stroke_dasharray": dash}
        lines = [
            [(plan.x(one.denominator), plan.y(getattr(one, name))) for one in found.curve] for name in names
        ]
        for line in lines:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in line)
            drawn.append(svg.tag("polyline", {"points": path, **look}))
        if found.curve:
            x, y = _freest(lines[wider][len(lines[wider]) // 4 :], marks)
            marks.append((x, y))
            at = y + plan.font * 0.3
            drawn.append(
                svg.words(x, at, said, size=plan.font - 4, anchor="middle", fill=svg.QUIET, halo=True)
            )
    return drawn


def _places(spots: Sequence[Spot], plan: _Plan) -> list[tuple[float, float]]:
    """Where the marks stand."""
    return [(plan.x(one.denominator), plan.y(float(one.value))) for one in spots if one.value is not None]


def _freest(line: Sequence[tuple[float, float]], marks: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The place on a line that lies farthest from every mark, for its words."""
    return max(line, key=lambda at: min((abs(at[0] - x) + abs(at[1] - y) for x, y in marks), default=0))


def _pooled(found: Funnel, plan: _Plan) -> list[str]:
    if found.pooled is None:
        return []
    y = plan.y(found.pooled)
    line = svg.tag("line", {"x1": plan.left, "x2": plan.right, "y1": y, "y2": y, "stroke": svg.INK})
    text = f"all {shown(round(found.pooled, 1), plan.unit)}"
    return [line, svg.words(plan.left + 8, y - 5, text, size=plan.font - 2, bold=True, halo=True)]


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


def _labels(spots: Sequence[Spot], plan: _Plan, size: Size) -> list[str]:
    """Names beside their marks; one that has to move away is led to its mark by a line."""
    few = len(spots) <= LABELLED and size is svg.WIDE
    named = [one for one in spots if one.value is not None and (few or one.verdict in ("look", "stands_out"))]
    taken = [(x - 9, x + 9, y + plan.font * 0.35) for x, y in _places(spots, plan)]
    drawn = []
    for spot in sorted(named, key=lambda one: plan.y(float(one.value or 0))):
        (mark,) = _places([spot], plan)
        room = _room(spot.name, mark, taken, plan, size)
        taken.append((room.start, room.end, room.y))
        drawn.append(_name(spot, mark, room, plan))
    return drawn


def _name(spot: Spot, mark: tuple[float, float], room: _Room, plan: _Plan) -> str:
    loud = spot.verdict in ("look", "stands_out")
    fill = {"worse": svg.RUST, "better": svg.BLUE}.get(spot.judged or "", svg.PLUM) if loud else svg.INK
    near = room.end if room.left else room.start
    anchor = "end" if room.left else "start"
    text = svg.words(
        near, room.y, spot.name, size=plan.font - 2, anchor=anchor, fill=fill, bold=loud, halo=True
    )
    if abs(room.moved) < plan.font * 0.7:
        return text
    ends = {"x1": mark[0], "y1": mark[1], "x2": near, "y2": room.y - plan.font * 0.3}
    return svg.tag("line", {**ends, "stroke": svg.QUIET, "stroke_width": 1}) + text


@dataclass(frozen=True, slots=True)
class _Room:
    """Where a name stands: its ends, its height, how far it was moved, and whether it stands to the left."""

    start: float
    end: float
    y: float
    moved: float
    left: bool


def _room(
    name: str, mark: tuple[float, float], taken: Sequence[tuple[float, float, float]], plan: _Plan, size: Size
) -> _Room:
    """The place nearest to its mark where a name lies on nothing else."""
    x, at = mark[0], mark[1] + plan.font * 0.35
    width, step = len(name) * (plan.font - 2) * 0.54, plan.font * 0.35
    sides = [(x + 14, x + 14 + width, False), (x - 14 - width, x - 14, True)]
    sides = [side for side in sides if side[0] >= 0 and side[1] <= size.width] or sides[1:]
    for count in range(80):
        for moved in (count * step, -count * step):
            y = at + moved
            for start, end, left in sides:
                over = any(
                    abs(y - other) < plan.font and start < far and near < end for near, far, other in taken
                )
                if not over and plan.font * 0.8 <= y <= plan.bottom - 2:
                    return _Room(start, end, y, moved, left)
    return _Room(*sides[0][:2], at, 0.0, sides[0][2])
