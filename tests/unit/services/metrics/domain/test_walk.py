"""When the short way is taken: an event that comes last and leaves the lines of earlier days as they are."""

from __future__ import annotations

from typing import Any

import pytest

from services.metrics.domain.postings import happens
from services.metrics.domain.walk import step, walkable, walked
from tests.casework import event, fact, facts

RECEIVED = event("received", "4 09:00", team="north", kind="review", due="10", route="phone")
ALLOCATED = event("allocated", "5 09:00", worker="ann")
VAGUE = event("started", "5", sequence="4")


@pytest.mark.parametrize(
    ("known", "said", "short"),
    [
        ([RECEIVED], ALLOCATED, True),
        ([RECEIVED, ALLOCATED], event("completed", "5 09:01"), True),
        ([RECEIVED, ALLOCATED], event("completed", "5 08:59"), False),
        ([RECEIVED, ALLOCATED], event("completed", "4 10:00"), False),
        ([RECEIVED, ALLOCATED], event("received", "5 10:00"), False),
        ([RECEIVED, ALLOCATED], event("completed", "5", sequence="9"), False),
        ([RECEIVED, VAGUE], event("completed", "5", sequence="9"), True),
        ([RECEIVED, VAGUE], event("completed", "5", sequence="3"), False),
        ([RECEIVED], event("received", "6", kind="review", route="phone"), True),
        ([RECEIVED], event("received", "6", kind="contact"), False),
        ([RECEIVED], event("allocated", "6", kind="contact", worker="ann"), True),
        ([RECEIVED], event("allocated", "6", urgency="high", worker="ann"), False),
    ],
)
def test_only_the_end_of_the_history_is_walked_on(
    known: list[dict[str, Any]], said: dict[str, Any], short: bool
) -> None:
    walk = walked(fact(one) for one in known)
    assert (step(walk, fact(said)) is not None) is short


def test_a_retraction_is_no_step() -> None:
    assert not walkable(fact(event("retracted", "6") | {"data": {"source": "demo/cases", "id": "a"}}))


def test_a_step_leaves_the_walk_as_it_was() -> None:
    walk = walked([fact(RECEIVED)])
    first = step(walk, fact(ALLOCATED))
    assert step(walk, fact(ALLOCATED)) == first
    assert walk == walked([fact(RECEIVED)])


def test_what_is_forgotten_is_found_again() -> None:
    change = happens(facts([RECEIVED]).settled(), fact(ALLOCATED))
    assert change is not None
    assert change.after.walk == walked([fact(RECEIVED), fact(ALLOCATED)])
