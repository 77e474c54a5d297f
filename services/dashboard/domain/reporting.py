"""The reports that there are: what each is called, what it counts, and how it can be cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.dashboard.domain.marks import Lot, Stair
from services.dashboard.domain.sheets import Sheet


@dataclass(frozen=True, slots=True)
class About:
    """One kind of report; `cuts` are the ways to cut it, the first is the usual one."""

    title: str
    what: str
    question: str
    hears: tuple[str, ...]
    """The measures that change when this report does."""
    cuts: tuple[tuple[str, str], ...] = ()
    spans: bool = False


MONTH, TEAM, WORKER, KIND = (
    ("month", "By month"),
    ("team", "By team"),
    ("worker", "By worker"),
    ("kind", "By kind of work"),
)
ABOUT: Mapping[str, About] = {
    "workload": About(
        "Allocated, due and overdue work",
        "Open work by the month in which it is due; beside it, what was allocated in the month.",
        "What is waiting, due and overdue?",
        ("overdue", "open", "allocations"),
        (MONTH, WORKER, TEAM),
    ),
    "completed": About(
        "Completed work",
        "Work finished in each month, and how much of it after its due day.",
        "How much do we complete?",
        ("completed",),
        (MONTH, WORKER, KIND, TEAM),
    ),
    "outcomes": About(
        "Outcomes of completed work",
        "How finished work ended, beside the same days a year before.",
        "What comes of what we do?",
        ("completed",),
        spans=True,
    ),
    "ages": About(
        "Age of overdue work",
        "Overdue work by the days since it was due, each piece once.",
        "How old is what is overdue?",
        ("overdue",),
        (("all", "All together"), TEAM, WORKER, KIND, ("month", "By month due")),
    ),
    "waits": About(
        "Waits",
        "How long work waited until it was started or completed, counted when that happened.",
        "How long do people wait?",
        ("started", "completed"),
        (MONTH, TEAM, KIND, WORKER),
        spans=True,
    ),
    "interfaces": About(
        "Work passed from team to team",
        "Work that one team passed to another, counted on the day it was passed on, and how it ended since.",
        "Who passes work to whom, and how does it end?",
        ("referred_on", "completed"),
        (TEAM, KIND, MONTH),
        spans=True,
    ),
    "leavers": About(
        "Work left behind",
        "Open work of people who have left and of teams that are closed.",
        "Which work does nobody look after any more?",
        ("open", "overdue"),
        (WORKER, KIND, ("item", "Each piece of work")),
    ),
    "spend": About(
        "What care costs a week",
        "Weekly cost of care packages and placements at the beginning and end, and what moved it. "
        "Commissioned gross cost.",
        "Where is the money going?",
        ("spend_a_week",),
        (MONTH, ("setting", "By setting"), TEAM),
        spans=True,
    ),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A report as a page shows it: the finding, the table, what is drawn, and what to ask."""

    finding: str
    sheet: Sheet
    lots: tuple[tuple[str, tuple[Lot, ...]], ...] = ()
    stairs: tuple[Stair, ...] = ()
    prompts: tuple[str, ...] = ()
    key: tuple[str, str] = ("", "")
    """What the full and the pale colour of the lots mean."""
