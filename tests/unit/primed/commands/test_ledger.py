"""Days and moments on the command line are taken exactly or refused."""

import datetime as dt

import pytest

from primed.commands.ledger import day, moment
from primed.trouble import Trouble


def test_days_and_moments() -> None:
    assert day("2026-11-23") == dt.date(2026, 11, 23)
    assert moment("2026-11-23T09:00:00+01:00") == dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)
    assert day(None) is None
    assert moment(None) is None


@pytest.mark.parametrize("text", ["yesterday", "23.11.2026", "2026-02-30", ""])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(Trouble, match="is no day"):
        day(text)


@pytest.mark.parametrize("text", ["now", "2026-11-23T09:00:00", "2026-11-23", "09:00+01:00"])
def test_a_moment_without_its_offset_is_refused(text: str) -> None:
    with pytest.raises(Trouble, match="offset"):
        moment(text)
