"""What counts of quality say."""

from __future__ import annotations

from services.ingest.domain import scores
from services.ingest.domain.scores import Seen, Sum

SEEN = [
    Seen("mosaic", "table/reviews", "due", "valid", 90, "i1", ()),
    Seen("mosaic", "table/reviews", "due", "unreadable", 10, "i2", (4, 9)),
    Seen("mosaic", "table/reviews", "worker", "blank", 60, "i1", (2,)),
    Seen("mosaic", "table/reviews", "worker", "valid", 40, "i1", ()),
    Seen("liquid", "table/reviews", "team", "valid", 1, "i3", ()),
    Seen("liquid", "table/reviews", "team", "missing", 1, "i3", (2,)),
]


def test_the_worst_field_comes_first_and_blanks_that_are_allowed_cost_nothing() -> None:
    found = scores.fields(SEEN)
    assert [(one["field"], one["score"]) for one in found] == [
        ("team", 50.0),
        ("due", 90.0),
        ("worker", 100.0),
    ]
    assert found[1]["results"]["unreadable"] == 10
    assert found[1]["examples"] == [{"result": "unreadable", "import": "i2", "rows": [4, 9]}]
    assert found[2]["examples"] == []


def test_sources_are_summed_the_worst_first() -> None:
    assert scores.sources(SEEN) == [
        {"source": "liquid", "checked": 2, "faulty": 1, "score": 50.0},
        {"source": "mosaic", "checked": 200, "faulty": 10, "score": 95.0},
    ]


def test_nothing_counted_has_no_score() -> None:
    assert scores.total([]).shown() == {"checked": 0, "faulty": 0, "score": None}
    assert Sum(3, 3).score == 0.0
