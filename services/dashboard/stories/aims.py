"""What the unit of a page is for: its purpose and objectives, as its people set them."""

from __future__ import annotations

from services.dashboard.domain import questions
from services.dashboard.domain.aims import Purpose
from services.dashboard.domain.refusals import Missing
from services.dashboard.flow import Asked


async def purpose(asked: Asked) -> Purpose | None:
    """The purpose of the unit; None while nobody has said what it is for."""
    try:
        return await asked.reader.read(questions.purpose(asked.unit))
    except Missing:
        return None
