"""What is true at the end of a day, posted when it becomes true."""

from __future__ import annotations

from tests.casework import event, stocks

RECEIVED = event("received", "4", team="north", due="10", start_by="6")


def test_what_will_become_true_is_posted_ahead() -> None:
    assert stocks(RECEIVED) == {
        "open @north 05-04 due=05-10": 1,
        "unallocated @north 05-04 due=05-10": 1,
        "start_overdue @north 05-07 start_by=05-06": 1,
        "overdue @north 05-11 due=05-10": 1,
    }


def test_what_will_no_longer_become_true_is_not_in_the_book() -> None:
    assert stocks(RECEIVED, event("completed", "10")) == {
        "open @north 05-04 due=05-10": 1,
        "open @north 05-10 due=05-10": -1,
        "unallocated @north 05-04 due=05-10": 1,
        "unallocated @north 05-10 due=05-10": -1,
        "start_overdue @north 05-07 start_by=05-06": 1,
        "start_overdue @north 05-10 start_by=05-06": -1,
    }


def test_a_stock_entered_and_left_in_one_day_posts_nothing() -> None:
    assert stocks(RECEIVED, event("completed", "4")) == {}


def test_a_worker_is_a_dimension_of_the_stock_so_the_line_moves() -> None:
    found = stocks(event("received", "4", team="north"), event("allocated", "5", worker="ann"))
    assert found == {
        "open @north 05-04": 1,
        "unallocated @north 05-04": 1,
        "open @north 05-05": -1,
        "unallocated @north 05-05": -1,
        "open @north 05-05 ann": 1,
        "allocated @north 05-05 ann": 1,
    }


def test_a_new_due_day_moves_the_stock_and_takes_back_what_was_overdue() -> None:
    found = stocks(event("received", "4", team="north", due="5"), event("due-changed", "8", due="20"))
    assert found["overdue @north 05-06 due=05-05"] == 1
    assert found["overdue @north 05-08 due=05-05"] == -1
    assert found["overdue @north 05-21 due=05-20"] == 1


def test_a_due_day_set_after_it_passed_is_overdue_at_once() -> None:
    found = stocks(event("received", "4", team="north"), event("due-changed", "8", due="5"))
    assert found["overdue @north 05-08 due=05-05"] == 1


def test_a_due_day_of_null_is_cleared_by_due_changed_and_by_nothing_else() -> None:
    cleared = stocks(RECEIVED, event("due-changed", "5", due=None))
    assert [line for line in cleared if line.startswith("overdue")] == []
    assert "overdue @north 05-11 due=05-10" in stocks(RECEIVED, event("received", "5", due=None))


def test_work_that_moves_on_the_day_it_becomes_overdue_is_overdue_in_the_new_team() -> None:
    found = stocks(RECEIVED, event("transferred", "11", team="south"))
    assert "overdue @north 05-11 due=05-10" not in found
    assert found["overdue @south 05-11 due=05-10"] == 1


def test_once_started_never_late_to_start_again() -> None:
    events = (RECEIVED, event("started", "5"), event("completed", "6"), event("reopened", "8"))
    assert "start_overdue" not in str(stocks(*events))


def test_finished_work_waits_for_authorisation_with_its_completions_team_worker_and_due() -> None:
    events = (
        event("received", "4", team="north", due="10", needs_authorisation=True),
        event("allocated", "4", worker="ann"),
        event("completed", "8"),
        event("transferred", "9", team="south"),
    )
    waiting = "unauthorised @north 05-08 ann due=05-10"
    assert stocks(*events)[waiting] == 1
    assert stocks(*events, event("authorised", "9"))["unauthorised @north 05-09 ann due=05-10"] == -1
    assert stocks(*events, event("reopened", "9"))["unauthorised @north 05-09 ann due=05-10"] == -1
    assert waiting not in stocks(*events, event("authorised", "6"))


def test_an_authorisation_holds_for_its_spell_only() -> None:
    events = (
        event("received", "4", team="north", needs_authorisation=True),
        event("completed", "5"),
        event("authorised", "6"),
        event("reopened", "7"),
        event("completed", "8"),
    )
    found = stocks(*events)
    assert found["unauthorised @north 05-08"] == 1
    assert found["unauthorised @north 05-05"] == 1
    assert found["unauthorised @north 05-06"] == -1
