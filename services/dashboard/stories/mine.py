"""A practitioner's own page: what is theirs, what is due, and what their decisions did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.dashboard.domain import findings, promises, questions, sheets, spans, words
from services.dashboard.domain.answers import WorkList
from services.dashboard.domain.findings import Rich
from services.dashboard.domain.promises import Promise
from services.dashboard.domain.reported import Effects, Own
from services.dashboard.domain.sheets import Sheet
from services.dashboard.flow import Asked
from services.dashboard.stories import unit
from services.dashboard.stories.unit import Urgent

SHOWN = 50
DID = (
    ("allocations", "allocated"),
    ("started", "started"),
    ("completed", "completed"),
    ("completed_late", "of these after the due day"),
    ("transferred_out", "passed on"),
    ("reopened", "opened again"),
)


@dataclass(frozen=True)
class Mine:
    """Somebody's open work."""

    opening: Rich
    work: WorkList
    rows: list[Urgent]


@dataclass(frozen=True)
class Part:
    """What somebody's decisions did, beside what it came to; others only as a sum."""

    effects: Effects
    own: Own
    did: Sheet
    ended: Sheet
    spent: Sheet
    days: str
    choices: list[spans.Choice]


async def work(asked: Asked) -> Mine:
    """The open work of the reader, or of whom they manage, the most urgent first."""
    worker = asked.options["worker"]
    cursor = asked.options.get("cursor", "")
    found = await asked.reader.read(questions.work(asked.unit, SHOWN, asked.when, worker, cursor))
    rows = [unit.urgent(row, asked) for row in found.rows]
    return Mine(findings.work_opening(found.counts), found, rows)


async def promised(asked: Asked) -> list[Promise]:
    """What they have promised and not done yet, by deadline."""
    question = questions.commitments(asked.unit, "open", asked.options["worker"])
    found = await asked.reader.read(question)
    return [promises.promise(one, asked.names, asked.when.today) for one in promises.in_order(found.items)]


async def part(asked: Asked) -> Part | None:
    """What they did in a span, last month without another; raises `Missing` when it is not for the reader."""
    first, last = _span(asked)
    given = {"worker": asked.options["worker"], "from": first, "to": last}
    found = await asked.reader.read(questions.effects(asked.when, given))
    if found.own is None:
        return None
    options = {"from": first, "to": last}
    return Part(
        effects=found,
        own=found.own,
        did=_did(found.own),
        ended=_ended(found.own),
        spent=_spent(found, found.own),
        days=spans.spoken(found.first, found.last, asked.when.today),
        choices=spans.choices(options, asked.when.today),
    )


def _span(asked: Asked) -> tuple[str, str]:
    option: Mapping[str, str] = asked.options
    if option.get("from") or option.get("to"):
        return spans.chosen(option, asked.when.today)
    last = words.months_after(words.month_of(asked.when.today), -1)
    return last, last


def _did(own: Own) -> Sheet:
    rows = []
    for account, said in DID:
        kinds = own.flows.get(account, {})
        total = sum(kinds.values())
        if total:
            named = [
                words.plural(n, words.coded(kind).lower() or "other")
                for kind, n in sorted(kinds.items())
                if n
            ]
            rows.append(
                (sheets.said(words.capital(said)), sheets.count(total), sheets.said(", ".join(named)))
            )
    heads = sheets.columns("Work", figures=("How many",)) + sheets.columns("Of which kind")
    return Sheet("What was done", heads, tuple(rows))


def _ended(own: Own) -> Sheet:
    rows = tuple(
        (sheets.said(words.coded(name) or "No outcome given"), sheets.count(count))
        for name, count in sorted(own.outcomes.items(), key=lambda pair: (-pair[1], pair[0]))
    )
    return Sheet("How it ended", sheets.columns("Outcome", figures=("How many",)), rows)


def _spent(found: Effects, own: Own) -> Sheet:
    nobody = found.not_given
    told = (
        ("Decided in this work", own.effect.weekly_spend),
        ("Decided by all others together", own.others.weekly_spend),
        ("No decision is named, such as prices that rose", nobody.no_decision_named.weekly_spend),
        ("Decided in work that nobody has finished", nobody.decision_unknown.weekly_spend),
    )
    rows = tuple((sheets.said(name), sheets.money(value)) for name, value in told)
    total = (sheets.said("The whole service"), sheets.money(found.whole.weekly_spend))
    return Sheet("Change of weekly spend", sheets.columns("Who decided", figures=("A week",)), rows, total)
