"""Generated feeds of packages of care and of exports, and logs in which everything meets.

Small alphabets on purpose: days that meet, prices that return, as-ofs that fall together.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.reference.histories import (
    CLOCKS,
    COPIES,
    DAYS,
    OFFSETS,
    OUTCOMES,
    TEAMS,
    WORKERS,
    happened,
    life,
    ruled,
    withdrawal,
)

Json = dict[str, Any]
Days = tuple[str, ...]

PRICES: tuple[Json, ...] = (
    {"unit_cost": 85_000, "frequency": "weekly"},
    {"unit_cost": 100_001, "frequency": "Monthly"},
    {"unit_cost": -333, "frequency": "Hourly", "units_per_week": "10.25"},
    {"unit_cost": 2_050, "frequency": "per-session", "units_per_week": 14},
    {"unit_cost": 7, "frequency": "4-weekly", "units_per_week": 3},
    {"unit_cost": 7, "frequency": "Quarterly"},
    {"unit_cost": 1, "frequency": "annually"},
    {"unit_cost": 1, "frequency": "Fortnightly"},
    {"unit_cost": 120_000, "frequency": "One-off"},
    {"unit_cost": 150_000, "frequency": "one-off"},
    {"unit_cost": 0, "frequency": "weekly"},
    {"unit_cost": 5_000, "frequency": "hourly", "units_per_week": 0},
    {"frequency": "one-off"},
    {"frequency": "weekly"},
    {"unit_cost": 900},
    {},
)
"""Every frequency, exact and not, paid once, free of charge, and what cannot be costed."""
SETTINGS = ("nursing", "home care", "")
DECISIONS = ("demo/a/c-1", "demo/a/c-2", "")
KINDS = ("review", "assessment", "")

PACKAGE_LIVES = (
    "started changed ended",
    "changed started changed changed ended",
    "started ended started changed ended",
    "started started ended changed ended",
    "ended started",
)
PACKAGE_VERBS = ("started", "started", "changed", "changed", "ended")


@st.composite
def placed(draw: st.DrawFn, subject: str, days: Days, verb: str | None = None) -> Json:
    """One event of a package; ids come from a small set, so that some conflict and some repeat."""
    verb = verb or draw(st.sampled_from(PACKAGE_VERBS))
    data: Json = dict(draw(st.sampled_from(PRICES))) if draw(st.booleans()) else {}
    data |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "team": st.sampled_from(TEAMS),
                "setting": st.sampled_from(SETTINGS),
                "decided_in": st.sampled_from(DECISIONS),
            },
        )
    )
    event = said(subject, f"package.{verb}", f"{verb}-{draw(st.integers(1, 4))}", draw(st.sampled_from(days)))
    event["time"] = f"{event['time'][:10]}T{draw(st.sampled_from(CLOCKS))}{draw(st.sampled_from(OFFSETS))}"
    event["data"] = data
    return draw(with_order(event, days))


@st.composite
def with_order(draw: st.DrawFn, event: Json, days: Days) -> Json:
    """The event with what may decide its place: precision, when it was recorded, a sequence."""
    if draw(st.integers(0, 3)) == 0:
        event = {**event, "timeprecision": "day", "time": f"{event['time'][:10]}T00:00:00+00:00"}
    if draw(st.integers(0, 3)) == 0:
        event = {**event, "recordedtime": f"{draw(st.sampled_from(days))}T12:00:00+00:00"}
    if draw(st.integers(0, 3)) == 0:
        event = {**event, "sequence": str(draw(st.integers(-3, 11)))}
    return event


def said(subject: str, what: str, identity: str, day: str) -> Json:
    """A bare event of this subject."""
    return {
        "specversion": "1.0",
        "id": identity,
        "source": "demo/a",
        "type": f"primed.{what}.v1",
        "subject": subject,
        "time": f"{day}T00:00:00+00:00",
        "tenant": "demo",
        "data": {},
    }


@st.composite
def placement(draw: st.DrawFn, subject: str, days: Days) -> list[Json]:
    """A package that lives much as packages do, and some events more."""
    verbs = draw(st.sampled_from(PACKAGE_LIVES)).split()
    when = sorted(draw(st.lists(st.sampled_from(days), min_size=len(verbs), max_size=len(verbs))))
    events = [draw(placed(subject, (day,), verb)) for verb, day in zip(verbs, when, strict=True)]
    events += draw(st.lists(placed(subject, days), max_size=5))
    if draw(st.integers(0, 4)) == 0:
        wrong = {"source": "demo/a", "id": draw(st.sampled_from(events))["id"]}
        gone = said(subject, "event.retracted", f"retract-{wrong['id']}", draw(st.sampled_from(days)))
        events.append({**gone, "data": wrong})
    return events


def of_work_rows(days: Days) -> dict[str, st.SearchStrategy[Any]]:
    """What a row of a work item may show."""
    day = st.sampled_from(days)
    dates = ("received", "started", "completed", "authorised", "cancelled", "reopened", "start_by")
    since = ("team_since", "allocated", "due", "due_since")
    return {
        **dict.fromkeys((*dates, *since), day),
        "team": st.sampled_from(TEAMS),
        "from_team": st.sampled_from(TEAMS),
        "worker": st.sampled_from((*WORKERS, "")),
        "kind": st.sampled_from(KINDS),
        "route": st.sampled_from(("phone", "web")),
        "outcome": st.sampled_from(OUTCOMES),
        "needs_authorisation": st.sampled_from((True, False, None)),
    }


def of_package_rows(days: Days) -> dict[str, st.SearchStrategy[Any]]:
    """What a row of a package may show, besides its price."""
    dates = ("started", "ended", "team_since", "setting_since", "cost_since")
    return {
        **dict.fromkeys(dates, st.sampled_from(days)),
        "team": st.sampled_from(TEAMS),
        "setting": st.sampled_from(SETTINGS),
        "decided_in": st.sampled_from(DECISIONS),
    }


WORK_STATUS = ("open", "open", "open", "completed", "completed", "cancelled", "absent")
PACKAGE_STATUS = ("running", "running", "ended", "absent")


@st.composite
def export(draw: st.DrawFn, subject: str, days: Days, noun: str) -> list[Json]:
    """What exports showed of one item: each row is mostly what the one before it was."""
    fields = of_work_rows(days) if noun == "work" else of_package_rows(days)
    status = st.sampled_from(WORK_STATUS if noun == "work" else PACKAGE_STATUS)
    data: Json = {"received" if noun == "work" else "started": draw(st.sampled_from(days))}
    rows = []
    for number in range(draw(st.integers(1, 6))):
        changing = draw(st.lists(st.sampled_from(sorted(fields)), max_size=3 if number else 6, unique=True))
        for name in changing:
            if draw(st.integers(0, 3)) == 0:
                data.pop(name, None)
            else:
                data[name] = draw(fields[name])
        if noun == "package" and draw(st.booleans()):
            price = ("unit_cost", "frequency", "units_per_week")
            data = {name: value for name, value in data.items() if name not in price}
            data |= draw(st.sampled_from(PRICES))
        rows.append({**draw(shown(subject, days, noun, number)), "data": {"status": draw(status), **data}})
    return rows


@st.composite
def shown(draw: st.DrawFn, subject: str, days: Days, noun: str, number: int) -> Json:
    """A row as of some moment; a few rows are of the same one."""
    as_of, clock = draw(st.sampled_from(days)), draw(st.sampled_from(("00:00:00", "00:00:00", "18:00:00")))
    row = said(subject, f"{noun}.recorded", f"row-{draw(st.sampled_from('abc'))}{number}", as_of)
    offset = draw(st.sampled_from(("+00:00", "+00:00", "+01:00")))
    return {**row, "timeprecision": "day", "recordedtime": f"{as_of}T{clock}{offset}"}


@st.composite
def one_item(draw: st.DrawFn, subject: str, days: Days) -> list[Json]:
    """The events of an item that is fed in one way or another."""
    match draw(st.sampled_from(("work", "package", "work rows", "work rows", "package rows", "mixed"))):
        case "work":
            more = st.lists(st.one_of(*[happened(subject, days)] * 9, withdrawal(subject, days)), max_size=8)
            return [*draw(life(subject, days)), *draw(more)]
        case "package":
            return draw(placement(subject, days))
        case "work rows":
            return draw(export(subject, days, "work"))
        case "package rows":
            return draw(export(subject, days, "package"))
    if draw(st.booleans()):
        return [*draw(life(subject, days)), *draw(export(subject, days, "work"))]
    return [*draw(placement(subject, days)), *draw(export(subject, days, "package"))]


@st.composite
def whole_logs(draw: st.DrawFn, items: int = 2) -> list[Json]:
    """A log about a few items of all sorts, with doubles, copies, conflicts and retractions anywhere."""
    days = tuple(draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=5, unique=True)))
    events: list[Json] = []
    for number in range(draw(st.integers(1, items))):
        events += draw(one_item(f"demo/a/{number}", days))
    copies = draw(st.lists(st.tuples(st.sampled_from(events), st.sampled_from(COPIES)), max_size=3))
    events += [{**event, **more} for event, more in copies]
    events += [ruled(event, draw(st.integers(1, 3)), days) for event in events if "ruled" in event]
    for event in draw(st.lists(st.sampled_from(events), max_size=2)):
        if draw(st.booleans()) and not event["type"].startswith("primed.event."):
            events.append(withdrawn(event, draw(st.sampled_from(days))))
    return draw(st.permutations(events))


def withdrawn(event: Json, day: str) -> Json:
    """The retraction of an event."""
    gone = said(event["subject"], "event.retracted", f"withdraw-{event['id']}", day)
    return {**gone, "data": {"source": event["source"], "id": event["id"]}}
