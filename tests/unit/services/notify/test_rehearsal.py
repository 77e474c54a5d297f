"""A rule over history does what it would do live: the same waiting, ladder and end."""

from __future__ import annotations

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

from msgspec import Raw

from schemas.envelope import Envelope, Event
from schemas.organisation import RoleAssigned, UnitRegistered
from schemas.tree import Tree
from services.notify.domain.escalation import Cleared, Raised
from services.notify.domain.rule import Figure, Rule
from services.notify.domain.scene import Scene
from services.notify.domain.working_time import Hours
from services.notify.rehearsal import Outcome, rehearse

LONDON = ZoneInfo("Europe/London")
RULE = Rule(id="r", name="Overdue work", measure="overdue", comparison="above", value=20, clear=15)
END = dt.datetime(2026, 11, 23, 12, tzinfo=LONDON)


def happened(day: str, data: object) -> Event:
    envelope = Envelope(
        specversion="1.0", id="any", source="hr", type="any", subject="s", time=f"{day}T00:00:00Z", data=Raw()
    )
    return Event(envelope=envelope, data=data)


TREE = Tree().after_all(
    [
        happened("2024-04-01", UnitRegistered(unit="north", level="team", name="North")),
        happened("2024-04-01", RoleAssigned(unit="north", role="manager", person="leah")),
        happened("2026-10-01", RoleAssigned(unit="north", role="manager", person="mo")),
    ]
)


def figure(day: str, value: float | None) -> Figure:
    """The figure of the day's month, told in its evening."""
    at = dt.datetime.fromisoformat(f"{day}T23:59:59").replace(tzinfo=LONDON)
    return Figure("north", "overdue", "month", day[:7], value, None, int(day[5:7]), at, f"e-{day}")


async def tried(rule: Rule, *figures: Figure) -> Outcome:
    numbers = itertools.count(1)

    def scene(at: dt.datetime) -> Scene:
        return Scene(TREE, Hours(LONDON), at, lambda: f"x-{next(numbers)}")

    return await rehearse(rule, scene, figures, END)


async def test_whoever_held_the_role_on_the_day_is_asked() -> None:
    outcome = await tried(RULE, figure("2026-11-20", 25), figure("2026-09-30", 25), figure("2026-10-31", 10))
    assert [(one.breach.period, one.asked[0].person) for one in outcome.exceptions] == [
        ("2026-09", "leah"),
        ("2026-11", "mo"),
    ]
    assert isinstance(outcome.exceptions[0], Cleared)
    assert [message.kind for message in outcome.told] == ["asked", "over", "asked"]


async def test_a_breach_must_last_as_long_as_the_rule_asks() -> None:
    slow = Rule(
        id="r", name="O", measure="overdue", comparison="above", value=20, clear=15, for_=dt.timedelta(40)
    )
    forgotten = await tried(
        slow, figure("2026-08-31", 25), figure("2026-09-30", 19), figure("2026-10-31", 25)
    )
    assert (forgotten.exceptions, forgotten.pending) == ([], ["north"])
    lasted = await tried(slow, figure("2026-08-31", 25), figure("2026-09-30", 26), figure("2026-10-31", None))
    [one] = lasted.exceptions
    assert one.breach.raised_at.date() == dt.date(2026, 10, 10)
    assert isinstance(one, Cleared)
    assert one.why == "There is nothing left to measure."


async def test_an_exception_that_nobody_answers_stands_until_now() -> None:
    outcome = await tried(RULE, figure("2026-09-30", 25), figure("2026-10-31", 16))
    [one] = outcome.exceptions
    assert isinstance(one, Raised)
    assert len(outcome.told) == 1
