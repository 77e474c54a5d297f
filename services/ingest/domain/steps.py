"""A mapping for workflow steps, as case systems export them: one row a step, as it stands at the export.

    format: steps
    source: casesystem/steps
    key: [STEP_ID, WORKFLOW_STEP_ID]     # names by which the column may go; the first that the file has
    fields:
      received: [INCOMING_ON]
      allocated: [ASSIGNMENT_DATETIME]
      outcome: [NEXT_STEP_TYPE]          # the next action chosen
      from_work: [SOURCE_STEP_ID]        # the step that led here
    values:
      kind: {Adult assessment: assessment}
    leave_out: [proposed]                # steps with this status are not work yet
    coverage: all

Names match whatever their case, blanks and underscores. A step with several next actions has several rows,
one after the other; the outcome listed first under `values` counts. Where links and assignments are tables of
their own, they come with the steps in one .zip or workbook:

    steps: steps                         # the file (without its ending) or the sheet of each
    links: {in: links, from: [SOURCE_STEP_ID], to: [TARGET_STEP_ID]}
    assignments: {in: held, step: [STEP_ID], worker: [WORKER_ID], since: [ASSIGNED_ON], until: [ENDED_ON]}
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from services.ingest.domain.rows import Check, Noun, UnreadableFile
from services.ingest.domain.shown import Item
from services.ingest.domain.table import Column, Columns, Said, Skip, TableMapping, dates_of, faults, several

STATUSES: Mapping[str, str] = {
    "incoming": "open",
    "started": "open",
    "reopened": "open",
    "completed": "completed",
    "cancelled": "cancelled",
}
"""What the usual words for a step's status mean; any other word that is not left out is ongoing work."""

LINKS = ("outcome", "from_work", "from_team")
"""Fields in which the rows of one step may differ: it may have several next actions and sources."""

MOST_NAMED = 12


NEXT, SOURCE, SOURCE_TEAM = "type of the next step", "source step", "team of the source step"
ASSIGNEE, ASSIGNED = "worker of the last assignment", "day of the last assignment"
"""Columns that a join of several tables adds to that of the steps."""
FOUND = {
    NEXT: "outcome",
    SOURCE: "from_work",
    SOURCE_TEAM: "from_team",
    ASSIGNEE: "worker",
    ASSIGNED: "allocated",
}


class Links(
    Struct, frozen=True, forbid_unknown_fields=True, rename={"table": "in", "source": "from", "target": "to"}
):
    """A table of links: from the step that led to another, to that one."""

    table: Column
    source: Columns
    target: Columns


class Assignments(Struct, frozen=True, forbid_unknown_fields=True, rename={"table": "in"}):
    """A table of assignments: of those of a step that have not ended, the last counts."""

    table: Column
    step: Columns
    worker: Columns
    since: Columns
    until: Columns | None = None


