"""A council's stream for faults to fall into."""

import datetime as dt

import pytest

from primed.simulate import daily
from primed.simulate.state import Said, fresh

BEGAN, ENDS = dt.date(2026, 1, 1), dt.date(2026, 6, 1)


@pytest.fixture(scope="session")
def council() -> list[Said]:
    """Five months of a council's work, always the same; of work, since that is what the reference counts."""
    state, said = fresh(11, BEGAN, ENDS), []
    while state.day < ENDS:
        said += daily.live_through(state)
    return [event for event in said if not event["type"].startswith("primed.package.")]
