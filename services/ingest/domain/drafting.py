"""A first mapping for a table, proposed from the names of its columns and what stands in them.

A proposal is to be read by somebody who knows the table: every guess stands beside what it was made from.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.ingest.domain.rows import Noun
from services.ingest.domain.steps import STATUSES as STEP_STATUSES
from services.ingest.domain.steps import StepsMapping, matching
from services.ingest.domain.table import began, dates_of

FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d/%m/%y")
"""Forms of days, tried in order; the American month first is never guessed."""

MOST_SLIPS = 0.6
"""Share of values from which on a column is one of days."""

MOST_VALUES = 15
"""Different values that are listed of a column which has few."""

WORDS: Mapping[Noun, Mapping[str, str]] = {
    "work": {
        "received": r"receiv|referr(al|ed) date|date of (contact|referral)|incoming|opened|start date",
        "started": r"^started|date started|commenced",
        "completed": r"complet|closed|end date|finish",
        "authorised": r"authoris|approved|signed off on",
        "cancelled": r"cancel",
        "allocated": r"allocat.*(date|on)|assigned (date|on)|date (allocated|assigned)",
        "due": r"\bdue\b|target|deadline|planned date|review by",
        "start_by": r"start by",
        "team": r"\bteam\b",
        "worker": r"worker|allocated to|assigned to|assignee|practitioner|owner",
        "kind": r"\btype\b|kind|category",
        "route": r"route|source of (referral|contact)|channel",
        "urgency": r"urgen|priority",
        "outcome": r"outcome|next action|result",
        "status": r"status|state",
        "from_team": r"referring team|from team",
    },
    "package": {
        "started": r"start|from",
        "ended": r"\bend|until|\bto\b",
        "team": r"\bteam\b",
        "setting": r"setting|service type|care type",
        "component": r"component|element",
        "unit_cost": r"cost|price|rate",
        "frequency": r"frequency|per$|paid",
        "units_per_week": r"units|hours",
        "status": r"status",
    },
}
VALUES = "values:                # what the case system writes: what it is called here"
KEY = re.compile(r"\b(id|ref|reference|number|no)\b", re.I)
OF_STEPS = {"status", "allocated", "started", "completed", "cancelled", "worker", "outcome", "from_work"}
FEWEST = 3
"""So many of these fields make a table one of workflow steps."""
STATUSES = {r"cancel|withdrawn": "cancelled", r"complet|clos|end": "completed"}
PERSONAL = re.compile(
    r"\bname|nhs|birth|\bdob\b|post ?code|address|phone|e-?mail|gender|ethnic|religio", re.I
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column with what stands in it, blanks left out."""

    name: str
    values: Sequence[str]

    @property
    def personal(self) -> bool:
        """Whether its name speaks of a person."""
        return PERSONAL.search(self.name) is not None

    @property
    def form(self) -> str | None:
        """The form in which most of its values are days: a slip of the keyboard does not hide it."""
        fitting = {form: sum(_is(one, form) for one in self.values) for form in FORMS}
        best = max(FORMS, key=lambda form: fitting[form])
        return best if fitting[best] > MOST_SLIPS * len(self.values) else None

    @property
    def unique(self) -> bool:
        """Whether no value stands in it twice."""
        return len(self.values) > 1 and len(set(self.values)) == len(self.values)


def draft(columns: Sequence[Column], source: str, noun: Noun) -> str:
    """A mapping as YAML, with a comment beside each guess."""
    named = [column for column in columns if not column.personal]
    key = _key(named)
    found = _fields([column for column in named if column is not key], noun)
    unread = [column for column in named if column is not key and column not in found.values()]
    todo = [] if began(noun) in found else [f"  {began(noun)}: TODO                # needed: when it began"]
    forms = dict.fromkeys(column.form for column in found.values() if column.form)
    lines = [
        "format: table",
        f"source: {source}                # change it to a name for this feed, and keep it for ever",
        *(["noun: package"] if noun == "package" else []),
        f"key: {_quoted(key.name) if key else 'TODO'}                # {_why(key)}",
        "fields:",
        *todo,
        *(f"  {field}: {_quoted(column.name)}{_seen(column)}" for field, column in found.items()),
        *(f"  # not read: {_quoted(column.name)}" for column in unread),
        f"dates: [{', '.join(_quoted(form) for form in forms) or _quoted(FORMS[0])}]",
        *_values(found),
        "coverage: all                # every item there is? else none, or days of a field",
    ]
    return "\n".join([*lines, *_hidden(columns)]) + "\n"


