"""The reports as rows: each open item once, months without work, shares."""

import datetime as dt

from services.metrics.domain.reports import Flow, OpenWork, completed, outcomes, workload

AS_AT = dt.date(2026, 11, 17)
OCT, NOV, DEC = dt.date(2026, 10, 1), dt.date(2026, 11, 1), dt.date(2026, 12, 1)


def test_due_on_the_day_itself_is_not_overdue() -> None:
    opened = [
        OpenWork(dt.date(2026, 11, 16), "", 1),
        OpenWork(dt.date(2026, 11, 17), "", 2),
        OpenWork(dt.date(2026, 12, 1), "", 4),
        OpenWork(None, "", 8),
    ]
    laid = workload(opened, [Flow("allocations", OCT, "", 3)], as_at=AS_AT)
    rows = [(row.month and row.month.label, row.overdue, row.due, row.allocated) for row in laid.rows]
    assert rows == [(None, 0, 8, 0), ("2026-10", 0, 0, 3), ("2026-11", 1, 2, 0), ("2026-12", 0, 4, 0)]
    assert sum(row.overdue + row.due for row in laid.rows) == 15


def test_work_outside_the_months_asked_is_not_lost() -> None:
    opened = [OpenWork(OCT, "a", 1), OpenWork(NOV, "a", 2), OpenWork(DEC, "b", 4), OpenWork(None, "a", 8)]
    laid = workload(opened, [], as_at=AS_AT, asked=(NOV, dt.date(2026, 11, 30)))
    assert (laid.earlier, laid.later) == (1, 4)
    assert sum(row.overdue + row.due for row in laid.rows) == 10
    assert [(due.month and due.month.label, due.overdue, due.due) for due in laid.dues] == [
        (None, 0, 8),
        ("2026-11", 2, 0),
    ]


def test_by_month_each_month_has_its_row_and_corrections_subtract() -> None:
    flows = [
        Flow("completed", OCT, "", 5),
        Flow("completed_late", OCT, "", 2),
        Flow("completed", DEC, "", -1),
        Flow("completed", DEC, "", 1),
    ]
    rows = completed(flows, "month", OCT, dt.date(2026, 12, 31))
    assert [(row.month.label, row.completed, row.late) for row in rows] == [
        ("2026-10", 5, 2),
        ("2026-11", 0, 0),
        ("2026-12", 0, 0),
    ]
    by_worker = [Flow("completed", OCT, "w-1", 5), Flow("completed", OCT, "w-2", 0)]
    assert [row.by for row in completed(by_worker, "worker", OCT, DEC)] == ["w-1"]


def test_shares_are_of_each_periods_own_total() -> None:
    now = [
        Flow("completed", OCT, "home", 3),
        Flow("completed", NOV, "home", 3),
        Flow("completed", OCT, "none", 2),
    ]
    before = [Flow("completed", OCT, "none", 1)]
    assert [
        (row.outcome, row.count, row.share, row.before_count, row.before_share)
        for row in outcomes(now, before)
    ] == [
        ("home", 6, 75.0, 0, 0.0),
        ("none", 2, 25.0, 1, 100.0),
    ]
    assert outcomes(now, [])[0].before_share is None
    assert outcomes([], []) == ()
