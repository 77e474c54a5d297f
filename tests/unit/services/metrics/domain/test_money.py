"""Money as it is read: rounded half-up once, never before it is added up."""

from __future__ import annotations

from fractions import Fraction

import pytest

from services.metrics.domain.money import in_words, pence, pounds


@pytest.mark.parametrize(
    ("parts", "whole"),
    [(0, 0), (649, 0), (650, 1), (1300, 1), (1949, 1), (1950, 2), (-649, 0), (-650, -1), (-1950, -2)],
)
def test_a_half_penny_goes_away_from_nought(parts: int, whole: int) -> None:
    assert pence(parts) == whole


def test_what_is_taken_back_equals_what_came() -> None:
    assert all(pence(parts) == -pence(-parts) for parts in range(5000))


def test_a_seventh_of_a_week_is_exact_until_it_is_rounded() -> None:
    assert pounds(Fraction(85_000 * 1300 * 91, 7)) == 11_050
    assert 91 * pence(Fraction(85_000 * 1300, 7)) == 1_105_013


@pytest.mark.parametrize(
    ("parts", "words"),
    [(34_000, "£340"), (-34_000, "£340"), (1250, "£12.50"), (1_234_050, "£12,340"), (1, "£0.01")],
)
def test_in_words(parts: int, words: str) -> None:
    assert in_words(parts * 1300) == words
