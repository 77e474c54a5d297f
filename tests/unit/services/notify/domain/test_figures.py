"""Which figures count, in whatever order and however often they arrive."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.figures import Key, Order, key_of, newest
from services.notify.domain.rule import Figure
from tests.unit.services.notify.domain.given import START


def figure(unit: str, period: str, sequence: int) -> Figure:
    return Figure(unit, "overdue", "month", period, sequence, None, sequence, START, f"e-{sequence}")


figures = st.lists(
    st.builds(
        figure,
        st.sampled_from(["north", "south"]),
        st.sampled_from(["2026-10", "2026-11"]),
        st.integers(1, 9),
    ),
    max_size=12,
)


def test_an_older_telling_and_an_older_period_say_nothing_new() -> None:
    known: dict[Key, Order] = {("north", "overdue", "month"): ("2026-11", 5)}
    told = [figure("north", "2026-11", 4), figure("north", "2026-10", 9), figure("north", "2026-11", 5)]
    assert newest(told, known) == []
    assert newest([figure("north", "2026-11", 6)], known) == [figure("north", "2026-11", 6)]
    assert newest([figure("north", "2026-12", 2)], known) == [figure("north", "2026-12", 2)]


@given(figures, st.randoms())
def test_order_does_not_matter(told: list[Figure], chance: object) -> None:
    shuffled = list(told)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # a Random
    assert last(newest(shuffled, {})) == last(newest(told, {}))


@given(figures, st.integers(0, 12))
def test_neither_batches_nor_repetition_matter(told: list[Figure], cut: int) -> None:
    known: dict[Key, Order] = {}
    for batch in (told[:cut], told[cut:], told):
        known |= {key_of(one): one.order for one in newest(batch, known)}
    assert known == last(newest(told, {}))


def last(fresh: list[Figure]) -> dict[Key, Order]:
    return {key_of(one): one.order for one in fresh}
