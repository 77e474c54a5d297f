"""The columns of Client Level Data: their order, whom they concern, and where a file keeps them.

Source: the CLD specification, release 1; release 2 words some of the values otherwise (`wording.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any, Literal, NamedTuple, cast

from services.ingest.domain.rows import UnreadableFile

Kind = Literal["request", "assessment", "service", "review"]
KINDS: tuple[Kind, ...] = ("request", "assessment", "service", "review")
WORK: tuple[Kind, ...] = ("request", "assessment", "review")

_NOT_A_WORD = re.compile(r"[^a-z0-9%]+")


def plain(text: str) -> str:
    """A name or a value without capitals, spaces and marks: `NFA- Other` and `NFA: other` are one."""
    return _NOT_A_WORD.sub(" ", text.casefold().replace("&", " and ")).strip()


class Column(NamedTuple):
    """One column: for which events it is filled, and for which it must be. Files must hold `vital` ones."""

    name: str
    kinds: tuple[Kind, ...] = KINDS
    mandatory: tuple[Kind, ...] = ()
    vital: bool = False
    personal: bool = False


COLUMNS = (
    Column("LA Code", mandatory=KINDS, vital=True),
    Column("Reporting Period Start Date", mandatory=KINDS, vital=True),
    Column("Reporting Period End Date", mandatory=KINDS, vital=True),
    Column("NHS Number", personal=True),
    Column("LA Person Unique Identifier", mandatory=KINDS, vital=True, personal=True),
    Column("First Name", personal=True),
    Column("Last Name", personal=True),
    Column("GP Practice Name"),
    Column("GP Practice Code"),
    Column("Gender", mandatory=KINDS),
    Column("Ethnicity", mandatory=KINDS),
    Column("Date of Birth", mandatory=KINDS, personal=True),
    Column("Date of Death", personal=True),
    Column("Client Type", mandatory=KINDS, vital=True),
    Column("Primary Support Reason", mandatory=KINDS),
    Column("Postcode", personal=True),
    Column("Accommodation Status"),
    Column("Employment Status"),
    Column("Has Unpaid Carer"),
    Column("Autism Spectrum Disorder (ASD)"),
    Column("Visual Impairment"),
    Column("Hearing Impairment"),
    Column("Dementia"),
    Column("Client Funding Status", mandatory=("service", "review")),
    Column("Event Type", mandatory=KINDS, vital=True),
    Column("Event Reference"),
    Column("Event Start Date", mandatory=KINDS, vital=True),
    Column("Event End Date", mandatory=WORK, vital=True),
    Column("Event Description"),
    Column("Event Outcome", mandatory=WORK, vital=True),
    Column("Request: Route of Access", ("request",), ("request",), vital=True),
    Column("Assessment Type", ("assessment",), ("assessment",), vital=True),
    Column("Eligible Needs Identified", ("assessment",), ("assessment",)),
    Column("Method of Assessment", ("assessment",)),
    Column("Total Hrs Caring per week", WORK),
    Column("No. of adults being cared for", WORK),
    Column("Adult 1 Linked Person_ID", WORK, personal=True),
    Column("Adult 2 Linked Person_ID", WORK, personal=True),
    Column("Adult 3 Linked Person_ID", WORK, personal=True),
    Column("Service Type", ("service",), ("service",), vital=True),
    Column("Service Component", ("service",), ("service",), vital=True),
    Column("Delivery Mechanism", ("service",), ("service",)),
    Column("Provider CQC Location Name", ("service",)),
    Column("Provider CQC Location ID", ("service",)),
    Column("Review Reason", ("review",), ("review",)),
    Column("Review Outcomes Achieved", ("review",), ("review",)),
    Column("Method of Review", ("review",)),
    Column("Unit Cost", ("service",), ("service",), vital=True),
    Column("Cost Frequency (Unit Type)", ("service",), ("service",), vital=True),
    Column("Planned units per week", ("service",), vital=True),
)
NAMES = tuple(column.name for column in COLUMNS)
PLACE = {plain(name): place for place, name in enumerate(NAMES)}
MARKS = ("Event Type", "Reporting Period Start Date")
"""Columns by which a file shows itself as Client Level Data."""


def place_of(name: str) -> int:
    """The place of a column in the specification; raises `KeyError` for one that it does not have."""
    return PLACE[plain(name)]


LA_CODE, PERIOD_START, PERIOD_END = (place_of(name) for name in NAMES[:3])
NHS_NUMBER, PERSON, FIRST_NAME, LAST_NAME = (place_of(name) for name in NAMES[3:7])
BIRTH, DEATH, CLIENT_TYPE = (place_of(name) for name in ("Date of Birth", "Date of Death", "Client Type"))
EVENT_TYPE, REFERENCE, START, END, DESCRIPTION, OUTCOME = (place_of(name) for name in NAMES[24:30])
ROUTE, ASSESSMENT_TYPE, NEEDS = (place_of(name) for name in NAMES[30:33])
SERVICE_TYPE, COMPONENT, DELIVERY = (place_of(name) for name in NAMES[39:42])
REVIEW_REASON, REVIEW_OUTCOMES = (place_of(name) for name in NAMES[44:46])
UNIT_COST, FREQUENCY, UNITS = (place_of(name) for name in NAMES[47:50])


def places(header: Sequence[str]) -> tuple[int | None, ...]:
    """Where a file keeps each column of the specification; None for one that it lacks and need not have.

    Columns that the specification does not know are not read. Raises `UnreadableFile` where a column is
    missing or stands twice.
    """
    found: dict[int, int] = {}
    for at, name in enumerate(header):
        place = PLACE.get(plain(name))
        if place is None:
            continue
        if place in found:
            raise UnreadableFile(
                f"Column {NAMES[place]!r} stands twice in the first row; remove one of them."
            )
        found[place] = at
    missing = [column.name for place, column in enumerate(COLUMNS) if column.vital and place not in found]
    if missing:
        raise UnreadableFile(
            f"Column {missing[0]!r} is missing, without which Client Level Data cannot be read "
            f"({len(missing)} such columns are). Is it the right file? Export it with all its columns."
        )
    return tuple(found.get(place) for place in range(len(COLUMNS)))


def picking(places: Iterable[int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Takes the cells at these places, of which there are at least two, out of a row."""
    pick: Any = itemgetter(*places)
    return cast("Callable[[Sequence[str]], tuple[str, ...]]", pick)
