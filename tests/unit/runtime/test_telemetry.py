"""The log: one JSON object a line, with ids, without what a case or an exception holds."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from runtime import telemetry

CANARY = "Canary-Person-1234"


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_each_line_is_json_with_service_time_and_level(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure("metrics")
    telemetry.log().info("batch-taken", count=7, unit="north\nlocality")
    (line,) = lines(capsys)
    assert line.items() >= {"event": "batch-taken", "service": "metrics", "level": "info", "count": 7}.items()
    assert str(line["timestamp"]).endswith("Z")
    assert line["unit"] == "north\nlocality"


def test_lines_of_libraries_look_the_same_and_their_chatter_is_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telemetry.configure("metrics")
    logging.getLogger("some.library").warning("it is %s", "odd")
    logging.getLogger("faust.app.base").info("chatter")
    logging.getLogger("aiokafka.consumer").info("chatter")
    (line,) = lines(capsys)
    assert line.items() >= {"event": "it is odd", "service": "metrics", "level": "warning"}.items()


def test_an_exception_is_named_and_placed_and_never_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure("metrics")
    try:
        raise ValueError(CANARY)
    except ValueError as error:
        telemetry.log().exception("it-broke")
        telemetry.log().error("it-broke", exc_info=error)
        logging.getLogger("some.library").exception("it broke")
    told = lines(capsys)
    assert [line["error"] for line in told] == ["ValueError"] * 3
    assert all("test_telemetry.py" in str(line["at"]) for line in told)
    assert CANARY not in json.dumps(told)


def test_the_level_is_kept_to(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure("metrics", "WARNING")
    telemetry.log().info("quiet")
    telemetry.log().warning("loud")
    assert [line["event"] for line in lines(capsys)] == ["loud"]


def test_a_metric_is_declared_once() -> None:
    telemetry.counter("telemetry_test_total", "Declared to show that it can be done once.")
    with pytest.raises(ValueError, match="Duplicated"):
        telemetry.counter("telemetry_test_total", "Again.")
