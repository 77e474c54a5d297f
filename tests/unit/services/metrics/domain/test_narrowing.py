"""A measure of a part of the work: what its accounts tell apart, and what they do not know."""

import datetime as dt

import pytest

from services.metrics.domain.cuts import ALL, Due, Only
from services.metrics.domain.formula import Filter, read, terms_of
from services.metrics.domain.measures import Declared, Measure
from services.metrics.domain.narrowing import NotOfIt, beside, narrowed


def declared(formula: str) -> Declared:
    measure = Measure(id="it", name="It", definition="It.", formula=formula, polarity="neither")
    return Declared(measure, read(formula))


@pytest.mark.parametrize(
    "formula",
    [
        "sum(completed where outcome = met) - sum(completed_late)",
        "percent(end(overdue), end(open))",
        "median(days_to_complete)",
        "due(open where kind = review)",
    ],
)
def test_every_term_is_narrowed(formula: str) -> None:
    whole = declared(formula)
    part = narrowed(whole, Only(kinds=("review", "")))
    assert [term.filters for term in terms_of(part.formula)] == [
        (*term.filters, Filter("kind", ("review", ""))) for term in terms_of(whole.formula)
    ]
    assert narrowed(whole, ALL) == whole


def test_settings_and_outcomes_are_chosen_too() -> None:
    spend = narrowed(declared("end(weekly_spend)"), Only(settings=("nursing",)))
    assert terms_of(spend.formula)[0].filters == (Filter("setting", ("nursing",)),)
    done = narrowed(declared("sum(completed)"), Only(kinds=("review",), outcomes=("met",)))
    assert terms_of(done.formula)[0].filters == (Filter("kind", ("review",)), Filter("outcome", ("met",)))


def test_a_worker_and_due_dates_stand_beside_the_formula() -> None:
    only = Only("w-1", due=Due(dt.date(2026, 6, 1), None, overdue_for=3))
    assert narrowed(declared("end(open)"), only) == declared("end(open)")
    (column, workers), (word, dues) = beside(only, dt.date(2026, 6, 15))
    assert (column, word) == ("worker", "due")
    assert [name for name in ("", "w-1", "w-2") if name in workers] == ["w-1"]
    days = ["", "2026-05-31", "2026-06-01", "2026-06-12", "2026-06-13"]
    assert [day for day in days if day in dues] == ["2026-06-01", "2026-06-12"]
    assert beside(ALL, dt.date(2026, 6, 15)) == ()
    assert [name for name in ("", "w-1") if name in beside(Only(""), dt.date(2026, 6, 15))[0][1]] == [""]


@pytest.mark.parametrize(
    ("formula", "only", "says"),
    [
        ("sum(received)", Only("w-1"), "no one worker's: received names nobody"),
        ("percent(end(unallocated), end(open))", Only("w-1"), "unallocated names nobody"),
        ("end(weekly_spend)", Only("w-1"), "no one worker's"),
        ("sum(completed)", Only(due=Due(overdue_for=1)), "no due dates"),
        ("average(open)", Only(due=Due(overdue_for=1)), "no due dates"),
        ("end(start_overdue)", Only(due=Due(overdue_for=1)), "stands on open, allocated"),
        ("end(packages)", Only(kinds=("review",)), "no kinds of work; leave kind out"),
        ("sum(commitments_kept)", Only(kinds=("review",)), "no kinds of work"),
        ("end(open)", Only(settings=("nursing",)), "leave setting out"),
        ("sum(received)", Only(outcomes=("met",)), "which only completed, completed_late, referral_ended"),
        ("ratio(sum(completed), sum(received))", Only(outcomes=("met",)), "leave outcome out"),
    ],
)
def test_what_accounts_do_not_know_is_refused(formula: str, only: Only, says: str) -> None:
    with pytest.raises(NotOfIt, match=says):
        narrowed(declared(formula), only)
