"""A council as an event log: each case with what was done to it, the same bytes each time."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

from lxml import etree

from primed.simulate import saying
from primed.simulate.exporting import logs
from primed.simulate.exporting.council import Council

COUNCIL = Council(7, dt.date(2026, 9, 1), dt.date(2026, 9, 15))


def test_every_case_stands_in_it_with_what_was_done_in_order(tmp_path: Path) -> None:
    logs.write(COUNCIL, tmp_path)
    raw = (tmp_path / "log.xes.gz").read_bytes()
    logs.write(COUNCIL, tmp_path)
    assert (tmp_path / "log.xes.gz").read_bytes() == raw
    root = etree.fromstring(gzip.decompress(raw))
    ours = [event for _, day in COUNCIL.days() for event in day if event["source"] == saying.CASES]
    traces = root.findall("{*}trace")
    assert len(traces) == len({event["subject"] for event in ours}) > 200
    for trace in traces:
        times = [date.get("value") for date in trace.findall("{*}event/{*}date[@key='time:timestamp']")]
        assert times == sorted(times)
