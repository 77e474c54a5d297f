"""Generated histories of work items: late, doubled, shuffled, corrected, reopened, moved between teams.

Small alphabets of teams, days and ids on purpose, so that collisions, ties and conflicts are common.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]

TEAMS = ("north", "south", "")
WORKERS = ("w-1", "w-2")
DAYS = ("2025-03-29", "2025-03-30", "2025-03-31", "2025-04-01", "2025-10-26", "2025-12-31", "2026-01-01")
"""Days around the change to summer time and back, a month's end, two years' ends."""
CLOCKS = ("00:00:00", "00:30:00", "01:30:00", "09:00:00", "23:59:59.999999")
OFFSETS = ("+00:00", "+01:00", "-05:00", "Z")
OUTCOMES = ("plan", "advice", "")


def _data(verb: str, days: tuple[str, ...]) -> st.SearchStrategy[Json]:
    needed: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {
        "kind": st.sampled_from(("review", "assessment", "")),
        "route": st.sampled_from(("phone", "web")),
    }
    worker, team = st.sampled_from(WORKERS), st.sampled_from(TEAMS)
    due = st.sampled_from((*days, None))
    match verb:
        case "received" | "reopened":
            optional |= {"team": team, "due": due, "start_by": due, "from_team": team}
            optional |= {"needs_authorisation": st.sampled_from((True, False, None))}
        case "allocated":
            needed |= {"worker": worker}
        case "transferred":
            needed |= {"team": st.sampled_from(TEAMS[:2])}
            optional |= {"worker": worker}
        case "due-changed":
            needed |= {"due": due}
            optional |= {"start_by": due}
        case "completed":
            optional |= {"outcome": st.sampled_from(OUTCOMES), "team": team, "worker": worker}
    return st.fixed_dictionaries(needed, optional=optional)


VERBS = [
    "received",
    "received",
    "received",
    "allocated",
    "unallocated",
    "started",
    "started",
    "due-changed",
    "transferred",
    "completed",
    "completed",
    "completed",
    "authorised",
    "reopened",
    "reopened",
    "cancelled",
]


LIVES = (
    "received allocated started completed authorised",
    "received started completed reopened started completed",
    "received completed authorised reopened completed",
    "received allocated completed reopened due-changed transferred completed",
    "transferred allocated completed received reopened started",
    "received cancelled reopened completed completed",
    "allocated started received transferred completed received completed",
)
"""Lives that items lead, before anything is doubled, lost, shuffled or corrected."""


@st.composite
def life(draw: st.DrawFn, subject: str, days: tuple[str, ...]) -> list[Json]:
    """An item that lives much as items do, its events on days in their order."""
    verbs = draw(st.sampled_from(LIVES)).split()
    when = sorted(draw(st.lists(st.sampled_from(days), min_size=len(verbs), max_size=len(verbs))))
    return [draw(happened(subject, (day,), verb, days)) for verb, day in zip(verbs, when, strict=True)]


@st.composite
def happened(
    draw: st.DrawFn,
    subject: str,
    days: tuple[str, ...],
    verb: str | None = None,
    dates: tuple[str, ...] | None = None,
) -> Json:
    """One event of the item; ids come from a small set, so that some conflict and some repeat."""
    verb = verb or draw(st.sampled_from(VERBS))
    clock, offset = draw(st.sampled_from(CLOCKS)), draw(st.sampled_from(OFFSETS))
    event: Json = {
        "specversion": "1.0",
        "id": f"{verb}-{draw(st.integers(1, 4))}",
        "source": draw(st.sampled_from(("demo/a", "demo/a", "demo/a", "demo"))),
        "type": f"primed.work.{verb}.v1",
        "subject": subject,
        "time": f"{draw(st.sampled_from(days))}T{clock}{offset}",
        "tenant": "demo",
        "data": draw(_data(verb, dates or days)),
    }
    if draw(st.booleans()):
        event["recordedtime"] = f"{draw(st.sampled_from(days))}T12:00:00{draw(st.sampled_from(OFFSETS))}"
    if draw(st.integers(0, 5)) == 0:
        event |= {"timeprecision": "day", "time": f"{event['time'][:10]}T00:00:00+00:00"}
    if draw(st.integers(0, 3)) == 0:
        event["sequence"] = str(draw(st.integers(-3, 3)))
    if verb == "received" and draw(st.booleans()):
        event = ruled(event, draw(st.integers(1, 3)), dates or days)
    return event


def ruled(event: Json, version: int, days: tuple[str, ...]) -> Json:
    """The event with a due date that version `version` of the rules filled in."""
    data = {**event["data"], "due": days[version % len(days)]}
    return {**event, "ruled": "due", "rulesversion": version, "data": data}


@st.composite
def withdrawal(draw: st.DrawFn, subject: str, days: tuple[str, ...]) -> Json:
    """The retraction of an event that may be there, may come later, or may never have been said."""
    wrong = {"source": "demo/a", "id": f"{draw(st.sampled_from(VERBS))}-{draw(st.integers(1, 4))}"}
    return {
        "specversion": "1.0",
        "id": f"retract-{wrong['id']}",
        "source": "demo/a",
        "type": "primed.event.retracted.v1",
        "subject": subject,
        "time": f"{draw(st.sampled_from(days))}T10:00:00+00:00",
        "tenant": "demo",
        "data": wrong,
    }


COPIES: tuple[Json, ...] = ({}, {"recordedtime": "2026-02-01T09:00:00+00:00"}, {"traceparent": "x"})
"""What another copy of the same event may bear."""


@st.composite
def logs(draw: st.DrawFn, items: int = 2) -> list[Json]:
    """A log about a few items on a few days, with doubles and recorded copies anywhere."""
    events: list[Json] = []
    days = tuple(draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=4, unique=True)))
    for number in range(draw(st.integers(1, items))):
        subject = f"demo/a/{number}"
        one = st.one_of(*[happened(subject, days)] * 9, withdrawal(subject, days))
        events += draw(life(subject, days))
        events += draw(st.lists(one, max_size=8))
    copies = draw(st.lists(st.tuples(st.sampled_from(events), st.sampled_from(COPIES)), max_size=3))
    events += [{**event, **more} for event, more in copies]
    events += [ruled(event, draw(st.integers(1, 3)), days) for event in events if "ruled" in event]
    return draw(st.permutations(events))
