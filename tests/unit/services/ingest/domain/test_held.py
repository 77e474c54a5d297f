"""What was met is known again, however much was met, in little memory."""

from __future__ import annotations

import tracemalloc

from services.ingest.domain.held import Held


def test_what_was_met_is_known_and_nothing_else() -> None:
    held, keys = Held(), [f"request/R{number}" for number in range(20_000)]
    assert all(held.add(key) for key in keys)
    assert not any(held.add(key) for key in keys)
    assert all(key in held for key in keys)
    assert not any(f"review/V{number}" in held for number in range(20_000))


def test_a_key_costs_a_few_bytes() -> None:
    tracemalloc.start()
    held = Held()
    for number in range(40_000):
        held.add(f"request/R{number}")
    now, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert now < 40_000 * 25
