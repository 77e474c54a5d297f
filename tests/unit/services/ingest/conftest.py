"""What tests of ingest start from: one good event, and the zone of its sender."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.ingest.domain.edge import Edge
from services.ingest.domain.moments import Zones

RECEIPT = Path(__file__).parents[5] / "shared" / "data" / "receipt.xes.gz"


@pytest.fixture
def edge() -> Edge:
    return Edge(Zones(ZoneInfo("Europe/London"), {"permits": ZoneInfo("Europe/Amsterdam")}))


@pytest.fixture
def event() -> Callable[..., dict[str, Any]]:
    def make(verb: str = "received", data: object = None, **changed: object) -> dict[str, Any]:
        whole = {
            "specversion": "1.0",
            "id": "e1",
            "source": "demo/cases",
            "type": f"primed.work.{verb}.v1",
            "subject": "demo/cases/7",
            "time": "2025-03-04T09:30:00+00:00",
            "data": {"kind": "review", "team": "north"} if data is None else data,
            **changed,
        }
        return {name: value for name, value in whole.items() if value is not None}

    return make


@pytest.fixture
def raw(event: Callable[..., dict[str, Any]]) -> Callable[..., bytes]:
    return lambda *args, **changed: json.dumps(event(*args, **changed)).encode()


@pytest.fixture(scope="session")
def receipt() -> Path:
    if not RECEIPT.exists():
        pytest.skip(
            f"NOT CHECKED: the receipt log is not at {RECEIPT}; its figures stand unproven in this run."
        )
    return RECEIPT
