"""What the page of quality says."""

from __future__ import annotations

import pytest

from services.dashboard.domain import quality
from services.dashboard.domain.quality import Example, Field, Quality


def field(name: str, source: str = "mosaic", **results: int) -> Field:
    faulty = sum(many for result, many in results.items() if result not in ("valid", "blank"))
    examples = (Example(result="future", import_="i1", rows=(7,)),) if "future" in results else ()
    return Field(
        source=source, shape="table", field=name, results=results, faulty=faulty, score=50.0, checked=10,
        examples=examples,
    )  # fmt: skip


def whole(*fields: Field, score: float | None = 99.5) -> Quality:
    return Quality(first="2026-08-01", last="2026-11-01", fields=fields, score=score)


def test_the_title_names_what_is_wrong_most_often() -> None:
    found = whole(field("due", future=3, duplicate=1), field("team", missing=9, future=2))
    assert quality.title(found) == (
        "99.5% can be used; most often wrong is “Team”: 9 rows blank, and must not be (mosaic)"
    )
    broken = whole(field("(row)", "(not told)", unreadable=2))
    assert quality.title(broken) == "99.5% can be used; 2 rows cannot be read at all (source not told)"
    assert (
        quality.title(whole(field("due", valid=3), score=100.0))
        == "Every value that was imported can be used"
    )
    assert quality.title(whole(score=None)) == "No import was counted in these days"


def test_faults_stand_by_how_many_rows_have_them_with_examples() -> None:
    row = quality.row(field("due", valid=5, blank=2, duplicate=1, future=3))
    assert [(what, many) for what, many, _ in row.faults] == [("in the future", 3), ("twice in the file", 1)]
    assert row.faults[0][2] is not None
    assert row.faults[0][2].rows == (7,)
    assert row.parts == (5, 2, 4)


@pytest.mark.parametrize(
    ("score", "said"),
    [(100.0, "100%"), (99.96, "over 99.9%"), (97.0, "97%"), (62.34, "62.3%"), (None, "–")],
)
def test_nearly_all_is_not_all(score: float | None, said: str) -> None:
    assert quality.percent(score) == said
