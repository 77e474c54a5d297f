"""Dead letters as an operator meets them: looked at, mended, sent again, one by one or all of a reason."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from services.ingest.domain.letters import Letter

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


def letter(value: bytes, key: bytes = b"demo/demo/cases/7", topic: str = "primed.case-events") -> Letter:
    at = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    return Letter(3, 17, at, key, value, {"primed-topic": topic, "primed-reason": "not-json"})


async def test_a_dead_letter_is_shown_mended_and_sent_again(
    ingest: Any, event: Callable[..., dict[str, Any]]
) -> None:
    ingest.letters.letters = [letter(b"{broken \xff")]
    operator = ingest.token("operator")
    listed = (await ingest.client.get("/v1/dead-letters", headers=operator)).json()["dead_letters"]
    assert [(one["id"], one["reason"]) for one in listed] == [("3-17", "not-json")]
    shown = (await ingest.client.get("/v1/dead-letters/3-17", headers=operator)).json()
    assert shown["value"] == "{broken \\xff"
    replay = "/v1/dead-letters/3-17/replay"
    assert (await ingest.client.post(replay, headers=operator)).status_code == 422
    other = event(type="primed.worker.joined.v1", data={"worker": "w-1", "team": "north"})
    assert (await ingest.client.post(replay, json=other, headers=operator)).status_code == 422
    assert ingest.records() == []
    assert (await ingest.client.post(replay, json=event(), headers=operator)).status_code == 202
    assert [json.loads(record.value)["id"] for record in ingest.records()] == ["e1"]


async def test_a_dead_letter_is_for_its_own_operator(ingest: Any, raw: Callable[..., bytes]) -> None:
    ingest.letters.letters = [
        letter(raw(tenant="other"), key=b"no tenant here"),
        letter(raw(), key=b"other/x/y"),
    ]
    operator = ingest.token("operator")
    assert (await ingest.client.get("/v1/dead-letters", headers=operator)).json()["dead_letters"] == []
    assert (await ingest.client.get("/v1/dead-letters/3-17", headers=operator)).status_code == 404
    assert (await ingest.client.post("/v1/dead-letters/3-17/replay", headers=operator)).status_code == 404
    assert (await ingest.client.get("/v1/dead-letters", headers=ingest.token())).status_code == 403


async def test_what_controls_a_terminal_is_written_out(ingest: Any) -> None:
    ingest.letters.letters = [letter(b"{\x1b]0;you\x07 \xc2\x9b31m \xff\n}", key=b"demo/\x1b[2J")]
    shown = (await ingest.client.get("/v1/dead-letters/3-17", headers=ingest.token("operator"))).json()
    assert shown["value"] == "{\\x1b]0;you\\x07 \\x9b31m \\xff\n}"
    assert shown["key"] == "demo/\\x1b[2J"


async def test_who_sends_one_again_twice_is_told_and_it_has_the_same_id(
    ingest: Any, raw: Callable[..., bytes]
) -> None:
    ingest.letters.letters = [letter(raw())]
    operator, replay = ingest.token("operator"), "/v1/dead-letters/3-17/replay"
    first = (await ingest.client.post(replay, headers=operator)).json()
    assert (first["accepted"], first["event"], first["before"]) == (1, "e1", [])
    second = (await ingest.client.post(replay, headers=operator)).json()
    before = {"at": NOW.isoformat(), "by": "operator-1", "mended": False, "event": "e1"}
    assert second["before"] == [before]
    assert [json.loads(record.value)["id"] for record in ingest.records()] == ["e1", "e1"]
    listed = (await ingest.client.get("/v1/dead-letters", headers=operator)).json()["dead_letters"]
    assert [one["event"] for one in listed[0]["replays"]] == ["e1", "e1"]


async def test_after_an_upgrade_all_letters_of_a_reason_are_sent_again_once(
    ingest: Any, raw: Callable[..., bytes]
) -> None:
    good = replace(
        letter(raw()), headers={"primed-topic": "primed.case-events", "primed-reason": "unknown-type"}
    )
    ingest.letters.letters = [
        *(replace(good, offset=n, value=raw(id=f"e{n}"), at=NOW - dt.timedelta(n)) for n in range(3)),
        replace(good, offset=8, value=b"{"),
        letter(raw(id="other")),
    ]
    operator = ingest.token("operator")
    assert (await ingest.client.post("/v1/dead-letters/replay", headers=operator)).status_code == 422
    path = "/v1/dead-letters/replay?reason=unknown-type"
    first = (await ingest.client.post(path, headers=operator)).json()
    assert (first["accepted"], first["replayed_before"]) == (3, 0)
    assert [(one["id"], one["reason"]) for one in first["refused"]] == [("3-8", "not-json")]
    again = (await ingest.client.post(path, headers=operator)).json()
    assert (again["accepted"], again["replayed_before"], len(again["refused"])) == (0, 3, 1)
    assert sorted(json.loads(record.value)["id"] for record in ingest.records()) == ["e0", "e1", "e2"]


async def test_very_many_letters_are_sent_again_page_by_page_each_once(
    ingest: Any, raw: Callable[..., bytes]
) -> None:
    ingest.letters.letters = [
        replace(letter(raw(id=f"e{n}")), offset=n, at=NOW - dt.timedelta(minutes=n % 7)) for n in range(25)
    ]
    operator, cursor, seen = ingest.token("operator"), "", []
    while cursor is not None:
        path = f"/v1/dead-letters/replay?reason=not-json&limit=10{cursor and f'&cursor={cursor}'}"
        page = (await ingest.client.post(path, headers=operator)).json()
        seen.append((page["accepted"], page["left"]))
        cursor = page["next_cursor"]
        # What dies again meanwhile is a new letter: the same walk does not meet it.
        died = NOW + dt.timedelta(seconds=len(seen))
        ingest.letters.letters.append(replace(letter(raw(id="e0")), offset=100 + len(seen), at=died))
    assert seen == [(10, 15), (10, 5), (5, 0)]
    sent = [json.loads(record.value)["id"] for record in ingest.records()]
    assert sorted(sent) == sorted(f"e{n}" for n in range(25))
    odd = await ingest.client.post("/v1/dead-letters/replay?reason=x&cursor=7", headers=operator)
    assert (odd.status_code, "next_cursor" in odd.text) == (422, True)


async def test_letters_are_listed_by_reason_and_service(ingest: Any) -> None:
    ingest.letters.letters = [letter(b"{")]
    operator = ingest.token("operator")
    for query, many in (("?reason=not-json", 1), ("?reason=other", 0), ("?service=metrics", 0)):
        found = await ingest.client.get(f"/v1/dead-letters{query}", headers=operator)
        assert len(found.json()["dead_letters"]) == many, query
