"""A series is judged anew from a day on, with a reason; unfinished periods are shown and never judged."""

import datetime as dt

from services.metrics.domain.figures import Figure, Key
from services.metrics.domain.finding import of_series
from services.metrics.domain.measures import Measure, Rebase
from services.metrics.domain.periods import containing
from services.metrics.domain.series import Series, judge
from services.metrics.domain.spc import Rules

FIRST = containing(dt.date(2025, 1, 1), "month")
BEFORE = [10, 12, 11, 13, 10, 12, 11, 12]
AFTER = [30, 32, 31, 33, 30, 32, 31, 32]


def rebase(day: str, unit: str | None = None) -> Rebase:
    return Rebase(since=dt.date.fromisoformat(day), reason="A new duty desk", unit=unit)


def judged(
    values: list[float | None],
    *rebases: Rebase,
    unit: str = "north",
    rules: Rules | None = None,
    unfinished: int = 0,
) -> Series:
    about = Measure(
        id="open", name="Open", definition="Open.", formula="end(open)", polarity="lower", rebase=rebases
    )
    period, figures = FIRST, []
    for place, value in enumerate(values):
        over = place < len(values) - unfinished
        figures.append(Figure(Key("open", unit, period), value, None, None, unfinished=not over))
        period = period.next
    return judge(about, figures, rules or Rules())


def groups(series: Series) -> list[int | None]:
    return [point.mark.group if point.mark else None for point in series.points]


def test_without_a_rebase_a_lasting_change_is_a_special_cause() -> None:
    found = judged(BEFORE + AFTER)
    assert found.variation == "concern_high"
    assert of_series(found, dt.date(2026, 5, 1)) == "Higher than usual since September, and not by chance"
    assert found.rebases == ()


def test_a_rebase_gives_each_group_limits_of_its_own() -> None:
    found = judged(BEFORE + AFTER, rebase("2025-09-01"))
    assert groups(found) == [0] * 8 + [1] * 8
    assert found.variation == "common_cause"
    assert [one.reason for one in found.rebases] == ["A new duty desk"]
    marks = [point.mark for point in found.points if point.mark]
    assert marks[0].mean == sum(BEFORE) / 8
    assert marks[-1].mean == sum(AFTER) / 8
    assert of_series(found, dt.date(2026, 5, 1)) == "As usual"


def test_the_group_begins_with_the_first_period_wholly_of_the_new_kind() -> None:
    assert groups(judged(BEFORE + AFTER, rebase("2025-08-15"))).index(1) == 8
    assert groups(judged(BEFORE + AFTER, rebase("2025-08-01"))).index(1) == 7


def test_a_rebase_of_another_unit_or_outside_the_points_changes_nothing() -> None:
    for one in (rebase("2025-09-01", "south"), rebase("2024-01-01"), rebase("2030-01-01")):
        found = judged(BEFORE + AFTER, one)
        assert set(groups(found)) == {0}
        assert found.rebases == ()
    assert groups(judged(BEFORE + AFTER, rebase("2025-09-01", "north")))[-1] == 1


def test_periods_without_a_value_or_not_over_do_not_shift_the_group() -> None:
    values: list[float | None] = [*BEFORE, None, *AFTER, 99]
    found = judged(values, rebase("2025-10-01"), unfinished=1)
    assert groups(found) == [0] * 8 + [None] + [1] * 8 + [None]
    assert found.variation == "common_cause"


def test_after_a_rebase_there_is_too_little_to_judge_by() -> None:
    found = judged([*BEFORE, 30], rebase("2025-09-01"))
    assert found.variation is None
    assert of_series(found, dt.date(2025, 10, 1)) == "Too few months to say what is usual"
    strict = judged(BEFORE + AFTER, rebase("2025-09-01"), rules=Rules.nhse())
    assert strict.variation is None
    assert groups(strict)[-1] == 1
