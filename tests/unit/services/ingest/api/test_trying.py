"""Trying a mapping on a file before anything is sent, and having one proposed."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from runtime.auth import TokenIssuer, token_reader
from runtime.http import application
from runtime.settings import Settings
from services.ingest.api import trying
from services.ingest.api.bodies import Room
from services.ingest.formats import readers
from services.ingest.formats.opening import Unpacking
from services.ingest.formats.trying import Trials
from services.ingest.store.mappings import Kept, shipped, usual_steps

STEPS = b"""STEP_ID,STEP_TYPE,STATUS,INCOMING_ON,COMPLETED_ON,ASSIGNEE_ID
1,Review,Started,02/11/2026,,w-1
2,Review,Completed,05/11/2026,01/11/2026,w-2
3,Review,Completed,31/02/2026,,w-3
"""


class Shelf:
    """The mappings that ship."""

    async def all(self, tenant: str) -> list[Kept]:
        return list(shipped().values())

    async def find(self, tenant: str, name: str) -> Kept | None:
        return shipped().get(name)

    async def put(self, tenant: str, name: str, body: str, on_top_of: int, by: str) -> int | None:
        raise AssertionError("nothing is kept of a trial")


@pytest.fixture
async def ingest(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    settings = Settings(home=tmp_path)
    trials = Trials(readers(bytes(32)), Unpacking(2**20, 200), usual_steps())
    routes = [trying.router(Shelf(), trials, Room(2**26))]
    app = application("ingest", token_reader(settings), routes, checks={}, streamed=("/v1/mappings/",))
    token = TokenIssuer(settings.keys).issue("analyst", None, "demo", "analyst-1", 600)
    headers = {"Authorization": f"Bearer {token}"}
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://ingest", headers=headers) as client:
        yield client


async def test_a_mapping_is_tried_and_says_what_would_be_taken_and_what_not(
    ingest: httpx2.AsyncClient,
) -> None:
    told = (await ingest.post("/v1/mappings/steps/check", content=STEPS)).json()
    assert (told["taken"], told["refused"], told["whole"]) == (2, 1, True)
    (cause,) = told["causes"]
    assert (cause["rows"], cause["column"], cause["first_row"]) == (1, "INCOMING_ON", 4)
    assert told["faults"][0] == {"field": "completed", "result": "ends-before-start", "rows": 1}
    assert told["samples"][0]["row"] == 2
    assert '"worker":"w-1"' in told["samples"][0]["told"]


async def test_a_proposal_names_the_feed_and_is_made_of_packed_files_too(ingest: httpx2.AsyncClient) -> None:
    packed = await ingest.post("/v1/mappings/draft?source=mosaic/steps", content=gzip.compress(STEPS))
    assert packed.headers["content-type"].startswith("application/yaml")
    assert packed.text.startswith("format: steps\nsource: mosaic/steps ")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/mappings/nothing/check", STEPS, 404),
        ("/v1/mappings/steps/check", b"\x1f\x8bnot gzip", 422),
        ("/v1/mappings/draft", b"%PDF-1.7", 422),
        ("/v1/mappings/draft?noun=person", STEPS, 422),
        ("/v1/mappings/draft?source=%20", STEPS, 422),
        ("/v1/mappings/draft", bytes(trying.MOST_BYTES + 1), 413),
    ],
)
async def test_what_cannot_be_tried_is_said(
    ingest: httpx2.AsyncClient, path: str, body: bytes, status: int
) -> None:
    answer = await ingest.post(path, content=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
