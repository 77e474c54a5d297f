"""What metrics declines takes one part of a page, and not the page."""

import asyncio
from typing import Any

import pytest

from services.dashboard.domain.freshness import Freshness
from services.dashboard.domain.refusals import Away, Missing, Refused
from services.dashboard.flow import Page
from services.dashboard.stories.beside import beside

FRESH = Freshness("live", "Live.")


@pytest.mark.parametrize("declined", [Refused("No figures before 1 April."), Missing("no such measure")])
def test_a_declined_part_says_why_and_calls_nobody_away(declined: Exception) -> None:
    async def part(asked: Any) -> Any:
        raise declined

    found = asyncio.run(beside(part)(None))  # type: ignore[arg-type]  # the part reads nothing
    assert str(found) == str(declined)
    assert Page(FRESH, None, {"spend": found}).away == []


def test_a_service_that_is_away_is_still_named() -> None:
    async def part(asked: Any) -> Any:
        raise Away("metrics", "metrics does not answer.")

    with pytest.raises(Away) as away:
        asyncio.run(beside(part)(None))  # type: ignore[arg-type]  # the part reads nothing
    assert Page(FRESH, None, {"spend": away.value}).away == ["metrics"]
