"""Labelled amounts as bars that lie: bands of days, or pairs of teams with the part that has ended."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from services.dashboard.charts import svg
from services.dashboard.charts.svg import Size
from services.dashboard.domain.marks import Lot


def bars(
    lots: Sequence[Lot],
    size: Size,
    *,
    key: str,
    title: str,
    description: str,
    named: tuple[str, str] = ("", ""),
    worse: bool = False,
) -> str:
    """Draw one bar a row; `named` says what full and pale mean, `worse` draws what is overdue."""
    wide = size is svg.WIDE
    font, row = size.font, 34 if wide else 50
    left = min(400.0, 20 + max([len(lot.label) for lot in lots] + [1]) * font * 0.5) if wide else 2.0
    highest = max([lot.amount for lot in lots] + [1])
    scale = (size.width - left - font * 4) / highest
    head = font * 1.6 if any(named) else 4.0
    body = [_key(left, font, named, worse)] if any(named) else []
    for index, lot in enumerate(lots):
        body.append(_row(lot, left, head + row * index, row, scale, size, worse))
    return svg.frame(key, size, head + row * len(lots) + 4, title, description, *body)


def _row(lot: Lot, left: float, top: float, row: int, scale: float, size: Size, worse: bool) -> str:
    wide, font = size is svg.WIDE, size.font
    height = 20.0
    y = top + (row - height) / 2 if wide else top + font * 1.5
    label = textwrap.shorten(lot.label, 56 if wide else 50, placeholder="…")
    place = (left - 12, y + height * 0.72) if wide else (left, top + font * 1.1)
    dark, whole = lot.dark * scale, lot.amount * scale
    parts = [svg.words(*place, label, size=font - 1, anchor="end" if wide else "start")]
    base: dict[str, object] = {"y": y, "height": height}
    if whole > dark:
        parts.append(svg.tag("rect", {**base, "x": left, "width": whole, "fill": svg.GREY}))
    if dark:
        fill = svg.ORANGE if worse else svg.BLUE
        parts.append(svg.tag("rect", {**base, "x": left, "width": dark, "fill": fill}))
    end = left + whole + 8
    parts.append(svg.words(end, y + height * 0.75, lot.text, size=font, bold=lot.amount > 0))
    return "".join(parts)


def _key(left: float, font: int, named: tuple[str, str], worse: bool) -> str:
    parts, x = [], left
    for name, fill in zip(named, (svg.ORANGE if worse else svg.BLUE, svg.GREY), strict=True):
        parts.append(svg.tag("rect", {"x": x, "y": 2.0, "width": 12, "height": 12, "fill": fill}))
        parts.append(svg.words(x + 18, 13, name, size=font - 2, fill=svg.QUIET))
        x += 40 + len(name) * font * 0.48
    return "".join(parts)
