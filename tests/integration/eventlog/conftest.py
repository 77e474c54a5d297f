"""The fixtures that run a test in memory and then on the real Kafka."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.integration.eventlog.worlds import BulkWorld, KafkaWorld, MemoryWorld


@pytest.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.real)])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[MemoryWorld]:
    """The twin in memory, then the real thing."""
    made = MemoryWorld() if request.param == "memory" else KafkaWorld(request.getfixturevalue("stack"))
    yield made
    for part in reversed(made.started):
        await part.stop()


@pytest.fixture(
    params=[
        "memory",
        pytest.param(KafkaWorld, marks=pytest.mark.real),
        pytest.param(BulkWorld, marks=pytest.mark.real),
    ]
)
async def sending_world(request: pytest.FixtureRequest) -> AsyncIterator[MemoryWorld]:
    """Each producer in turn."""
    of = request.param
    made: MemoryWorld = MemoryWorld() if of == "memory" else of(request.getfixturevalue("stack"))
    yield made
    for part in reversed(made.started):
        await part.stop()
