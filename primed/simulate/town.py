"""What the simulated council is: its units, what each team does, how long work takes, how it ends."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

COUNCIL, DIRECTORATE = "demo-council", "adult-social-care"

UNITS: tuple[tuple[str, str, str, str | None], ...] = (
    (COUNCIL, "council", "Demo Council", None),
    (DIRECTORATE, "directorate", "Adult social care", COUNCIL),
    ("front-door", "service", "Front door", DIRECTORATE),
    ("long-term-support", "service", "Long-term support", DIRECTORATE),
    ("short-term-support", "service", "Short-term support", DIRECTORATE),
)
"""Unit, level, name, parent; the teams come after these."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of work: days allowed to start and to complete, and how it ends with what weight."""

    start_days: int
    due_days: int
    outcomes: tuple[tuple[str, float], ...]
    routes: tuple[str, ...]


_COMMUNITY = ("community", "hospital-discharge", "self-referral", "gp", "family")
KINDS: dict[str, Kind] = {
    "contact": Kind(
        1,
        2,
        (
            ("information-and-advice", 0.52),
            ("signposted", 0.14),
            ("progress-to-assessment", 0.22),
            ("progress-to-reablement", 0.08),
            ("safeguarding-concern", 0.04),
        ),
        ("telephone", "web-form", "gp", "family", "police"),
    ),
    "referral": Kind(
        2,
        14,
        (
            ("progress-to-reablement", 0.46),
            ("progress-to-assessment", 0.30),
            ("no-services-offered", 0.14),
            ("support-declined", 0.10),
        ),
        ("hospital-discharge",),
    ),
    "assessment": Kind(
        5,
        28,
        (
            ("information-and-advice", 0.24),
            ("short-term-support", 0.26),
            ("care-at-home", 0.27),
            ("no-change", 0.10),
            ("residential-or-nursing", 0.09),
            ("support-declined", 0.04),
        ),
        _COMMUNITY,
    ),
    "review": Kind(
        14,
        42,
        (
            ("no-change", 0.55),
            ("care-reduced", 0.17),
            ("care-increased", 0.15),
            ("support-ended", 0.08),
            ("residential-or-nursing", 0.05),
        ),
        ("planned", "planned", "planned", "unplanned-hospital", "unplanned-carer"),
    ),
    "safeguarding": Kind(
        2,
        28,
        (("risk-reduced", 0.45), ("risk-removed", 0.3), ("no-further-action", 0.2), ("risk-remains", 0.05)),
        ("professional", "family", "provider", "police"),
    ),
}

PASSED_ON: dict[str, tuple[str, tuple[str, ...]]] = {
    "progress-to-assessment": ("assessment", ("north-locality", "south-locality", "east-locality")),
    "progress-to-reablement": ("assessment", ("reablement",)),
    "safeguarding-concern": ("safeguarding", ("safeguarding",)),
}
"""Outcome → the kind of work and the teams that it is passed to."""


@dataclass(frozen=True, slots=True)
class Team:
    """A team: its service, its workers, and what comes to it of itself on a working day."""

    id: str
    name: str
    service: str
    staff: int
    arrivals: tuple[tuple[str, float], ...]
    patience: float
    """Work that the team is content to hold, in weeks of what comes; more makes it work harder."""
    passed_on: float = 0.0
    """About how much others pass to it on a working day."""


TEAMS: tuple[Team, ...] = (
    Team("contact-centre", "Contact centre", "front-door", 7, (("contact", 15.0),), 0.2),
    Team("hospital-discharge", "Hospital discharge team", "front-door", 5, (("referral", 3.2),), 1.2),
    Team(
        "north-locality",
        "North locality team",
        "long-term-support",
        8,
        (("assessment", 0.7), ("review", 1.3)),
        6.6,
        1.3,
    ),
    Team(
        "south-locality",
        "South locality team",
        "long-term-support",
        8,
        (("assessment", 0.7), ("review", 1.2)),
        6.2,
        1.3,
    ),
    Team(
        "east-locality",
        "East locality team",
        "long-term-support",
        7,
        (("assessment", 0.6), ("review", 1.1)),
        5.2,
        1.3,
    ),
    Team("reviews", "Reviews team", "long-term-support", 5, (("review", 2.6),), 6.2),
    Team("safeguarding", "Safeguarding team", "long-term-support", 5, (("safeguarding", 1.0),), 3.0, 0.6),
    Team("reablement", "Reablement team", "short-term-support", 6, (("assessment", 0.8),), 2.8, 2.4),
    Team(
        "occupational-therapy", "Occupational therapy", "short-term-support", 5, (("assessment", 1.8),), 3.8
    ),
    Team("carers", "Carers' team", "short-term-support", 4, (("assessment", 0.9), ("review", 0.5)), 3.6),
)
TEAM: dict[str, Team] = {team.id: team for team in TEAMS}


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened to a team on a day and whose effect the charts must show."""

    team: str
    since: dt.timedelta
    """How long before the end of the history."""
    until: dt.timedelta
    pace: float
    arrivals: float
    why: str
    placements: float = 1.0


CHANGES: tuple[Change, ...] = (
    Change("north-locality", dt.timedelta(200), dt.timedelta(0), 1.5, 1.35, "two triage slots a day"),
    Change("reviews", dt.timedelta(110), dt.timedelta(0), 0.45, 1.0, "two posts empty since summer"),
    Change("south-locality", dt.timedelta(420), dt.timedelta(330), 0.75, 1.0, "a hard winter"),
    *(
        Change(team, dt.timedelta(170), dt.timedelta(0), 1.0, 1.0, "short-term help is tried first", 0.3)
        for team in ("north-locality", "south-locality", "east-locality", "reviews")
    ),
)
"""Between the two moments `pace`, `arrivals` and `placements` multiply what the team gets done, what comes to
it, and how much of its work ends in a residential or nursing home."""


def season(day: dt.date) -> float:
    """How much comes in beside an ordinary day: more in winter and on Mondays, less in August."""
    if day.weekday() >= 5 or (day.month, day.day) in ((1, 1), (12, 25), (12, 26)):
        return 0.0
    by_month = (1.15, 1.12, 1.05, 0.97, 0.96, 0.97, 0.94, 0.86, 0.98, 1.02, 1.06, 0.98)[day.month - 1]
    return by_month * (1.2, 1.02, 0.98, 0.95, 0.85)[day.weekday()]


def strength(day: dt.date) -> float:
    """How much of the staff is at work on the day: leave in August and round Christmas."""
    if season(day) == 0.0:
        return 0.0
    if (day.month == 12 and day.day >= 20) or (day.month == 1 and day.day <= 3):
        return 0.55
    return 0.82 if day.month == 8 else 1.0
