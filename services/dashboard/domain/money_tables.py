"""Reports on money: the bridge from what care cost a week to what it costs, and who decided the change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

from services.dashboard.domain import narrowing, sheets, words
from services.dashboard.domain.marks import Stair
from services.dashboard.domain.narrowing import ONE_DAY
from services.dashboard.domain.reported import Effects, Share, Spend, Step
from services.dashboard.domain.reporting import Told
from services.dashboard.domain.sheets import Cell, Sheet

Explain = Callable[..., str]
"""The address that explains a measure in a month, of a team, of a setting."""
FLOWS = (
    ("started", "Started", 1),
    ("changed", "Changed", 1),
    ("ended", "Ended", -1),
    ("transferred_in", "Came from other teams", 1),
    ("transferred_out", "Went to other teams", -1),
    ("reorganised", "Moved with a reorganisation", 1),
)
"""Field, words, and the sign with which it moves the closing."""
ALWAYS = ("started", "changed", "ended")
EXPLAINED = {
    "started": "spend_started",
    "ended": "spend_ended",
    **dict.fromkeys(("changed", "transferred_in", "transferred_out", "closing"), "spend_a_week"),
}
"""What explains each amount; what moved spend without being a measure stands beside the closing's lines."""


def spend(answer: Spend, names: Callable[[str], str], explain: Explain, today: dt.date) -> Told:
    """The spend bridge as a table, and as stairs from opening to closing."""
    shown = [flow for flow in FLOWS if flow[0] in ALWAYS or _any(answer, flow[0])]
    paid = ("Paid once",) if any(row.one_off for row in answer.rows) or answer.total.one_off else ()
    first = {"setting": "Setting", "team": "Team"}.get(answer.by, "Month")
    heads = ("Opening", *(name for _, name, _ in shown), "Closing", *paid)

    def cells(row: Step, by: str) -> tuple[Cell, ...]:
        before, month = _months(row, answer, today)
        link = partial(_link, row=row, by=by, explain=explain)
        flows = [_moved(row, field, sign, link(field, row.month)) for field, _, sign in shown]
        once = (sheets.money(row.one_off),) if paid else ()
        opening = sheets.money(row.opening, link("closing", before))
        return (opening, *flows, sheets.money(row.closing, link("closing", month)), *once)

    rows = tuple(
        (sheets.said(_name(row, answer.by, names, today)), *cells(row, answer.by)) for row in answer.rows
    )
    total = (sheets.said("In all"), *cells(answer.total, "")) if len(rows) > 1 else ()
    sheet = Sheet("What care costs a week", sheets.columns(first, figures=heads), rows, total)
    return Told(answer.finding, sheet, stairs=stairs(answer.total), prompts=_prompts(answer.total))


def _any(answer: Spend, field: str) -> bool:
    return bool(getattr(answer.total, field)) or any(getattr(row, field) for row in answer.rows)


def _moved(row: Step, field: str, sign: int, link: str) -> Cell:
    amount = sign * getattr(row, field)
    return sheets.moved(amount, link if amount else "")


def _months(row: Step, answer: Spend, today: dt.date) -> tuple[str, str]:
    """The months at whose ends the row opens and closes; blank where it does so within one."""
    if row.month:
        return words.months_after(row.month, -1), row.month
    first, last = words.date_of(answer.first), words.date_of(answer.last)
    before = words.months_after(answer.first[:7], -1) if first and first.day == 1 else ""
    ends = last is not None and (last >= today or (last + ONE_DAY).day == 1)
    return before, answer.last[:7] if ends else ""


def _link(field: str, month: str | None, *, row: Step, by: str, explain: Explain) -> str:
    if not month or field not in EXPLAINED or (by == "team" and not row.team):
        return ""
    return explain(EXPLAINED[field], month, row.team or "", **narrowing.cut(by, row))


def _name(row: Step, by: str, names: Callable[[str], str], today: dt.date) -> str:
    if by == "setting":
        return words.coded(row.setting) or "No setting"
    if by == "team":
        return names(row.team) if row.team else "No team"
    return words.capital(words.month(row.month, today)) if row.month else "All the days"


def stairs(total: Step) -> tuple[Stair, ...]:
    """Opening, each step that moved anything, closing; nothing where nothing was ever spent.

    What only went from one team to another within the unit is no step of the unit.
    """
    if not any(getattr(total, field) for field in ("opening", "closing", *ALWAYS)):
        return ()
    made = [Stair("Opening", 0, total.opening, words.pounds(total.opening), whole=True)]
    level = float(total.opening)
    within = total.transferred_in == total.transferred_out
    for field, name, sign in FLOWS:
        step = sign * getattr(total, field)
        if field in ALWAYS or (step and not within):
            made.append(Stair(name, level, level + step, words.signed(step)))
            level += step
    return (*made, Stair("Closing", 0, total.closing, words.pounds(total.closing), whole=True))


def _prompts(total: Step) -> tuple[str, ...]:
    asked = []
    if total.started > total.ended:
        asked.append("What began, and what would have had to be in place for it not to be needed?")
    elif total.ended:
        asked.append("What ended, and did it end because people needed less?")
    if total.changed:
        asked.append("Which changes did we decide, and which were prices that rose by themselves?")
    return tuple(asked)


def decided(answer: Effects, names: Callable[[str], str]) -> tuple[Sheet, ...]:
    """What decided the change, by the kind of work and again by team; each adds up to the whole."""
    kinds = [_share(words.coded(one.name) or "No kind", one) for one in answer.kinds or ()]
    teams = [_share(names(one.name), one) for one in answer.teams or ()]
    left = answer.not_given
    rest = [_share("No decision is named", left.no_decision_named)]
    if left.decision_unknown.decisions or left.decision_unknown.weekly_spend:
        rest.append(_share("Decided in work that nobody has finished", left.decision_unknown))
    whole = _share("In all", answer.whole)
    heads = ("Pieces of work", "Changed weekly spend by")
    return tuple(
        Sheet(title, sheets.columns(first, figures=heads), (*rows, *rest), whole)
        for title, first, rows in (
            ("By the kind of work that decided", "Kind of work", kinds),
            ("By the team that decided", "Team", teams),
        )
        if rows
    )


def _share(name: str, one: Share) -> tuple[Cell, ...]:
    return (
        sheets.said(name),
        sheets.count(one.decisions or None),
        sheets.moved(one.weekly_spend, beside=True),
    )
