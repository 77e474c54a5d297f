"""Bad input gets a clear answer: never a crash, never half a command."""

from __future__ import annotations

import pytest

from tests.integration.actions.conftest import Asker

pytestmark = pytest.mark.real

GOOD = '{"unit":"north","text":"It.","owner":"w-1","deadline":"2026-12-04"'


BODIES: tuple[tuple[str, int], ...] = (
    ("", 422),
    ("{", 400),
    ("[]", 422),
    ("null", 422),
    ('"text"', 422),
    (GOOD + ',"unit":"north"}', 400),
    (GOOD + ',"measure":NaN}', 400),
    (GOOD + ',"person":"p-1"}', 422),
    (GOOD + ',"measure":""}', 422),
    (GOOD.replace("It.", "\\u0000") + "}", 400),
    (GOOD.replace("It.", "\\ud800") + "}", 422),
    (GOOD.replace("It.", "\\u0007") + "}", 422),
    (GOOD.replace("w-1", "\\ud800") + "}", 422),
    (GOOD.replace("north", "no\\u0001rth") + "}", 404),
    (GOOD.replace("north", "x" * 201) + "}", 422),
    (GOOD.replace("2026-12-04", "2026-12-04Z") + "}", 422),
    (GOOD.replace('"2026-12-04"', "20261204.5") + "}", 422),
    ("[" * 10_000 + "]" * 10_000, 400),
)


async def test_a_bad_body_is_answered_and_leaves_nothing(manager: Asker) -> None:
    headers = {"Authorization": f"Bearer {manager.token}", "Content-Type": "application/json"}
    for body, status in BODIES:
        answer = await manager.http.post("/v1/commitments", content=body.encode(), headers=headers)
        assert answer.status_code == status, f"{body[:80]}: {answer.text}"
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["detail"]
    assert (await manager.saw("/v1/commitments"))["items"] == []


QUESTIONS: tuple[tuple[str, int], ...] = (
    ("/v1/commitments/c-1%00", 400),
    ("/v1/commitments/%ff%fe", 404),
    ("/v1/commitments/" + "x" * 201, 422),
    ("/v1/commitments?limit=0", 422),
    ("/v1/commitments?limit=all", 422),
    ("/v1/commitments?state=late", 422),
    ("/v1/commitments?late=perhaps", 422),
    ("/v1/commitments?unit=no%01rth", 404),
    ("/v1/meetings?state=open", 422),
    ("/v1/meetings/m-1/start", 405),
    ("/v1/nothing", 404),
)


async def test_a_bad_question_is_answered(manager: Asker) -> None:
    for path, status in QUESTIONS:
        answer = await manager.http.get(path, headers={"Authorization": f"Bearer {manager.token}"})
        assert answer.status_code == status, f"{path}: {answer.text}"
        assert answer.headers["Content-Type"] == "application/problem+json"


async def test_a_bad_version_is_refused(manager: Asker) -> None:
    for version in ("1", '"x"', "*", '"1", "2"'):
        headers = {"Authorization": f"Bearer {manager.token}", "If-Match": version}
        answer = await manager.http.post("/v1/meetings/m-1/start", headers=headers)
        assert answer.status_code == 412, version
