"""A part that stands beside others: what metrics declines takes only this part, and not the page."""

from __future__ import annotations

from typing import Any

from services.dashboard.domain.refusals import Away, Missing, Refused
from services.dashboard.flow import Asked, Part


def beside(part: Part) -> Part:
    """The same part, which says why it has nothing to show where metrics declines."""

    async def shown(asked: Asked) -> Any:
        try:
            return await part(asked)
        except (Refused, Missing) as declined:
            return Away("metrics", str(declined), answered=True)

    return shown
