"""A report on a page of its own: what is read for it and how it becomes a finding, a drawing and a table."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from services.dashboard.domain import (
    money_tables,
    questions,
    reported,
    sheets,
    spans,
    team_tables,
    words,
    work_tables,
)
from services.dashboard.domain.answers import Meta, Report
from services.dashboard.domain.refusals import Away, Refused
from services.dashboard.domain.reporting import ABOUT, About, Told
from services.dashboard.domain.sheets import Sheet
from services.dashboard.domain.spans import Choice
from services.dashboard.domain.work_tables import Names
from services.dashboard.flow import Asked, maybe


@dataclass(frozen=True)
class Way:
    """One way to lay the report out: its words, what the address has to say, whether it is the one shown."""

    label: str
    params: Mapping[str, str]
    now: bool


@dataclass(frozen=True)
class ReportPage:
    """A report with the ways to cut it and the days to choose from."""

    name: str
    about: About
    told: Told
    sheet: Sheet
    by: str
    days: str
    cuts: list[Way]
    choices: list[Choice]
    directions: list[Way]
    more: tuple[Sheet, ...] | Away
    notes: list[str]
    file: Mapping[str, str]
    shared: bool


@dataclass(frozen=True)
class _Read:
    answer: Meta
    told: Told
    first: str = ""
    last: str = ""


async def report(asked: Asked) -> ReportPage:
    """The report that the page's address names."""
    name = asked.options["report"]
    about = ABOUT[name]
    given = _given(asked, name)
    read, more = await asyncio.gather(_READERS[name](asked, given), _more(asked, name, given))
    shared = asked.shared
    return ReportPage(
        name=name,
        about=about,
        told=read.told,
        sheet=sheets.masked(read.told.sheet, sheets.LEAST) if shared else read.told.sheet,
        by=given.get("by", ""),
        days=spans.spoken(read.first, read.last, asked.when.today),
        cuts=_cuts(about, given, shared),
        choices=spans.choices(asked.options, asked.when.today) if about.spans else [],
        directions=_directions(name, given),
        more=more
        if isinstance(more, Away)
        else tuple(sheets.masked(one, sheets.LEAST) if shared else one for one in more),
        notes=notes(read.answer, asked),
        file=given,
        shared=shared,
    )


def _given(asked: Asked, name: str) -> dict[str, str]:
    """What metrics is asked, so that a file asked with the same holds the same."""
    about, option = ABOUT[name], asked.options
    given = {"by": _one_of([by for by, _ in about.cuts], option.get("by"), "laid out")} if about.cuts else {}
    if about.spans:
        given["from"], given["to"] = spans.chosen(option, asked.when.today)
    else:
        given.update({key: option[key] for key in ("from", "to") if option.get(key)})
    if name in ("waits", "spend") and given["by"] != "month":
        given["per"] = "period"
    if name == "interfaces":
        given["direction"] = _one_of(["sent", "received"], option.get("direction"), "told by direction")
    return given


def _one_of(known: list[str], asked: str | None, what: str) -> str:
    """The one asked for, the first without one; refuses what is none of them, with those that there are."""
    if asked and asked not in known:
        raise Refused(f"This report cannot be {what} so ({asked}). Choose one of {words.listed(known)}.")
    return asked or known[0]


def _cuts(about: About, given: Mapping[str, str], shared: bool) -> list[Way]:
    """The ways to lay it out; not by worker where nobody is to be named."""
    kept = [(by, label) for by, label in about.cuts if not (shared and by == "worker")]
    return [Way(label, {"by": by}, by == given.get("by")) for by, label in kept]


def _directions(name: str, given: Mapping[str, str]) -> list[Way]:
    if name != "interfaces":
        return []
    now = given.get("direction", "sent")
    both = (("sent", "Passed on from here"), ("received", "Received here"))
    return [Way(label, {"direction": key}, key == now) for key, label in both]


