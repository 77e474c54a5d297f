"""What a mapping must say, and what it may not."""

from __future__ import annotations

import pytest

from services.ingest.domain.mapping import BadMapping, parse
from services.ingest.store.mappings import shipped

GOOD = """
format: xes
source: permits
key: concept:name
events:
  received: {time: startdate, fields: {team: [group, department]}}
"""


def test_every_mapping_that_ships_can_be_used() -> None:
    sources = {kept.name: parse(kept.body).source for kept in shipped().values()}
    assert sources.items() >= {"receipt": "permits/receipt", "steps": "casesystem/steps"}.items()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("", "Expected `object`"),
        ("- a\n- b", "Expected `object`"),
        ("format: [", "cannot be read"),
        (GOOD.replace("format: xes", "format: word"), "format"),
        (GOOD.replace("source: permits\n", ""), "source"),
        (GOOD.replace("received", "arrived"), "received"),
        (GOOD + "  vanished: {time: x}", "vanished"),
        (GOOD.replace("team:", "shoe_size:"), "shoe_size"),
        (GOOD.replace("team:", "person:"), "person"),
        (GOOD + "zone: Mars/Olympus", "Europe/London"),
        (GOOD + "zone: ../../etc/passwd", "Europe/London"),
        (GOOD + "colour: red", "colour"),
        (GOOD.replace("time: startdate", "time: {first: a, last: b}"), "first"),
        (GOOD.replace("time: startdate", "time: {}"), "first"),
        (GOOD + "key: other", "twice"),
        (GOOD + "title: &a x\nconstants: {kind: *a}", "aliases"),
        (GOOD + "title: !!python/object/apply:os.system [ls]", "cannot be read"),
        (GOOD + "#" * 70_000, "64 KiB"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(body: str, told: str) -> None:
    with pytest.raises(BadMapping, match=told):
        parse(body)
