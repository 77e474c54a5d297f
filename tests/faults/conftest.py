"""A council's stream for faults to fall into."""

import datetime as dt

import pytest

from primed.simulate import daily
from primed.simulate.state import Said, fresh

BEGAN, ENDS = dt.date(2026, 1, 1), dt.date(2026, 6, 1)


@pytest.fixture(scope="session")
def council() -> list[Said]:
    """Five months of a council, always the same."""
    state, said = fresh(11, BEGAN, ENDS), []
    while state.day < ENDS:
        said += daily.live_through(state)
    return said
