"""The council's year as its national return (Client Level Data): requests, assessments, reviews, services.

The return knows completed work and the packages that ran; it names no team, so the description of each event
says it and the mapping that is written beside reads it off. Some events stand twice, as in any real return.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from primed.simulate.exporting import events, somebody
from primed.simulate.exporting.council import Council, Written
from primed.simulate.exporting.spells import Spell, Spells
from primed.simulate.exporting.standing import Books, Standing, export_path
from primed.simulate.exporting.tables import load, write_csv
from primed.simulate.town import TEAM
from services.ingest.domain.cld.columns import NAMES
from services.ingest.domain.cld.wording import LISTS, OUTCOMES

LA_CODE = "E10000099"
SOURCE = "demo/cld"
TWICE = 0.012
"""The share of events that stand twice, the other time as they were thought to be."""

EVENT_TYPES = {"contact": "Request", "referral": "Request", "assessment": "Assessment", "review": "Review"}
_CONTINUED, _PLANNED = "Continuation of support or services", "Progress to support planning or services"
ENDS = {
    "information-and-advice": "NFA: Information and advice or signposting",
    "signposted": "NFA: Information and advice or signposting",
    "progress-to-assessment": "Progress to assessment, review or reassessment",
    "progress-to-reablement": "Progress to reablement/ST-Max",
    "safeguarding-concern": "NFA: Referral to other service within the local authority",
    "no-services-offered": "NFA: No services offered for other reason",
    "support-declined": "NFA: Support declined",
    "short-term-support": "Progress to reablement/ST-Max",
    "care-at-home": _PLANNED,
    "residential-or-nursing": _PLANNED,
    "no-change": _CONTINUED,
    "care-reduced": _CONTINUED,
    "care-increased": _CONTINUED,
    "support-ended": "NFA: Support ended as planned",
}
REASONS = {
    "planned": "Planned",
    "unplanned-hospital": "Unplanned - Hospital (planned and unplanned episodes)",
    "unplanned-carer": "Unplanned - Carer related",
}
SERVICES = {
    ("nursing", "nursing-home"): ("Long term support: Nursing care", "Long term nursing care"),
    ("residential", "care-home"): ("Long term support: Residential care", "Long term residential care"),
    ("community", "home-care"): ("Long term support: Community", "Home support or domiciliary care"),
    ("community", "day-care"): ("Long term support: Community", "Day support"),
    ("community", "direct-payment"): ("Long term support: Community", "Direct payment"),
    ("short-term", "reablement"): ("Short term support: ST-Max", "Reablement"),
    ("equipment", "adaptation"): ("Short term support: Ongoing low level", "Equipment"),
    ("carer", "short-break"): ("Unpaid carer support: Direct to unpaid carer", "Unpaid carer respite"),
}
"""Setting and component: what the return calls them."""


def write(council: Council, folder: Path) -> Sequence[Written]:
    """`cld.csv` in the words of release 2, with its mapping, and the organisation as events."""
    return _written(council, folder, mixed=False)


def write_mixed(council: Council, folder: Path) -> Sequence[Written]:
    """The same with half of the rows in the words of release 1."""
    return _written(council, folder, mixed=True)


def _written(council: Council, folder: Path, *, mixed: bool) -> Sequence[Written]:
    written = [events.write_organisation(council, folder)]
    mapping = folder / "cld.yaml"
    mapping.write_text(yaml.safe_dump(_mapping(), sort_keys=False, width=110), "utf-8")
    books, spells = Books(), Spells()
    for day, said in council.days():
        books.hear(said)
        spells.hear(said)
        if council.exported(day):
            path = export_path(council, folder, "cld", day)
            rows = _Return(council, day, mixed).rows(books.work, spells.found)
            written.append(Written(path, write_csv(path, NAMES, rows), load(path, mapping, day)))
    return written


class _Return:
    """The rows of one return, taken at the end of a day."""

    def __init__(self, council: Council, day: dt.date, mixed: bool) -> None:
        self._council, self._day, self._mixed = council, day, mixed
        first, last = (one.strftime("%d/%m/%Y") for one in (council.began, day))
        self._period = {
            "LA Code": LA_CODE,
            "Reporting Period Start Date": first,
            "Reporting Period End Date": last,
        }

    def rows(self, work: Mapping[str, Standing], spells: Sequence[Spell]) -> Iterator[Sequence[str]]:
        """Completed work, then packages; each in the order in which it came up."""
        for key, item in work.items():
            if item["status"] == "completed" and item["kind"] in EVENT_TYPES:
                person = _root(work, key)
                yield from self._told(f"work-{key}", _of_work(item), person, {"Event Outcome": "NFA: Other"})
        for spell in spells:
            decided = spell.decided_in.rpartition("/")[2]
            person = _root(work, decided) if decided else spell.package
            name = f"{spell.package}-{spell.number}"
            # An earlier return had thought that the service would end.
            earlier = {"Event End Date": _day(spell.started)}
            yield from self._told(name, _of_spell(spell), person, earlier)

    def _told(
        self, name: str, event: dict[str, str], person: str, earlier: dict[str, str]
    ) -> Iterator[Sequence[str]]:
        chance = random.Random(f"{self._council.seed}-return-{name}")
        row = self._period | somebody.cells(self._council.seed, person) | event
        if self._mixed and chance.random() < 0.5:
            row = {column: _OLD.get((column, value), value) for column, value in row.items()}
        if chance.random() < TWICE:
            yield [(row | earlier).get(column, "") for column in NAMES]
        yield [row.get(column, "") for column in NAMES]


def _root(work: Mapping[str, Standing], key: str) -> str:
    """The piece of work with which somebody first came: it tells people apart."""
    while (came := work[key].get("from_work")) and came.rpartition("/")[2] in work:
        key = came.rpartition("/")[2]
    return key


def _of_work(item: Standing) -> dict[str, str]:
    kind = EVENT_TYPES[item["kind"]]
    event = {
        "Event Type": kind,
        "Event Reference": f"W{item['key']}",
        "Event Start Date": _day(dt.date.fromisoformat(item["received"])),
        "Event End Date": _day(dt.date.fromisoformat(item["completed"])),
        "Event Description": _described(item["kind"], item["team"]),
        "Event Outcome": ENDS[item["outcome"]],
    }
    route = item.get("route", "")
    match kind:
        case "Request":
            hospital = route == "hospital-discharge"
            event["Request: Route of Access"] = (
                "Discharge from hospital" if hospital else "Community / Other route"
            )
        case "Assessment":
            met = event["Event Outcome"].startswith("NFA")
            needs = "No needs identified" if met else "Eligible needs identified"
            event |= {"Assessment Type": "Long term assessment", "Eligible Needs Identified": needs}
        case "Review":
            event["Review Reason"] = REASONS.get(route, "Unplanned - Other reason")
            event |= {"Review Outcomes Achieved": "Fully met", "Method of Review": "Face to face"}
    return event


def _of_spell(spell: Spell) -> dict[str, str]:
    said = spell.fields
    kind, component = SERVICES[said["setting"], said["component"]]
    once = said["frequency"] == "one-off"
    ended = spell.started if once else spell.ended
    return {
        "Event Type": "Service",
        "Event Reference": f"{spell.package.upper()}-{spell.number}",
        "Event Start Date": _day(spell.started),
        "Event End Date": "" if ended is None else _day(ended),
        "Event Description": _described("package", said["team"]),
        "Event Outcome": "" if ended is None else "NFA: Support ended for other reason",
        "Service Type": kind,
        "Service Component": component,
        "Delivery Mechanism": "CASSR Managed Personal Budget",
        "Unit Cost": f"{said['unit_cost'] // 100}.{said['unit_cost'] % 100:02}",
        "Cost Frequency (Unit Type)": said["frequency"].replace("-", " ").capitalize()
        if said["frequency"] not in ("4-weekly", "one-off")
        else said["frequency"].capitalize(),
        "Planned units per week": said.get("units_per_week", ""),
    }


def _described(what: str, team: str) -> str:
    return f"{TEAM[team].name}: {what}"


def _day(day: dt.date) -> str:
    return day.strftime("%d/%m/%Y")


def _mapping() -> dict[str, object]:
    """Rules that read team and kind off the descriptions, and the setting that equipment is of."""
    kinds = ("contact", "referral", "assessment", "review", "package")
    teams = [
        {"when": {"Event Description": [_described(kind, team) for kind in kinds]}, "team": team}
        for team in TEAM
    ]
    referrals = [_described("referral", team) for team in TEAM]
    return {
        "format": "cld",
        "title": "The simulated council's return",
        "source": SOURCE,
        "coverage": "reporting-period",
        "rules": [
            *teams,
            {"when": {"Event Description": referrals}, "kind": "referral"},
            {"when": {"Service Component": "Equipment"}, "setting": "equipment"},
        ],
    }


_OLD = {("Event Outcome", text): old[0] for text, _, old in OUTCOMES if old} | {
    (column, text): old[0] for column, values in LISTS.items() for text, old in values if old
}
"""Column and words of release 2: what release 1 says, where it says it otherwise."""
