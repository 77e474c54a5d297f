"""The simulated council as files, in each format that ingest takes."""

from __future__ import annotations

from collections.abc import Mapping

from primed.simulate.exporting import cld, events, logs, steps, tables
from primed.simulate.exporting.council import Writer

WRITERS: Mapping[str, Writer] = {
    "events": events.write,
    "csv": tables.write,
    "steps": steps.write,
    "xes": logs.write,
    "cld": cld.write,
    "cld-mixed": cld.write_mixed,
}
"""Forms of `primed simulate --as`: each writes its files into a folder and says what it wrote."""
