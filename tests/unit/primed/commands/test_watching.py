"""What commands say of an import while it runs and when it is over."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
import typer

from primed.commands import watching
from primed.trouble import Trouble

JOB: dict[str, Any] = {
    "id": "i1", "name": "night.csv", "state": "running", "rows_read": 12_000, "accepted": 11_900,
    "unchanged": 11_000, "refused": 100, "withdrawn": 0, "events": 900, "rate": 4_000.0, "share": 0.25,
    "seconds_left": 200.0, "older_than": None, "placed": 0, "note": None, "error": None,
    "coverage": {"field": None, "first": None, "last": None}, "format": "table", "mapping": "reviews",
    "as_of": "2026-11-22T18:00:00+00:00", "stage": "reading", "stage_share": 0.25,
}  # fmt: skip


def test_a_running_import_says_how_long_it_will_take() -> None:
    assert watching.line(JOB) == (
        "12,000 rows read, 11,900 taken, 11,000 unchanged, 100 refused, 4,000 rows/s, about 3 min left"
    )
    assert watching.line({**JOB, "note": "Kafka cannot be reached."}) == "Kafka cannot be reached."


def test_what_it_does_before_its_first_row_is_said() -> None:
    preparing = {**JOB, "stage": "preparing", "rows_read": 0}
    assert watching.line(preparing) == "Reading the file through before its first row"
    assert watching.line({**JOB, "stage": "waiting"}) == "12,000 rows read, waiting for its turn"


def test_an_older_file_says_where_its_rows_went() -> None:
    done = {**JOB, "state": "done", "older_than": "2026-11-23T18:00:00+00:00", "placed": 3}
    assert watching.result(done)[2] == (
        "Older than what is known (as of 2026-11-23T18:00:00+00:00): 3 rows put where they belong."
    )
    assert watching.result(done)[-1].endswith("primed imports rejects i1")


def test_rows_that_are_neither_taken_nor_refused_are_told() -> None:
    done = {**JOB, "state": "done", "accepted": 11_000}
    assert watching.result(done)[1] == (
        "900 rows tell more of an item in the row before, are blank or left out."
    )
    assert not [one for one in watching.result({**JOB, "state": "done"}) if "left out" in one]


def test_who_waits_too_long_hears_that_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused")

    monkeypatch.setattr(watching.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(watching, "PATIENCE_S", -1.0)
    with (
        httpx2.Client(transport=httpx2.MockTransport(gone), base_url="http://ingest") as ingest,
        watching.bar() as progress,
        pytest.raises(Trouble, match="has not answered") as told,
    ):
        watching.follow(ingest, progress, JOB)
    assert "primed imports follow i1" in told.value.do


def test_a_failed_import_is_trouble_and_a_cancelled_one_is_no_success() -> None:
    with pytest.raises(Trouble, match="broken"):
        watching.tell({**JOB, "state": "failed", "error": "It is broken."}, as_json=False)
    with pytest.raises(typer.Exit):
        watching.tell({**JOB, "state": "cancelled"}, as_json=False)


def test_watching_goes_on_while_ingest_starts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.path)
        if len(asked) < 3:
            raise httpx2.ConnectError("refused")
        return httpx2.Response(200, json={**JOB, "state": "done"})

    monkeypatch.setattr(watching.time, "sleep", lambda seconds: None)
    with httpx2.Client(transport=httpx2.MockTransport(answer), base_url="http://ingest") as ingest:
        assert watching.follow(ingest, watching.bar(), JOB)["state"] == "done"
    assert asked == ["/v1/imports/i1"] * 3


def test_ctrl_c_leaves_it_running_and_says_how_to_look_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def pressed(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(watching.time, "sleep", pressed)
    with httpx2.Client(base_url="http://ingest") as ingest, pytest.raises(typer.Exit) as left:
        watching.follow(ingest, watching.bar(), JOB)
    assert left.value.exit_code == 130
    said = capsys.readouterr().out
    assert "primed imports follow i1" in said
    assert "primed imports cancel i1" in said
