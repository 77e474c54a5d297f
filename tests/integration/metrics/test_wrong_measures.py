"""A file of measures with mistakes stops the service before anything else, with each mistake's line."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.metrics import __main__ as service
from services.metrics.domain.declaring import BadMeasures

OWN = """\
extends: shipped
measures:
  - id: waiting
    name: Waiting
    definition: Work that waits.
    formula: end(opened)
    polarity: lowr
"""


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file of one's own, where neither Kafka nor Postgres is."""
    own = tmp_path / "own.yaml"
    monkeypatch.setenv("PRIMED_HOME", str(tmp_path))
    monkeypatch.setenv("PRIMED_KAFKA_BOOTSTRAP", "127.0.0.1:1")
    monkeypatch.setenv("PRIMED_POSTGRES_DSN", "postgresql://nobody@127.0.0.1:1/primed")
    monkeypatch.setenv("PRIMED_MEASURES_FILE", str(own))
    monkeypatch.setattr(service.telemetry, "configure", lambda *how: None)
    before = gc.get_threshold()
    yield own
    gc.set_threshold(*before)


async def test_the_service_refuses_to_start_and_points_at_the_lines(nowhere: Path) -> None:
    nowhere.write_text(OWN)
    with pytest.raises(BadMeasures) as error:
        await service.main(1)
    head, formula, polarity = str(error.value).splitlines()
    assert head == f"{nowhere} has 2 mistakes:"
    assert formula.startswith(f"{nowhere}:6:14: measure waiting, field formula: 'opened' is no account")
    assert "did you mean open?" in formula
    assert polarity.startswith(f"{nowhere}:7:15: measure waiting, field polarity: Invalid enum value 'lowr'")


async def test_a_file_that_is_not_there_is_named(nowhere: Path) -> None:
    with pytest.raises(BadMeasures, match=r"own\.yaml cannot be read"):
        await service.main(1)
