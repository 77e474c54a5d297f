"""What came of a meeting: its commitments, and the figures that they answer before it and since."""

from __future__ import annotations

import datetime as dt

import pytest

from services.metrics.answers.asking import NotThere
from services.metrics.answers.meetings import of_meeting


async def test_the_commitments_of_a_meeting_with_how_they_stand(sources, ask) -> None:
    told = (await of_meeting(sources, ask("council"), "m-1", lambda unit: unit == "north")).what
    assert (told.unit, told.day) == ("north", dt.date(2026, 6, 1))
    assert [(one.commitment, one.state, one.measure) for one in told.promises] == [
        ("c-1", "kept", None),
        ("c-2", "late", "overdue"),
    ]
    answers = told.promises[1]
    assert answers.before is not None
    assert (answers.before.key.unit, answers.before.key.period.label, answers.before.value) == (
        "north",
        "2026-05",
        0,
    )
    assert answers.since is None


async def test_as_at_the_day_of_the_meeting_all_is_open(sources, ask) -> None:
    told = (await of_meeting(sources, ask("council", "2026-06-01"), "m-1", lambda unit: True)).what
    assert {one.state for one in told.promises} == {"open"}


async def test_a_meeting_of_another_unit_is_not_there(sources, ask, council) -> None:
    with pytest.raises(NotThere):
        await of_meeting(sources, ask("council"), "m-1", lambda unit: False)
    missing = await council.get("/v1/effects", "manager", "south", meeting="m-9")
    foreign = await council.get("/v1/effects", "manager", "south", meeting="m-1")
    assert (missing.status_code, foreign.status_code) == (404, 404)
    assert {**missing.json(), "correlation_id": ""} == {**foreign.json(), "correlation_id": ""}
    body = (await council.get("/v1/effects", "manager", "north", meeting="m-1")).json()
    assert [one["commitment"] for one in body["commitments"]] == ["c-1", "c-2"]
