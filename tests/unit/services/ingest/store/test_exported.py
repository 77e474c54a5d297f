"""Which items exports show: answered from memory, and without Postgres by what was known last."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from eventlog.postgres import DatabaseUnavailable
from services.ingest.store import exported
from services.ingest.store.exported import AWAY_S, KEPT_S, ExportedItems


class Store:
    """Stands for Postgres: what it holds, whether it is away, and how often it was asked."""

    def __init__(self) -> None:
        self.items = {("cases", "7")}
        self.is_away = False
        self.asked = 0
        self.now = 0.0

    @asynccontextmanager
    async def transaction(self, pool: object) -> AsyncIterator[Store]:
        self.asked += 1
        if self.is_away:
            raise DatabaseUnavailable("away")
        yield self

    async def fetch(self, statement: str, tenant: str, *lists: list[str]) -> list[dict[str, str]]:
        if not lists:
            return [{"source": source} for source in {source for source, _ in self.items}]
        return [{"source": s, "key": k} for s, k in zip(*lists, strict=True) if (s, k) in self.items]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    made = Store()
    monkeypatch.setattr(exported, "transaction", made.transaction)
    return made


def items(store: Store) -> ExportedItems:
    pool: Any = None
    return ExportedItems(pool, lambda: store.now)


async def test_the_sources_are_asked_for_once_in_some_seconds(store: Store) -> None:
    known = items(store)
    for _ in range(100):
        assert set(await known.sources("demo")) == {"cases"}
    assert store.asked == 1
    store.items.add(("placements", "1"))
    store.now = KEPT_S + 0.1
    assert set(await known.sources("demo")) == {"cases", "placements"}


async def test_an_item_is_looked_up_as_it_stands(store: Store) -> None:
    known = items(store)
    assert set(await known.shown("demo", {("cases", "7"), ("cases", "8")})) == {("cases", "7")}


async def test_without_postgres_events_are_taken_and_it_is_not_asked_for_each(store: Store) -> None:
    known = items(store)
    await known.sources("demo")
    store.is_away, store.now, store.asked = True, KEPT_S + 0.1, 0
    for _ in range(50):
        assert set(await known.sources("demo")) == {"cases"}
        assert set(await known.shown("demo", {("cases", "7")})) == set()
    assert store.asked == 1
    store.is_away, store.now = False, store.now + AWAY_S + 0.1
    assert set(await known.shown("demo", {("cases", "7")})) == {("cases", "7")}
