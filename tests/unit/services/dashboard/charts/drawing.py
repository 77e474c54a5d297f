"""Reads a chart as a person would: its texts, its marks and what is said aloud."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator

SPACE = "{http://www.w3.org/2000/svg}"


class Drawing:
    """A chart taken apart."""

    def __init__(self, svg: str) -> None:
        self.root = ET.fromstring(
            svg if "xmlns" in svg else svg.replace("<svg", f'<svg xmlns="{SPACE[1:-1]}"', 1)
        )

    def texts(self) -> list[str]:
        return ["".join(one.itertext()) for one in self.root.iter(f"{SPACE}text")]

    def marks(self, name: str, **attributes: str) -> list[ET.Element]:
        wanted = {key.replace("_", "-"): value for key, value in attributes.items()}
        return [
            one
            for one in self.root.iter(f"{SPACE}{name}")
            if all(one.get(key) == value for key, value in wanted.items())
        ]

    def title(self) -> str:
        return self.root.findtext(f"{SPACE}title") or ""

    def description(self) -> str:
        return self.root.findtext(f"{SPACE}desc") or ""

    def places(self) -> Iterator[tuple[float, float]]:
        """Where every rectangle, circle and text stands."""
        for one in self.root.iter():
            x, y = one.get("x") or one.get("cx"), one.get("y") or one.get("cy")
            if x and y:
                yield float(x), float(y)

    def inside(self) -> bool:
        """Whether everything stands within the frame."""
        _, _, width, height = (float(one) for one in self.root.get("viewBox", "").split())
        return all(-1 <= x <= width + 1 and -1 <= y <= height + 1 for x, y in self.places())
