"""How many examples the properties try: few in the ordinary run, many when asked to look deeper."""

from __future__ import annotations

import os

from hypothesis import settings

DEPTH = int(os.environ.get("PRIMED_TEST_DEPTH", "1"))
"""`PRIMED_TEST_DEPTH=50 .venv/bin/pytest tests/properties` tries fifty times as many."""


def examples(ordinary: int) -> settings:
    """So many examples in the ordinary run; the time that one takes is no question here."""
    return settings(max_examples=ordinary * DEPTH, deadline=None)
