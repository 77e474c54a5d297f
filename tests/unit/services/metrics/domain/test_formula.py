"""The language of measures: what it can say, and what it says of mistakes."""

import pytest

from services.metrics.domain.formula import (
    BadFormula,
    Filter,
    Quantile,
    Quotient,
    Term,
    Total,
    read,
    terms_of,
)

COMPLETED = Term("sum", "completed")
LATE = Term("sum", "completed_late")


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("sum(completed)", Total(((1, COMPLETED),))),
        ("end(open)", Total(((1, Term("end", "open")),))),
        ("sum(completed)-sum(completed_late)", Total(((1, COMPLETED), (-1, LATE)))),
        (
            "percent(sum(completed_late), sum(completed))",
            Quotient(Total(((1, LATE),)), Total(((1, COMPLETED),)), 100),
        ),
        (
            "ratio(sum(completed_late), sum(completed))",
            Quotient(Total(((1, LATE),)), Total(((1, COMPLETED),)), 1),
        ),
        (
            "rate(sum(completed_late), sum(completed), 1000)",
            Quotient(Total(((1, LATE),)), Total(((1, COMPLETED),)), 1000),
        ),
        ("median(days_to_start)", Quantile(Term("days", "days_to_start"), 50)),
        ("percentile( days_to_complete , 90 )", Quantile(Term("days", "days_to_complete"), 90)),
        (
            'sum(completed where kind = assessment and outcome in (care-at-home, "Progress to ST-Max"))',
            Total(
                (
                    (
                        1,
                        Term(
                            "sum",
                            "completed",
                            (
                                Filter("kind", ("assessment",)),
                                Filter("outcome", ("care-at-home", "Progress to ST-Max")),
                            ),
                        ),
                    ),
                )
            ),
        ),
        (
            "end(open where kind != review)",
            Total(((1, Term("end", "open", (Filter("kind", ("review",), True),))),)),
        ),
        (
            "cost(weekly_spend where setting in (nursing, residential))",
            Total(((1, Term("cost", "weekly_spend", (Filter("setting", ("nursing", "residential")),))),)),
        ),
        ("average(open)", Total(((1, Term("average", "open")),))),
        (
            "due(open where kind = review)",
            Total(((1, Term("due", "open", (Filter("kind", ("review",)),))),)),
        ),
        (
            "cohort(referral_ended where kind = referral and outcome = declined)",
            Total(
                (
                    (
                        1,
                        Term(
                            "cohort",
                            "referral_ended",
                            (Filter("kind", ("referral",)), Filter("outcome", ("declined",))),
                        ),
                    ),
                )
            ),
        ),
        (
            'sum(received where route not in ("", web))',
            Total(((1, Term("sum", "received", (Filter("route", ("", "web"), True),))),)),
        ),
    ],
)
def test_what_can_be_said(text: str, formula: object) -> None:
    assert read(text) == formula


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "ends too early"),
        ("sum(completed", "ends too early"),
        ("total(completed)", "'total' is no function"),
        ("sum(finished)", "'finished' is no account; sum takes received"),
        ("sum(recieved)", "did you mean received? (at character 5 of"),
        ("sum(completed) +  sum(done)", "(at character 23 of"),
        ("median(sum(completed))", "'sum' is no account; median takes days_to_start, days_to_complete"),
        ("sum(completed) + percent(sum(completed), sum(received))", "percent stands by itself"),
        ("averag(open)", "did you mean average?"),
        ("average(completed)", "average does not take completed, which is a flow"),
        ("cohort(referred_on)", "does not say when work was passed on"),
        ("cohort(open)", "cohort does not take open, which is a stock"),
        ("due(completed)", "due does not take completed, which is a flow"),
        ("due(packages)", "due does not take packages, which does not say when work is due"),
        (
            "due(opened)",
            "'opened' is no account; due takes open, allocated, unallocated, overdue, unauthorised",
        ),
        ("sum(open)", "sum does not take open, which is a stock"),
        ("end(completed)", "end does not take completed"),
        ("median(completed)", "median does not take completed"),
        ("sum(completed) sum(completed)", "nothing may follow"),
        ("sum(completed) + ", "ends too early"),
        ("percent(sum(completed))", "',' is missing"),
        ("rate(sum(completed), sum(completed), many)", "whole number from 1"),
        ("percentile(days_to_start, 100)", "whole number from 1 to 99"),
        ("sum(completed where worker = x)", "not kept by 'worker'; there is kind, outcome"),
        ("end(open where due = 2026)", "not filtered by 'due' but by kind alone"),
        ("sum(completed where kind = a and kind = b)", "filtered twice"),
        ("sum(referral_ended where to_team = a and outcome = b)", "one word of the detail"),
        ("sum(completed where kind > a)", "means nothing here"),
        ("sum(completed where kind = )", "a value is missing"),
        ("sum(completed where kind like a)", "not 'like'"),
        ("cost(open)", "cost does not take open, which holds no weekly cost"),
        ("cost(spend_started)", "cost does not take spend_started, which is a flow"),
        ("end(weekly_spend where kind = a)", "not kept by 'kind'; there is setting"),
        ("sum(spend_ended where setting = a and decided_in = b and decided_in = c)", "filtered twice"),
        ("sum(completed) ; drop", "';' means nothing here"),
    ],
)
def test_what_is_said_of_mistakes(text: str, says: str) -> None:
    with pytest.raises(BadFormula) as error:
        read(text)
    assert says in str(error.value)
    assert "at character" in str(error.value)


def test_each_term_once() -> None:
    formula = read("percent(sum(completed) - sum(completed_late), sum(completed))")
    assert terms_of(formula) == (COMPLETED, LATE)
