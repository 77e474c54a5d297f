"""A page says what its unit is for, where somebody has said it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from services.dashboard.domain.aims import Purpose
from services.dashboard.domain.questions import Question
from services.dashboard.domain.refusals import Away, Missing
from services.dashboard.stories import overview, team
from services.dashboard.stories.aims import purpose

SET = Purpose(unit="north", purpose="People live well at home.", objectives=("Nobody waits.",))


def asked(answer: Purpose | Exception) -> Any:
    async def read(question: Question[Any]) -> Any:
        assert (question.service, question.path) == ("actions", "/v1/purposes/north")
        if isinstance(answer, Exception):
            raise answer
        return answer

    return SimpleNamespace(unit="north", reader=SimpleNamespace(read=read))


def test_what_was_set_is_said_and_nothing_where_nobody_set_it() -> None:
    assert asyncio.run(purpose(asked(SET))) == SET
    assert asyncio.run(purpose(asked(Missing("purpose")))) is None


def test_a_service_that_is_away_is_named() -> None:
    with pytest.raises(Away):
        asyncio.run(purpose(asked(Away("actions", "actions does not answer."))))


def test_teams_and_what_stands_above_them_show_it() -> None:
    assert team.PARTS["purpose"] is overview.PARTS["purpose"] is purpose
