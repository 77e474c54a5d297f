"""Who is asked, and who next."""

from __future__ import annotations

import datetime as dt

from schemas.envelope import Envelope, Event
from schemas.organisation import RoleAssigned, UnitRegistered
from schemas.registry import data_of
from schemas.tree import Tree
from services.notify.domain.chain import Rung, again, ask, chain, following, role_over
from services.notify.domain.escalation import Next

TODAY = dt.date(2026, 11, 16)
LATER = dt.datetime(2026, 11, 17, 12, tzinfo=dt.UTC)


def tree(*roles: tuple[str, str, str], day: str = "2024-01-01") -> Tree:
    units = (
        UnitRegistered(unit="council", level="council", name="Council"),
        UnitRegistered(unit="care", level="directorate", name="Care", parent="council"),
        UnitRegistered(unit="long-term", level="service", name="Long-term support", parent="care"),
        UnitRegistered(unit="north", level="team", name="North Locality", parent="long-term"),
    )
    held = [RoleAssigned(unit=unit, role=role, person=person) for unit, role, person in roles]  # type: ignore[arg-type]  # roles are words here
    return Tree().after_all(event(data, day) for data in (*units, *held))


def event(data: UnitRegistered | RoleAssigned, day: str) -> Event:
    envelope = Envelope(
        specversion="1.0",
        id="e",
        source="hr",
        type="t",
        subject="s",
        time=f"{day}T08:00:00+00:00",
        data=data_of(data),
    )
    return Event(envelope=envelope, data=data)


def test_the_manager_of_the_team_then_the_head_of_the_service_above() -> None:
    held = tree(("north", "manager", "leah"), ("long-term", "head", "ruth"), ("care", "director", "dev"))
    assert chain(held, "north", ("manager", "head"), TODAY) == (
        Rung(1, "manager", "leah"),
        Rung(2, "head", "ruth"),
    )


def test_an_empty_rung_is_left_out() -> None:
    held = tree(("long-term", "head", "ruth"))
    assert chain(held, "north", ("manager", "head"), TODAY) == (Rung(2, "head", "ruth"),)


def test_an_exception_of_a_service_begins_with_its_head() -> None:
    held = tree(("north", "manager", "leah"), ("long-term", "head", "ruth"))
    assert chain(held, "long-term", ("manager", "head"), TODAY)[0] == Rung(2, "head", "ruth")


def test_one_person_on_two_rungs_is_asked_once() -> None:
    held = tree(("north", "manager", "ruth"), ("long-term", "head", "ruth"))
    assert chain(held, "north", ("manager", "head"), TODAY) == (Rung(1, "manager", "ruth"),)


def test_with_nobody_on_the_ladder_the_director_is_asked() -> None:
    assert chain(tree(("care", "director", "dev")), "north", ("manager", "head"), TODAY) == (
        Rung(1, "director", "dev"),
    )


def test_nobody_at_all() -> None:
    assert chain(tree(), "north", ("manager", "head"), TODAY) == ()
    assert chain(Tree(), "never-registered", ("manager",), TODAY) == ()
    assert ask((), lambda: LATER) == (None, None)


def test_a_role_that_begins_later_is_not_held_yet() -> None:
    held = tree(("north", "manager", "leah"), day="2026-12-01")
    assert chain(held, "north", ("manager",), TODAY) == ()


def test_the_next_rung_is_above_and_never_asks_the_same_person_twice() -> None:
    rungs = (Rung(1, "manager", "leah"), Rung(2, "head", "ruth"), Rung(3, "director", "leah"))
    assert following(rungs, 0, []) == rungs[0]
    assert following(rungs, 1, ["leah"]) == rungs[1]
    assert following(rungs, 2, ["leah", "ruth"]) is None


def test_who_is_asked_now_and_who_follows_when() -> None:
    rungs = (Rung(1, "manager", "leah"), Rung(2, "head", "ruth"))
    assert ask(rungs, lambda: LATER) == (rungs[0], Next("ruth", LATER))
    assert ask(rungs, lambda: LATER, 1, ["leah"]) == (rungs[1], None)
    assert ask(rungs, lambda: LATER, 2, ["leah", "ruth"]) == (None, None)


def test_once_an_answer_is_over_the_ladder_begins_at_whoever_gave_it() -> None:
    rungs = (Rung(1, "manager", "leah"), Rung(2, "head", "ruth"))
    assert again(rungs, lambda: LATER, "leah") == (rungs[0], Next("ruth", LATER))
    assert again(rungs, lambda: LATER, "ruth") == (rungs[1], None)
    assert again(rungs, lambda: LATER, "gone") == (rungs[0], Next("ruth", LATER))
    assert again((), lambda: LATER, "leah") == (None, None)


def test_by_which_role_somebody_answers() -> None:
    held = tree(("north", "manager", "leah"), ("care", "director", "dev"))
    assert role_over(held, "north", "leah", TODAY) == "manager"
    assert role_over(held, "north", "dev", TODAY) == "director"
    assert role_over(held, "north", "ruth", TODAY) is None
