"""How far a process says it is: what was read counts a little, so that the time left is not told too long."""

from __future__ import annotations

import io
import json

from services.metrics.rebuilding.hand import Progress
from services.metrics.rebuilding.saying import Voice


def test_reading_counts_a_tenth_and_all_comes_to_the_records() -> None:
    out = io.StringIO()
    progress = Progress(Voice(out))
    for some in (10, 10, 7):
        progress.laid_aside(some)
    for some in (13, 14):
        progress.folded(some)
    told = [json.loads(line)["records"] for line in out.getvalue().splitlines()]
    assert (sum(told[:3]), sum(told)) == (2, 27)
