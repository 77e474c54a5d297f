"""Uploads that come in parts, as a sender meets them."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import Any

import pytest

LINES = b"".join(b'{"id":"e%d"}\n' % number for number in range(100))
DIGEST = hashlib.sha256(LINES).digest()
FROM = {"upload-complete": "?0", "upload-length": str(len(LINES))}


def said(digest: bytes = DIGEST) -> dict[str, str]:
    return {**FROM, "repr-digest": f"sha-256=:{base64.b64encode(digest).decode()}:"}


async def begun(ingest: Any, body: bytes = b"", query: str = "?name=night", **headers: str) -> Any:
    sent = {**ingest.token(), **(headers or said())}
    return await ingest.client.post(f"/v1/imports{query}", content=body, headers=sent)


async def part(ingest: Any, place: str, offset: int, body: bytes, *, last: bool = False, **more: str) -> Any:
    headers = {
        "content-type": "application/partial-upload",
        "upload-offset": str(offset),
        "upload-complete": "?1" if last else "?0",
    }
    return await ingest.client.patch(place, content=body, headers={**ingest.token(), **headers, **more})


async def stand(ingest: Any, place: str) -> tuple[int, str, str]:
    answer = await ingest.client.head(place, headers=ingest.token())
    return answer.status_code, answer.headers["upload-offset"], answer.headers["upload-complete"]


async def test_a_file_in_parts_becomes_the_import_that_one_post_would_have_made(ingest: Any) -> None:
    answer = await begun(ingest, LINES[:500])
    place = answer.headers["location"]
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, "500")
    seen = answer.json()
    assert (seen["state"], seen["stage"]) == ("uploading", "uploading")
    assert seen["stage_share"] == round(500 / len(LINES), 4)
    assert (await part(ingest, place, 500, LINES[500:700])).status_code == 204
    assert await stand(ingest, place) == (204, "700", "?0")
    last = await part(ingest, place, 700, LINES[700:], last=True)
    assert (last.status_code, last.headers["location"]) == (202, place)
    job = last.json()
    assert (job["state"], job["format"], job["packed_bytes"]) == ("queued", "cloudevents", len(LINES))
    assert (job["digest"], job["asked"]) == (DIGEST.hex(), {"name": "night"})
    assert [path.read_bytes() for path in ingest.folder.iterdir()] == [LINES]


async def test_parts_that_another_ingest_keeps_are_refused_there_and_not_begun_anew(ingest: Any) -> None:
    key = {**said(), "idempotency-key": "k1"}
    place = (await begun(ingest, LINES[:500], **key)).headers["location"]
    (folder,) = ingest.folder.iterdir()
    folder.unlink()  # of the other one, nothing is here
    ingest.jobs.jobs["import-1"] = replace(ingest.jobs.jobs["import-1"], place="elsewhere:/primed")
    answers = [
        await part(ingest, place, 0, LINES, last=True),
        await ingest.client.head(place, headers=ingest.token()),
        await begun(ingest, LINES, **key),
    ]
    assert [answer.status_code for answer in answers] == [421, 421, 421]
    assert "Send each to the ingest where it began" in answers[0].json()["detail"]
    assert list(ingest.folder.iterdir()) == []
    seen = (await ingest.client.get(place, headers=ingest.token())).json()
    assert (seen["state"], seen["stage_share"]) == ("uploading", None)


async def test_who_does_not_know_where_it_broke_off_is_told(ingest: Any) -> None:
    place = (await begun(ingest, LINES[:500])).headers["location"]
    early = await part(ingest, place, 400, LINES[400:])
    assert (early.status_code, early.headers["upload-offset"], early.json()["expected-offset"]) == (
        409,
        "500",
        500,
    )
    assert "500" in early.json()["detail"]
    assert (await part(ingest, place, 500, LINES[500:], last=True)).status_code == 202


async def test_an_answer_that_was_lost_is_given_again(ingest: Any) -> None:
    first = await begun(ingest, **said(), **{"idempotency-key": "k1"})
    again = await begun(ingest, **said(), **{"idempotency-key": "k1"})
    place = first.headers["location"]
    assert (again.status_code, again.headers["location"], len(ingest.jobs.jobs)) == (201, place, 1)
    assert (await part(ingest, place, 0, LINES, last=True)).status_code == 202
    late = await part(ingest, place, len(LINES), b"", last=True)
    assert (late.status_code, late.headers["idempotency-replayed"]) == (202, "true")
    third = await begun(ingest, **said(), **{"idempotency-key": "k1"})
    assert (third.status_code, third.json()["state"]) == (202, "queued")
    assert await stand(ingest, place) == (204, str(len(LINES)), "?1")


@pytest.mark.parametrize(
    ("told", "body", "why"),
    [
        (said(bytes(32)), LINES, "digest"),
        ({**said(), "upload-length": "9999"}, LINES, "9,999 bytes were told"),
        (FROM | {"upload-length": "3"}, b"   ", "empty"),
    ],
)
async def test_a_file_that_is_not_what_was_told_ends_its_import_and_leaves_nothing(
    ingest: Any, told: dict[str, str], body: bytes, why: str
) -> None:
    place = (await begun(ingest, **told)).headers["location"]
    answer = await part(ingest, place, 0, body, last=True)
    seen = (await ingest.client.get(place, headers=ingest.token())).json()
    assert (answer.status_code, seen["state"]) == (422, "failed")
    assert why in answer.text
    assert why in seen["error"]
    assert list(ingest.folder.iterdir()) == []
    assert (await part(ingest, place, 0, body, last=True)).status_code == 409


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ("?mapping=nobody", FROM, 422),
        ("?mapping=steps", FROM, 422),
        ("", {**FROM, "upload-length": "999999"}, 413),
        ("", {**FROM, "repr-digest": "sha-256=:short:"}, 422),
        ("", {"upload-complete": "maybe"}, 422),
    ],
)
async def test_what_can_be_told_before_the_file_is_told_before_it(
    ingest: Any, query: str, headers: dict[str, str], status: int
) -> None:
    assert (await begun(ingest, query=query, **headers)).status_code == status
    assert ingest.jobs.jobs == {}


async def test_parts_have_a_type_of_their_own_and_a_sender(ingest: Any) -> None:
    place = (await begun(ingest)).headers["location"]
    odd = await part(ingest, place, 0, LINES, **{"content-type": "text/csv"})
    assert odd.status_code == 415
    foreign = await part(ingest, place, 0, LINES, **ingest.token("feeder", "other"))
    assert foreign.status_code == 404
    reader = await part(ingest, place, 0, LINES, **ingest.token("manager"))
    assert reader.status_code == 403
    assert await stand(ingest, place) == (204, "0", "?0")


async def test_a_cancelled_upload_is_gone(ingest: Any) -> None:
    place = (await begun(ingest, LINES[:500])).headers["location"]
    stopped = await ingest.client.post(f"{place}/cancel", headers=ingest.token())
    assert (stopped.json()["state"], list(ingest.folder.iterdir())) == ("cancelled", [])
    assert (await part(ingest, place, 500, LINES[500:])).status_code == 409


async def test_too_much_in_parts_is_refused_and_what_arrived_stays(ingest: Any) -> None:
    place = (await begun(ingest, **{"upload-complete": "?0"})).headers["location"]
    assert (await part(ingest, place, 0, b"x" * 150_000)).status_code == 204
    assert (await part(ingest, place, 150_000, b"x" * 150_000)).status_code == 413
    assert (await stand(ingest, place))[1] == "150000"
