"""Imports as pages show them: what ingest answers, what is asked of it, and words for how a file fares."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from msgspec import Struct

from services.dashboard.domain import words
from services.dashboard.domain.questions import Question

OVER = ("done", "failed", "cancelled")
FORMATS = (
    ("table", "A table: one row for each piece of work or package"),
    ("steps", "Workflow steps, with who did what when"),
    ("cld", "Client Level Data, the statutory return"),
    ("xes", "An event log in XES"),
    ("organisation", "The council’s own teams and staff"),
    ("cloudevents", "Events, one on each line"),
)


class Covers(Struct, frozen=True, kw_only=True):
    """Which items a file would hold if they existed; all of them without a field."""

    field: str | None = None
    first: str | None = None
    last: str | None = None


class Import(Struct, frozen=True, kw_only=True):
    """One file on its way into the log."""

    id: str
    name: str
    format: str
    state: str
    created_at: str
    mapping: str | None = None
    as_of: str | None = None
    coverage: Covers | None = None
    covers: Covers | None = None
    stage: str | None = None
    stage_share: float | None = None
    rows_read: int = 0
    accepted: int = 0
    unchanged: int = 0
    refused: int = 0
    withdrawn: int = 0
    placed: int = 0
    events: int = 0
    share: float = 0.0
    rate: float | None = None
    seconds_left: float | None = None
    older_than: str | None = None
    note: str | None = None
    error: str | None = None
    packed_bytes: int = 0
    sent_by: str = ""
    ended_at: str | None = None

    @property
    def done(self) -> float:
        """How much of what it does now is done, from 0 to 1."""
        return self.share if self.stage_share is None else self.stage_share

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in OVER


class Imports(Struct, frozen=True, kw_only=True):
    """A page of imports, newest first."""

    imports: tuple[Import, ...] = ()
    next_cursor: str | None = None


class Mapped(Struct, frozen=True, kw_only=True):
    """A mapping that may be chosen."""

    name: str
    title: str = ""
    format: str = ""
    source: str = ""
    version: int = 0
    shipped: bool = False


class Mappings(Struct, frozen=True, kw_only=True):
    """The mappings of a council."""

    mappings: tuple[Mapped, ...] = ()


def listed(cursor: str = "") -> Question[Imports]:
    """The imports after a cursor."""
    asked = (("limit", "25"), *((("cursor", cursor),) if cursor else ()))
    return Question("ingest", "/v1/imports", Imports, asked)


def one(name: str) -> Question[Import]:
    """One import."""
    return Question("ingest", f"/v1/imports/{name}", Import)


def mappings() -> Question[Mappings]:
    """What a file may be read by."""
    return Question("ingest", "/v1/mappings", Mappings)


def title(job: Import) -> str:
    """What became of it, as one would say it aloud."""
    if not job.over:
        return _under_way(job)
    match job.state:
        case "failed":
            return f"{job.name} could not be read to its end"
        case "cancelled":
            return f"{job.name} was cancelled after {words.plural(job.rows_read, 'row')}"
    if job.refused:
        were = "was" if job.refused == 1 else "were"
        return f"{job.name} is in, but {words.plural(job.refused, 'row')} {were} refused"
    if not job.events:
        return f"{job.name} is in and says nothing new"
    return f"{job.name} is in, every row of it"


def _under_way(job: Import) -> str:
    match job.state:
        case "uploading":
            return f"{job.name} is still being sent"
        case "queued":
            return f"{job.name} waits for its turn"
    if job.stage == "preparing":
        return f"{job.name} is being read through before its first row is taken"
    return f"{job.name} is on its way: {job.share:.0%} is in"


def detail(job: Import) -> str:
    """The sentence below: rows, and what of them was news."""
    said = [f"{words.plural(job.rows_read, 'row')} read", f"{words.number(job.accepted)} taken"]
    if job.coverage is not None or job.unchanged:
        said.append(f"{words.number(job.unchanged)} say nothing new")
    beside = job.rows_read - job.accepted - job.refused
    if job.over and beside > 0:
        said.append(f"{words.number(beside)} add to others or are left out")
    if job.withdrawn:
        said.append(f"{words.plural(job.withdrawn, 'item')} gone and withdrawn")
    if not job.over and job.rate:
        said.append(f"{words.number(round(job.rate))} rows a second")
    if job.seconds_left is not None:
        said.append(f"about {span(job.seconds_left)} left")
    return ", ".join(said) + "."


STATES = {"done": "In", "failed": "Not read to its end", "cancelled": "Stopped"}
"""How an import ended, in a word or two."""
AGAIN = "What is in already changes nothing when it is sent again."


def next_steps(job: Import) -> list[str]:
    """What whoever sent the file does now; nothing while it goes on by itself."""
    match job.state:
        case "uploading":
            return ["Where sending broke off, send it on from there with primed import, or stop it."]
        case "failed":
            return ["Mend what is said above, in the file or in its mapping, and send it anew.", AGAIN]
        case "cancelled":
            return ["Send it anew to have the rest.", AGAIN]
        case "done" if job.refused:
            return [
                "Download the refused rows: each says its column, what is wrong and what to do.",
                "Correct them in the case system, or the mapping where it reads them wrongly.",
                f"Export and send the file anew. {AGAIN}",
            ]
    return []


def span(seconds: float) -> str:
    """A length of time as one says it."""
    if seconds < 90:
        return words.plural(max(round(seconds), 1), "second")
    minutes = round(seconds / 60)
    return words.plural(minutes, "minute") if minutes < 90 else f"{seconds / 3600:.1f} hours"


def covers(job: Import, today: dt.date) -> str:
    """What is withdrawn if it is not in the file."""
    covered = job.covers or job.coverage
    if covered is None:
        return "The file does not say what is gone, so nothing was withdrawn."
    if covered.field is None:
        return "All that the source has: what is not in the file is gone."
    if covered.field == "reporting-period":
        return "The days that its rows report on: what is not in the file of those is gone."
    first, last = (words.day(day, today) if day else "" for day in (covered.first, covered.last))
    days = f"from {first} to {last}" if first and last else f"from {first}" if first else f"up to {last}"
    return f"Items whose {words.coded(covered.field).lower()} date lies {days}."


@dataclass(frozen=True)
class Sending:
    """What the form says of a file, ready to be asked of ingest; or what is wrong with it."""

    params: Mapping[str, str]
    errors: tuple[str, ...] = ()


def sending(fields: Mapping[str, str], name: str) -> Sending:
    """Read the form; days and times are London's."""
    params = {"name": fields.get("name") or name, "format": fields.get("format", "")}
    params["mapping"] = fields.get("mapping", "")
    errors = [] if name else ["Choose the file to import"]
    if fields.get("as_of"):
        moment = _moment(fields["as_of"])
        params["as_of"] = moment or ""
        if moment is None:
            errors.append("Say when the export was made as a day and a time, such as 2026-11-22 18:00")
    covered = fields.get("covers", "")
    if covered == "dates":
        first, last = fields.get("from", ""), fields.get("to", "")
        if not fields.get("field") or not (first or last):
            errors.append("Say which date decides what the file holds, and at least one of the two days")
        if any(day and words.date_of(day) is None for day in (first, last)):
            errors.append("The days that the file covers must be days, such as 2026-04-01")
        covered = f"{fields.get('field', '')}:{first}..{last}"
    params["coverage"] = covered
    return Sending({key: value for key, value in params.items() if value}, tuple(errors))


def _moment(text: str) -> str | None:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=words.LONDON)).isoformat()
