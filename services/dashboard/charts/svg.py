"""The few words of SVG that the charts are written in: elements, text, a frame with title and description."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

BLUE, TEAL, PLUM, ORANGE = "#12436D", "#28A197", "#801650", "#F46A25"
"""Government Analysis Function palette, in its order."""
GREY, INK, QUIET, RULE = "#8A9299", "#0B0C0C", "#505A5F", "#B1B4B6"
RUST = "#A33800"
"""The orange of the palette, darkened until text in it has a contrast of 7 to 1 on white."""


@dataclass(frozen=True, slots=True)
class Size:
    """How wide a chart is drawn: once for a desk, once for a phone."""

    name: str
    width: int
    font: int


WIDE = Size("wide", 800, 16)
NARROW = Size("narrow", 340, 13)


def tag(name: str, attributes: dict[str, object], *children: str) -> str:
    """One element; attribute names take `-` for `_`, None leaves one out, numbers are kept short."""
    written = "".join(
        f' {key.replace("_", "-")}="{escape(_value(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"


def words(
    x: float,
    y: float,
    content: str,
    *,
    size: float,
    anchor: str = "start",
    fill: str = INK,
    bold: bool = False,
    halo: bool = False,
) -> str:
    """A piece of text on the drawing; `halo` keeps lines behind it from crossing it."""
    return tag(
        "text",
        {
            "x": x,
            "y": y,
            "font_size": size,
            "text_anchor": None if anchor == "start" else anchor,
            "fill": fill,
            "font_weight": "bold" if bold else None,
            "stroke": "#fff" if halo else None,
            "stroke_width": 5 if halo else None,
            "paint_order": "stroke" if halo else None,
        },
        escape(content),
    )


def frame(key: str, size: Size, height: float, title: str, description: str, *body: str) -> str:
    """A drawing with its title and description for those who hear it."""
    base = f"{key}-{size.name}"
    return tag(
        "svg",
        {
            "class": f"chart chart--{size.name}",
            "viewBox": f"0 0 {size.width} {height:g}",
            "role": "img",
            "aria_labelledby": f"{base}-title {base}-desc",
            "xmlns": "http://www.w3.org/2000/svg",
            "focusable": "false",
        },
        tag("title", {"id": f"{base}-title"}, escape(title)),
        tag("desc", {"id": f"{base}-desc"}, escape(description)),
        *body,
    )


def ticks(low: float, high: float, most: int = 4, *, whole: bool = False) -> list[float]:
    """Round values that span low to high in at most `most` steps; `whole` for things that are counted."""
    span = max(high - low, 1e-9)
    rough = span / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    if whole:
        step = max(step, 1.0)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [round(index * step, 10) for index in range(first, max(last, first + 1) + 1)]


def _value(value: object) -> str:
    return f"{round(value, 1):g}" if isinstance(value, float) else str(value)
