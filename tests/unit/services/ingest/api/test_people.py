"""Somebody is erased by an operator alone, and what identifies them is told to nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from runtime.auth import TokenIssuer, token_reader
from runtime.http import application
from runtime.settings import Settings
from services.ingest.api import people

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


@dataclass
class Known:
    """Who has a random id, in memory."""

    hashes: set[tuple[str, str]] = field(default_factory=lambda: {("demo", "#P00017")})

    async def erase(self, tenant: str, hashed: str) -> bool:
        there = (tenant, hashed) in self.hashes
        self.hashes.discard((tenant, hashed))
        return there


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    settings = Settings(home=tmp_path)
    routes = [people.router(Known(), lambda text: f"#{text}", lambda: NOW)]
    app = application("ingest", token_reader(settings), routes, checks={})
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://ingest") as asking:
        yield asking


def token(tmp_path: Path, role: str = "operator") -> dict[str, str]:
    issuer = TokenIssuer(tmp_path / "keys")
    return {"authorization": f"Bearer {issuer.issue(role, None, 'demo', f'{role}-1', 600)}"}


async def test_who_is_erased_is_known_no_more_and_the_receipt_says_when(
    client: httpx2.AsyncClient, tmp_path: Path
) -> None:
    for erased in (True, False):
        answer = await client.post(
            "/v1/people/erase", json={"identifier": " P00017 "}, headers=token(tmp_path)
        )
        assert answer.status_code == 200, answer.text
        assert answer.json() == {
            "erased": erased,
            "kept_out": True,
            "at": NOW.isoformat(),
            "by": "operator-1",
        }
        assert "P00017" not in answer.text


@pytest.mark.parametrize("role", ["feeder", "analyst", "director"])
async def test_nobody_else_may(client: httpx2.AsyncClient, tmp_path: Path, role: str) -> None:
    answer = await client.post(
        "/v1/people/erase", json={"identifier": "P00017"}, headers=token(tmp_path, role)
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("body", [{"identifier": ""}, {"identifier": "P00017" * 99}, {"name": "P00017"}, {}])
async def test_a_wrong_body_is_refused_without_being_repeated(
    client: httpx2.AsyncClient, tmp_path: Path, body: dict[str, str]
) -> None:
    answer = await client.post("/v1/people/erase", json=body, headers=token(tmp_path))
    assert answer.status_code == 422
    assert "P00017" not in answer.text
