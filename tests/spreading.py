"""How the tests share the cores: what waits longest begins first, and what shares a server stays together."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    "tests/faults/": "faults",
    "tests/browser/": "browser",
    "tests/integration/stack/test_running_product.py": "product",
    "tests/integration/product/": "product",
}
"""Tests with one large fixture between them, or that would disturb one another on two cores."""
LONGEST_FIRST = ("tests/faults/", "tests/integration/", "tests/contract/", "tests/browser/", "tests/")


class ByServers(LoadScopeScheduling):  # type: ignore[misc] # xdist has no types
    """A worker takes a file after another, or all that belongs together, in the order of the collection."""

    def _split_scope(self, nodeid: str) -> str:
        return next(
            (whole for begin, whole in TOGETHER.items() if nodeid.startswith(begin)), nodeid.split("::")[0]
        )


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByServers | None:
    """With `--dist loadfile`; what stands on nothing is better spread test by test."""
    return ByServers(config, log) if config.option.dist == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes longest first, so that no worker is left alone with it at the end."""
    items.sort(
        key=lambda item: next(n for n, begin in enumerate(LONGEST_FIRST) if item.nodeid.startswith(begin))
    )
