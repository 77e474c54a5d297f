"""What came of a meeting: its commitments, and the figures that they answer before it and since."""

from __future__ import annotations

import datetime as dt

import pytest

from services.metrics.answers.asking import NotThere
from services.metrics.answers.meetings import of_meeting
from services.metrics.domain.effects import signed
from services.metrics.domain.money import pounds


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


async def test_what_packages_say_was_decided_at_a_meeting_is_given_to_it(placed, placed_council, ask) -> None:
    told = (await of_meeting(placed, ask("council"), "m-1", lambda unit: True)).what
    assert (pounds(told.decided.weekly), len(told.decided.decisions)) == (50 - 287, 2)
    assert told.said.startswith("What was decided here changed weekly spend by −£237; since 11 May 2026 ")
    then = (await of_meeting(placed, ask("council", "2026-05-20"), "m-1", lambda unit: True)).what
    assert pounds(then.decided.weekly) == 50
    body = (await placed_council.get("/v1/effects", "manager", "north", meeting="m-1")).json()
    assert (body["decided"]["weekly_spend"], body["decided"]["decisions"]) == (-237, 2)
    assert body["whole"]["weekly_spend"] == 50
    unit = (await placed_council.get("/v1/effects", **{"from": "2026-05", "to": "2026-06"})).json()
    kinds = {one["name"]: one["weekly_spend"] for one in unit["kinds"]}
    assert kinds == {"meeting": 50, "commitment": -287}
    assert [(one["name"], one["weekly_spend"]) for one in unit["teams"]] == [("north", -237)]


async def test_a_meeting_that_no_package_names_says_so(placed, ask) -> None:
    told = (await of_meeting(placed, ask("council"), "m-2", lambda unit: True)).what
    assert (told.decided.weekly, told.decided.decisions) == (0, set())
    assert told.said == (
        "No package names this meeting or a commitment of it as where it was decided; since 1 June 2026 the "
        f"unit's weekly spend changed by {signed(told.whole.weekly)}."
    )
    assert pounds(told.whole.weekly) == -56.23
