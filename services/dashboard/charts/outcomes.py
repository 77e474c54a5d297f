"""How work ended: one bar for each outcome, with a tick where the share stood a year before."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from services.dashboard.charts import svg
from services.dashboard.charts.svg import Size
from services.dashboard.domain.marks import Outcome


def bars(
    outcomes: Sequence[Outcome], size: Size, *, key: str, title: str, description: str, now: str, before: str
) -> str:
    """Draw the outcomes in the order given; `now` and `before` name the two periods."""
    wide = size is svg.WIDE
    font, row = size.font, 40 if wide else 58
    left = 292.0 if wide else 4.0
    reach = size.width - left - 4.2 * font
    highest = max([max(one.share, one.before or 0) for one in outcomes] + [1])
    height = row * len(outcomes) + 40
    body = []
    for index, one in enumerate(outcomes):
        top = row * index + (6 if wide else 24)
        body.append(_label(one.name, left, row * index, row, size))
        body.append(_bar(one, left, top, reach / highest, font))
    body.append(_key(left, height - 12, now, before, font, any(one.before is not None for one in outcomes)))
    return svg.frame(key, size, height, title, description, *body)


def _label(name: str, left: float, top: float, row: int, size: Size) -> str:
    if size is not svg.WIDE:
        return svg.words(left, top + 16, textwrap.shorten(name, 46, placeholder="…"), size=size.font)
    lines = textwrap.wrap(name, 32)[:2] or [""]
    middle = top + row / 2
    start = middle + size.font * 0.3 - (len(lines) - 1) * size.font * 0.55
    return "".join(
        svg.words(left - 12, start + index * size.font * 1.1, line, size=size.font - 1, anchor="end")
        for index, line in enumerate(lines)
    )


def _bar(one: Outcome, left: float, top: float, scale: float, font: int) -> str:
    height = 26
    end = left + one.share * scale
    parts = [svg.tag("rect", {"x": left, "y": top, "width": end - left, "height": height, "fill": svg.BLUE})]
    label = end
    if one.before is not None:
        x = left + one.before * scale
        label = max(end, x)
        parts.append(
            svg.tag("rect", {"x": x - 3, "y": top - 3, "width": 6, "height": height + 6, "fill": "#fff"})
        )
        parts.append(
            svg.tag(
                "rect", {"x": x - 1.5, "y": top - 3, "width": 3, "height": height + 6, "fill": svg.ORANGE}
            )
        )
    text = svg.words(label + 10, top + height * 0.68, _percent(one.share), size=font, bold=True)
    return "".join([*parts, text])


def _percent(share: float) -> str:
    """Whole percents, for the bar is no more exact; what rounds to nothing is still something."""
    return "<1%" if 0 < share < 0.5 else f"{share:.0f}%"


def _key(left: float, y: float, now: str, before: str, font: int, compared: bool) -> str:
    size = font - 2
    parts = [
        svg.tag("rect", {"x": left, "y": y - 10, "width": 14, "height": 12, "fill": svg.BLUE}),
        svg.words(left + 20, y, now, size=size, fill=svg.QUIET),
    ]
    if compared:
        x = left + 44 + len(now) * size * 0.52
        parts.append(svg.tag("rect", {"x": x, "y": y - 12, "width": 3, "height": 16, "fill": svg.ORANGE}))
        parts.append(svg.words(x + 10, y, before, size=size, fill=svg.QUIET))
    return "".join(parts)
