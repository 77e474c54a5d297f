"""A measure over time with its limits."""

import pytest

from services.dashboard.charts import spc, svg
from services.dashboard.domain.answers import Point
from services.dashboard.domain.marks import Note
from tests.unit.services.dashboard.charts.drawing import Drawing


def months(count: int) -> list[str]:
    return [f"{2025 + index // 12}-{index % 12 + 1:02d}" for index in range(count)]


def points(values: list[float | None], flagged: dict[int, str] | None = None) -> list[Point]:
    return [
        Point(
            period=period,
            value=value,
            mean=30,
            upper=40,
            lower=20,
            special_cause="shift" if index in (flagged or {}) else None,
            direction="high" if index in (flagged or {}) else None,
            judged=(flagged or {}).get(index),
        )
        for index, (period, value) in enumerate(zip(months(len(values)), values, strict=True))
    ]


def draw(
    given: list[Point], notes: tuple[Note, ...] = (), size: svg.Size = svg.WIDE, **more: object
) -> Drawing:
    return Drawing(
        spc.control_chart(given, notes, size, key="series", title="T", description="D", **more)  # type: ignore[arg-type]
    )


def test_limits_and_mean_are_named_at_their_ends() -> None:
    texts = draw(points([31, 28, 33])).texts()
    assert {"upper 40.0", "mean 30.0", "lower 20.0"} <= set(texts)


def test_money_has_its_sign_at_limits_and_target() -> None:
    texts = draw(points([31, 28, 33]), target=25, unit_of_measure="pounds_a_week").texts()
    assert {"upper £40", "mean £30", "lower £20", "target £25 a week"} <= set(texts)


def test_only_special_causes_carry_colour() -> None:
    drawing = draw(points([31, 28, 33, 39, 38], {3: "better", 4: "better"}))
    assert len(drawing.marks("circle", fill=svg.BLUE)) == 2
    assert len(drawing.marks("circle", fill=svg.QUIET)) == 3


def test_worse_has_a_shape_of_its_own_beside_its_colour() -> None:
    drawing = draw(points([31, 39], {1: "worse"}))
    assert len(drawing.marks("polygon", fill=svg.ORANGE)) == 1
    assert not drawing.marks("circle", fill=svg.ORANGE)


def test_an_unfinished_month_is_a_ring_on_a_dotted_line_and_says_so() -> None:
    given = [*points([31, 28]), Point(period="2025-03", value=4, unfinished=True)]
    drawing = draw(given)
    assert len(drawing.marks("circle", fill="#fff")) == 1
    assert any(text.endswith("so far") for text in drawing.texts())
    assert len(drawing.marks("path", stroke_dasharray="2 5")) == 1


def test_an_absent_value_breaks_the_line() -> None:
    path = draw(points([31, 30, None, 33, 32])).marks("path")[0].get("d", "")
    assert path.count("M") == 2


def test_what_was_agreed_stands_on_the_chart_with_its_day() -> None:
    note = Note("2025-02", "Two triage slots a day", "agreed 14 Feb")
    drawing = draw(points([31, 28, 33]), (note,))
    assert {"Two triage slots a day", "agreed 14 Feb"} <= set(drawing.texts())


def test_a_commitment_from_before_the_chart_is_left_out() -> None:
    drawing = draw(points([31, 28]), (Note("2019-02", "Long ago", "agreed 2019"),))
    assert "Long ago" not in drawing.texts()


def test_limits_step_where_the_series_was_rebased() -> None:
    second = [Point(period=f"2025-{month:02d}", value=50, mean=50, upper=55, lower=45) for month in (3, 4)]
    drawing = draw([*points([31, 28]), *second])
    assert len(drawing.marks("rect", fill="#F3F2F1")) == 2
    assert "mean 50.0" in drawing.texts()


@pytest.mark.parametrize("size", [svg.WIDE, svg.NARROW])
@pytest.mark.parametrize("values", [[5], [0, 0, 0], [None], [41_513, 1_000_000], [-3, 4]])
def test_odd_series_stay_within_the_frame(values: list[float | None], size: svg.Size) -> None:
    assert draw(points(values), size=size).inside()


def test_the_target_is_drawn_where_there_is_one() -> None:
    assert "target 36" in draw(points([31, 28]), target=36).texts()