def notes(answer: Meta, asked: Asked) -> list[str]:
    """What has to be known before figures are leaned on: silent feeds, days that are not complete."""
    said = []
    if answer.stale_feeds:
        many = "has" if len(answer.stale_feeds) == 1 else "have"
        named = words.listed(list(answer.stale_feeds))
        said.append(f"{named} {many} been silent for too long: newer work may be missing here.")
    if answer.complete_from:
        day = words.day(answer.complete_from, asked.when.today)
        said.append(f"Figures of days before {day} are not complete here.")
    return said


def names_of(asked: Asked) -> Names:
    """How units, people and work are named and reached on the page's day."""
    day = f"&as_at={asked.when.as_at.isoformat()}" if asked.when.as_at else ""
    return Names(
        unit=asked.tree.name,
        person=asked.names,
        work_of=lambda worker: f"/units/{asked.unit}/work?{urlencode({'worker': worker})}{day}",
        item=lambda subject: f"/items?{urlencode({'subject': subject})}",
        today=asked.when.today,
        explain=asked.explain,
    )


async def _workload(asked: Asked, given: Mapping[str, str]) -> _Read:
    found = await asked.reader.read(questions.told("workload", Report, asked.unit, asked.when, given))
    return _Read(found, team_tables.workload(found, names_of(asked)))


async def _completed(asked: Asked, given: Mapping[str, str]) -> _Read:
    found = await asked.reader.read(questions.told("completed", Report, asked.unit, asked.when, given))
    return _Read(found, team_tables.completed(found, names_of(asked)))


async def _outcomes(asked: Asked, given: Mapping[str, str]) -> _Read:
    found = await asked.reader.read(questions.told("outcomes", Report, asked.unit, asked.when, given))
    return _Read(found, team_tables.outcomes(found), found.first, found.last)


async def _ages(asked: Asked, given: Mapping[str, str]) -> _Read:
    found = await asked.reader.read(questions.told("ages", reported.Ages, asked.unit, asked.when, given))
    return _Read(found, work_tables.ages(found, names_of(asked)))


async def _waits(asked: Asked, given: Mapping[str, str]) -> _Read:
    found = await asked.reader.read(questions.told("waits", reported.Waits, asked.unit, asked.when, given))
    return _Read(found, work_tables.waits(found, names_of(asked)), found.first, found.last)


async def _interfaces(asked: Asked, given: Mapping[str, str]) -> _Read:
    question = questions.told("interfaces", reported.Interfaces, asked.unit, asked.when, given)
    found = await asked.reader.read(question)
    return _Read(found, work_tables.interfaces(found, names_of(asked)), found.first, found.last)


async def _leavers(asked: Asked, given: Mapping[str, str]) -> _Read:
    question = questions.told("leavers", reported.Leavers, asked.unit, asked.when, given)
    found = await asked.reader.read(question)
    return _Read(found, work_tables.leavers(found, names_of(asked)))


async def spend(asked: Asked, given: Mapping[str, str]) -> _Read:
    """The spend bridge; each amount of a month leads to what it is made of."""
    found = await asked.reader.read(questions.told("spend", reported.Spend, asked.unit, asked.when, given))
    told = money_tables.spend(found, asked.tree.name, asked.explain, asked.when.today)
    return _Read(found, told, found.first, found.last)


async def _more(asked: Asked, name: str, given: Mapping[str, str]) -> tuple[Sheet, ...] | Away:
    """Beside the bridge: who decided the change, or why that cannot be said."""
    if name != "spend":
        return ()
    days = {"unit": asked.unit, "from": given["from"], "to": given["to"]}
    try:
        found = await maybe(asked, questions.effects(asked.when, days))
    except Refused as refused:
        found = Away("metrics", str(refused), answered=True)
    return found if isinstance(found, Away) else money_tables.decided(found, asked.tree.name)


_READERS: Mapping[str, Callable[[Asked, Mapping[str, str]], Awaitable[_Read]]] = {
    "workload": _workload,
    "completed": _completed,
    "outcomes": _outcomes,
    "ages": _ages,
    "waits": _waits,
    "interfaces": _interfaces,
    "leavers": _leavers,
    "spend": spend,
}