class StepsMapping(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How an export of workflow steps becomes the rows of work items."""

    format: Literal["steps"]
    source: Annotated[str, Meta(min_length=1, max_length=200)]
    key: Columns
    fields: dict[str, Columns]
    title: Annotated[str, Meta(max_length=200)] = ""
    zone: Annotated[str, Meta(max_length=60)] = "Europe/London"
    constants: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    steps: Column = "steps"
    links: Links | None = None
    assignments: Assignments | None = None
    leave_out: tuple[str, ...] = ("proposed",)
    blanks: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    dates: tuple[str, ...] = ("%Y-%m-%d", "%d/%m/%Y")
    coverage: Said | None = None
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    encoding: str | None = None
    sheet: str | None = None

    @property
    def noun(self) -> Noun:
        """A step is work."""
        return "work"

    @property
    def days(self) -> tuple[str, ...]:
        """The fields by whose dates a coverage may be told."""
        return tuple(name for name in dates_of("work") if name in self.fields)

    @property
    def key_column(self) -> str:
        """The column to look at where a step is shown in two ways."""
        return several(self.key)[0]


def wrong_with(mapping: StepsMapping) -> str | None:
    """What is wrong with a mapping beyond its form; None where nothing is."""
    statuses = sorted(set(mapping.values.get("status", {}).values()) - {"open", "completed", "cancelled"})
    if statuses:
        return f"values: status {statuses[0]!r} is not known; write open, completed or cancelled."
    every = {name: several(columns) for name, columns in mapping.fields.items()}
    return faults(_table(mapping, several(mapping.key)[:1], every))


def as_table(mapping: StepsMapping, header: Sequence[str]) -> TableMapping:
    """The mapping of a table with just these columns; raises `UnreadableFile` where one is missing."""
    key, fields = matching(mapping, header)
    fields.update({name: (column,) for column, name in FOUND.items() if column in header})
    if not key:
        raise _missing("step id", mapping.key, header)
    for name in ("received", "kind"):
        if name not in fields and name not in mapping.constants:
            raise _missing(name, mapping.fields.get(name, ()), header)
    return _table(mapping, key, fields)


def matching(
    mapping: StepsMapping, header: Sequence[str]
) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """The columns of a file that are the key and the fields, by the names that they may go by."""

    def found(columns: Columns) -> tuple[str, ...]:
        name = column_of(columns, header)
        return () if name is None else (name,)

    fields = {name: column for name, columns in mapping.fields.items() if (column := found(columns))}
    return found(mapping.key), fields


def column_of(columns: Columns, header: Sequence[str]) -> str | None:
    """The column of a file that goes by one of these names, the first of them that there is."""
    there = {_letters(name): name for name in reversed(header)}
    return next((there[name] for name in map(_letters, several(columns)) if name in there), None)


def _table(mapping: StepsMapping, key: Columns, fields: dict[str, tuple[str, ...]]) -> TableMapping:
    left_out = tuple(Skip(column, mapping.leave_out) for column in fields.get("status", ()))
    return TableMapping(
        format="table",
        source=mapping.source,
        key=key,
        fields=dict(fields),
        title=mapping.title,
        zone=mapping.zone,
        constants=mapping.constants,
        values={**mapping.values, "status": {**STATUSES, **mapping.values.get("status", {})}},
        blanks=mapping.blanks,
        personal=mapping.personal,
        dates=mapping.dates,
        skip=left_out,
        coverage=mapping.coverage,
        delimiter=mapping.delimiter,
        encoding=mapping.encoding,
        sheet=mapping.sheet,
    )


def as_work(item: Item, source: str) -> Item:
    """A row's item with what holds for steps.

    Ongoing is whatever is not left out, completed or cancelled; a date of completion or of cancellation
    counts only with that status; an assignment without a worker is to the team and says nothing new.
    """
    data = item.data
    if "status" in data and data["status"] not in ("completed", "cancelled"):
        data["status"] = "open"
    for ended in ("completed", "cancelled"):
        if data.get("status", ended) != ended:
            data.pop(ended, None)
        elif "status" in data and ended not in data:
            item.checks = [one for one in item.checks if one.field != ended]
            item.checks.append(Check(ended, "missing"))
    if "worker" not in data:
        data.pop("allocated", None)
    if "from_work" in data:
        data["from_work"] = f"{source}/{data['from_work']}"
    return item


class Joining:
    """Joins the rows of one step, which differ only in their links."""

    def __init__(self, mapping: StepsMapping) -> None:
        listed = dict.fromkeys(mapping.values.get("outcome", {}).values())
        self._rank = {outcome: rank for rank, outcome in enumerate(listed)}

    def joins(self, held: Item, item: Item) -> bool:
        """Whether the second row is of the same step; the first then holds what both say."""
        if held.key != item.key or held.wrong or item.wrong or _without_links(held) != _without_links(item):
            return False
        held.number = item.number
        for name in LINKS:
            given = [data[name] for data in (held.data, item.data) if name in data]
            if given:
                held.data[name] = min(given, key=self._order)
        return True

    def _order(self, value: str) -> tuple[int, str]:
        return self._rank.get(value, len(self._rank)), value


def _without_links(item: Item) -> dict[str, object]:
    return {name: value for name, value in item.data.items() if name not in LINKS}


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _missing(what: str, columns: Columns, header: Sequence[str]) -> UnreadableFile:
    seen = ", ".join(repr(name) for name in header[:MOST_NAMED])
    looked = " or ".join(several(columns)) or "nothing, for the mapping names none"
    return UnreadableFile(
        f"The column of {what} is missing: the mapping looks for {looked}. The first row has {seen}. Is it "
        "the right file, and is the delimiter right? Else add the column's name to the mapping."
    )
