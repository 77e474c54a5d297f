"""One story: what the page of commitments counts is what the ledger posts, whatever happened to them."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from services.actions.domain import commitment
from services.actions.domain.decision import Decided
from services.actions.domain.tally import tally
from services.metrics.domain.commitments import reckon
from services.metrics.domain.facts import Fact, Identity

AGREED_ON = dt.date(2026, 9, 1)
FIRST, LAST = dt.date(2026, 10, 1), dt.date(2026, 12, 31)

STEP = st.tuples(st.sampled_from(["carry", "complete", "drop"]), st.integers(0, 40), st.integers(0, 60))


def moment(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(10), dt.UTC)


def command_for(verb: str, day: dt.date, ahead: int) -> commitment.Command:
    match verb:
        case "carry":
            later = (day + dt.timedelta(days=ahead)).isoformat()
            return commitment.CarryForward(later, "Later.", "w-9", leads=True)
        case "complete":
            return commitment.Complete("Done.", "w-9", leads=True)
        case _:
            return commitment.Drop("No.", "w-9", leads=True)


def walk(ahead: int, steps: list[tuple[str, int, int]]) -> tuple[commitment.Known, list[Fact]]:
    """A commitment's life: its state, and its events as the ledger reads them."""
    day = AGREED_ON
    deadline = (day + dt.timedelta(days=ahead)).isoformat()
    commands = [(day, commitment.Agree("c-1", "north", "It.", "w-1", deadline, "w-9", owner_known=True))]
    for verb, wait, onward in steps:
        day += dt.timedelta(days=wait)
        commands.append((day, command_for(verb, day, onward)))
    state: commitment.State = commitment.NotAgreed()
    facts: list[Fact] = []
    for day, command in commands:
        decision = commitment.decide(state, command, moment(day))
        if isinstance(decision, Decided):
            for event in decision.events:
                state = commitment.evolve(state, event, moment(day))
                facts.append(fact(event, day, len(facts) + 1))
    return commitment.known(state), facts


def fact(event: Struct, day: dt.date, sequence: int) -> Fact:
    return Fact(
        noun="commitment",
        verb="any",
        identity=Identity("primed/actions", f"commitment/c-1/{sequence}"),
        day=day,
        at=0,
        exact=True,
        recorded=0,
        sequence=sequence,
        rules=None,
        data=event,
    )


@given(st.integers(0, 80), st.lists(STEP, max_size=5), st.integers(0, 120))
def test_the_page_and_the_ledger_count_alike(
    ahead: int, steps: list[tuple[str, int, int]], since: int
) -> None:
    state, facts = walk(ahead, steps)
    today = facts[-1].day + dt.timedelta(days=since)
    counted = tally([state], FIRST, LAST, today)
    until = min(LAST, today)
    posted = {"commitments_due": 0, "commitments_kept": 0}
    still_open = 0
    for key, amount in reckon(facts).postings.items():
        if key.account in posted and FIRST <= key.day <= until:
            posted[key.account] += amount
        if key.account == "commitments_open" and key.day <= today:
            still_open += amount
    assert (counted.due, counted.kept) == (posted["commitments_due"], posted["commitments_kept"])
    assert counted.open == still_open
