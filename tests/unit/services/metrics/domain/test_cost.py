"""Weekly cost, exact in 1/1300 pence: the national return's examples, and what cannot be costed."""

from __future__ import annotations

from fractions import Fraction

import pytest

from services.metrics.domain.cost import BY_FREQUENCY, Price, frequency_of, units_of
from services.metrics.domain.money import pounds

EXAMPLES = [
    ("850 weekly costs 850 a week", Price(85_000, "weekly"), "850"),
    ("20.50 hourly times 14 costs 287.00 a week", Price(2_050, "hourly", 1400), "287"),
    ("1,000 monthly costs 230.7692 a week", Price(100_000, "monthly"), "3000/13"),
    ("3,400 4-weekly costs 850 a week", Price(340_000, "4-weekly"), "850"),
    ("a fortnight costs half a week", Price(100_001, "fortnightly"), "100001/200"),
    ("a quarter is 4 in 52 weeks", Price(100_000, "quarterly"), "1000/13"),
    ("a year is 52 weeks", Price(100_000, "annually"), "250/13"),
    ("a session costs its units a week", Price(4_500, "per-session", 250), "112.5"),
    ("a day costs its units a week", Price(6_000, "daily", 500), "300"),
    ("the frequency beats planned units", Price(85_000, "weekly", 200), "850"),
    ("signs are not used", Price(-2_050, "hourly", -1400), "287"),
    ("a hundredth of a unit of a penny is exact", Price(1, "hourly", 1), "0.0001"),
    ("what is paid once costs nothing a week", Price(120_000, "one-off"), "0"),
]


@pytest.mark.parametrize(
    ("price", "pounds_a_week"), [row[1:] for row in EXAMPLES], ids=[r[0] for r in EXAMPLES]
)
def test_weekly_cost_is_exact(price: Price, pounds_a_week: str) -> None:
    assert Fraction(price.weekly, 130_000) == Fraction(pounds_a_week)
    assert price.costed


def test_850_weekly_over_91_days_costs_11_050() -> None:
    assert pounds(Fraction(Price(85_000, "weekly").weekly * 91, 7)) == 11_050


def test_1_000_monthly_is_shown_as_230_77_a_week() -> None:
    assert pounds(Price(100_000, "monthly").weekly) == 230.77


@pytest.mark.parametrize("frequency", BY_FREQUENCY)
def test_every_frequency_and_two_decimals_of_units_divide_1300_without_a_rest(frequency: str) -> None:
    shares = {"weekly": 1, "fortnightly": "1/2", "4-weekly": "1/4", "monthly": "12/52", "quarterly": "4/52"}
    share = Fraction(shares.get(frequency, "1/52"))
    assert BY_FREQUENCY[frequency] == 1300 * share


@pytest.mark.parametrize(
    ("why", "price"),
    [
        ("no cost", Price(None, "weekly")),
        ("no frequency", Price(85_000, "", 100)),
        ("no units where they are needed", Price(2_050, "hourly")),
        ("50 hourly times 0", Price(5_000, "hourly", 0)),
        ("paid once, but nobody says what", Price(None, "one-off")),
    ],
)
def test_what_cannot_be_costed(why: str, price: Price) -> None:
    assert (price.costed, price.weekly, price.once) == (False, 0, 0), why


def test_what_costs_nothing_is_costed() -> None:
    assert Price(0, "weekly").costed


def test_what_is_paid_once_is_its_unit_cost_without_its_sign() -> None:
    assert Price(-120_000, "one-off").once == 120_000 * 1300


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("Per session", "per-session"),
        ("Hourly", "hourly"),
        (" One-off ", "one-off"),
        ("4-weekly", "4-weekly"),
    ],
)
def test_frequencies_of_the_national_return(said: str, known: str) -> None:
    assert frequency_of(said) == known


@pytest.mark.parametrize(
    ("said", "hundredths"),
    [(14, 1400), ("14", 1400), ("10.5", 1050), ("0.25", 25), ("-3", -300), (" ", None)],
)
def test_units_in_hundredths(said: int | str, hundredths: int | None) -> None:
    assert units_of(said) == hundredths
