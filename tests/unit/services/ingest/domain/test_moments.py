"""Times as files write them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from services.ingest.domain.moments import Moment, read

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("written", "time", "by_day"),
    [
        ("2011-10-11T13:42:22.688+02:00", "2011-10-11T13:42:22.688+02:00", False),
        ("2011-10-11T00:00:00+01:00", "2011-10-11T00:00:00+01:00", False),
        ("2011-10-11 13:42:22", "2011-10-11T13:42:22+02:00", False),
        ("2011-01-11T13:42", "2011-01-11T13:42:00+01:00", False),
        ("2011-10-11T22:30:00Z", "2011-10-12T00:30:00+02:00", False),
        ("2011-10-11T22:30:00+0200", "2011-10-11T22:30:00+02:00", False),
        ("2011-10-11", "2011-10-11T00:00:00+02:00", True),
        ("2012-02-29", "2012-02-29T00:00:00+01:00", True),
        # The hour that there is twice is the first one, the hour that there is not keeps its day.
        ("2011-10-30T02:30:00", "2011-10-30T02:30:00+02:00", False),
        ("2011-03-27T02:30:00", "2011-03-27T02:30:00+01:00", False),
    ],
)
def test_a_time_keeps_its_written_day(written: str, time: str, by_day: bool) -> None:
    assert read(written, AMSTERDAM) == Moment(time, by_day)


@pytest.mark.parametrize(
    "written",
    ["", "31/02/2025", "01/02/03", "2011-02-29", "2011-13-01", "1899-12-30", "2101-01-01", "45000", "soon"],
)
def test_what_is_no_date_is_said_to_be_none(written: str) -> None:
    with pytest.raises(ValueError):
        read(written, AMSTERDAM)