def draft_of_steps(columns: Sequence[Column], usual: StepsMapping, source: str) -> str | None:
    """A mapping for workflow steps, where the columns bear enough of the usual names; else None."""
    by_name = {column.name: column for column in columns if not column.personal}
    key, fields = matching(usual, tuple(by_name))
    steps = [name for name in by_name if "step" in name.casefold()]
    if (
        not key
        or not steps
        or len(fields.keys() & OF_STEPS) < FEWEST
        or not {"received", "kind"} <= fields.keys()
    ):
        return None
    found = {name: by_name[column] for name, (column,) in fields.items()}
    known = {key[0], *(column.name for column in found.values())}
    forms = dict.fromkeys(column.form for column in found.values() if column.form)
    unusual = [
        one
        for one in dict.fromkeys(_statuses(found))
        if one.casefold() not in {*STEP_STATUSES, *usual.leave_out}
    ]
    lines = [
        "format: steps",
        f"source: {source}                # change it to a name for this feed, and keep it for ever",
        f"key: [{_quoted(key[0])}]                # the step's id; one row for each of its next actions",
        "fields:",
        *(f"  {field}: [{_quoted(column.name)}]{_seen(column)}" for field, column in found.items()),
        *(f"  # not read: {_quoted(name)}" for name in by_name if name not in known),
        *_values(found, ("kind", "team", "outcome")),
        *(f"# a status that is taken as open work: {_quoted(one)}" for one in unusual),
        "leave_out: [proposed]                # steps with this status are not work yet",
        f"dates: [{', '.join(_quoted(form) for form in forms) or _quoted(FORMS[0])}]",
        "coverage: all                # every step there is? else none, or days of a field",
        *_hidden(columns),
    ]
    return "\n".join(lines) + "\n"


def _statuses(found: Mapping[str, Column]) -> Sequence[str]:
    return found["status"].values if "status" in found else ()


def _hidden(columns: Sequence[Column]) -> list[str]:
    hidden = [column.name for column in columns if column.personal]
    return [f"# left out, for they speak of people: {', '.join(hidden)}"] if hidden else []


def _key(columns: Sequence[Column]) -> Column | None:
    named = [column for column in columns if KEY.search(column.name) and column.unique]
    alone = [column for column in columns if column.unique and column.form is None]
    return next(iter([*named, *alone]), None)


def _fields(columns: Sequence[Column], noun: Noun) -> dict[str, Column]:
    """Of each field the first column that its words fit and that holds days where the field is a day."""
    days = dates_of(noun)
    found: dict[str, Column] = {}
    for field, words in WORDS[noun].items():
        for column in columns:
            fits = re.search(words, column.name, re.I) and (column.form is not None) == (field in days)
            if fits and column not in found.values():
                found[field] = column
                break
    return found


def _values(
    found: Mapping[str, Column], fields: Sequence[str] = ("team", "kind", "setting", "status")
) -> list[str]:
    """The values that the case system writes, to be given the names that Primed uses."""
    lines: list[str] = []
    for field in fields:
        if field in found:
            counted = Counter(found[field].values).most_common(MOST_VALUES + 1)
            if len(counted) <= MOST_VALUES:
                lines.append(f"  {field}:")
                lines += [f"    {_quoted(value)}: {_quoted(_meant(field, value))}" for value, _ in counted]
    return [VALUES, *lines] if lines else []


def _meant(field: str, value: str) -> str:
    if field == "status":
        return next((status for words, status in STATUSES.items() if re.search(words, value, re.I)), "open")
    return re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")


def _why(key: Column | None) -> str:
    return "no value of it stands twice" if key else "name the column that tells items apart"


def _seen(column: Column) -> str:
    example = next(iter(column.values), "")
    return (
        f"                # e.g. {example[:40]!r}" if example else "                # blank in every row seen"
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _is(text: str, form: str) -> bool:
    try:
        day = dt.datetime.strptime(text.split(" 00:00")[0], form)  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return False
    return 1990 <= day.year <= 2100
