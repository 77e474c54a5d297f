"""Targets: agreed with what makes them readable, held until a newer one or until withdrawn."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from schemas.purposes import TargetAgreed, TargetWithdrawn
from services.actions.domain.decision import Reason
from services.actions.domain.target import Agree, Agreed, Held, Newer, Withdraw
from tests.unit.services.actions.given import given

AGREE = Agree("t-1", "north", "completed", 40, 2.5, "2026-12", "The post is filled.", "w-9")
AGREED = TargetAgreed(
    target="t-1",
    unit="north",
    measure="completed",
    value=40,
    tolerance=2.5,
    since=dt.date(2026, 12, 1),
    reason="The post is filled.",
    by="w-9",
)
WITHDRAWN = TargetWithdrawn(target="t-1", unit="north", reason="It is vacant again.", by="w-8")


def test_agreed() -> None:
    given().when(AGREE).then(AGREED, reason=Reason.AGREED)


@pytest.mark.parametrize(
    ("change", "reason", "said"),
    [
        ({"value": float("nan")}, Reason.NUMBER_WRONG, "`value` nan"),
        ({"value": 2e9}, Reason.NUMBER_WRONG, "between -1,000,000,000 and 1,000,000,000"),
        ({"tolerance": -0.5}, Reason.NUMBER_WRONG, "`tolerance` -0.5"),
        ({"since": "2026-00"}, Reason.TIME_WRONG, "like 2026-12"),
        ({"since": "December"}, Reason.TIME_WRONG, "'December'"),
        ({"since": "2101-01"}, Reason.TIME_WRONG, "between 1990 and 2100"),
        ({"reason": " "}, Reason.TEXT_MISSING, "reason is missing"),
        ({"worker": "w-77"}, Reason.WORKER_UNKNOWN, "w-77"),
        ({"meeting": "m-7"}, Reason.MEETING_UNKNOWN, "m-7"),
        ({"meeting": "m-7", "meeting_open": False}, Reason.NOT_IN_PROGRESS, "start it first"),
    ],
)
def test_not_agreed(change: dict[str, Any], reason: Reason, said: str) -> None:
    given().when(replace(AGREE, **change)).refused(reason, said)


def test_agreed_for_a_worker_of_months_at_a_meeting() -> None:
    command = replace(AGREE, worker="w-1", worker_known=True, grain="month", meeting="m-1", meeting_open=True)
    story = given().when(command).held(Reason.AGREED)
    aim = story.state.aim
    assert (aim.worker, aim.grain, aim.meeting) == ("w-1", "month", "m-1")


def test_withdrawn_once_with_a_reason() -> None:
    story = given(("2026-11-23", AGREED))
    story.when(Withdraw(" ", "w-8")).refused(Reason.TEXT_MISSING)
    story.when(Withdraw("It is vacant again.", "w-8")).then(WITHDRAWN, reason=Reason.WITHDRAWN)
    story.when(Withdraw("Again.", "w-8")).refused(Reason.ENDED, "23 November 2026", "agree a new one")
    given().when(Withdraw("It.", "w-8")).refused(Reason.TARGET_UNKNOWN)


def test_it_holds_from_its_month_until_a_newer_ones() -> None:
    state = given(("2026-11-23", AGREED)).state
    assert isinstance(state, Agreed)
    days = [dt.date(2026, 11, 30), dt.date(2026, 12, 1), dt.date(2027, 3, 1)]
    assert [Held(state).holds_on(day) for day in days] == [False, True, True]
    newer = Newer("t-2", dt.date(2027, 3, 1))
    assert [Held(state, newer).holds_on(day) for day in days] == [False, True, False]
    gone = given(("2026-11-23", AGREED), ("2026-11-24", WITHDRAWN)).state
    assert not Held(gone).holds_on(days[1])
