"""The lists of Client Level Data: each value as release 2 words it, and what release 1 calls it.

Where both releases have a value, the words of release 2 go into the events; what only release 1 has keeps its
own. Capitals, spaces and punctuation are not compared. Lists of who a person is (gender, ethnicity, support
reason…) are not held: their values are never used.

Source: CLD specification releases 1 and 2, and the ranking of outcomes in the guidance.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from services.ingest.domain.cld.columns import plain


class Word(NamedTuple):
    """A value of a list: its wording, whether it is one of release 1 alone, its rank (1 counts most)."""

    text: str
    old: bool = False
    rank: int = 31


UNRANKED = 31
_ONLY_OLD = 3
"""The rank of outcomes that release 2 no longer has."""

OUTCOMES = (
    ("Progress to reablement/ST-Max", 1, ()),
    (
        "Progress to assessment, review or reassessment",
        2,
        ("Progress to Assessment", "Progress to Re-assessment / Unplanned Review"),
    ),
    ("Progress to End of Life Care", _ONLY_OLD, ("Progress to End of Life Care",)),
    ("Progress to financial assessment", _ONLY_OLD, ("Progress to financial assessment",)),
    ("Progress to support planning or services", 4, ("Progress to Support Planning / Services",)),
    ("Continuation of support or services", 5, ("No change in package", "Provision of service")),
    ("Admitted to hospital", 6, ()),
    ("NFA: Responsibility moved to another local authority", 7, ("NFA - Moved to another LA",)),
    ("NFA: Referral to NHS services or NHS funded social care", 8, ("NFA - 100% NHS funded care",)),
    (
        "NFA: Self-funded client or under 12wk disregard",
        9,
        ("NFA - Self-funded client (Inc. 12wk disregard)",),
    ),
    (
        "NFA: Information and advice or signposting",
        10,
        ("NFA - Information & Advice / Signposting only",),
    ),
    ("NFA: Referral to other service within the local authority", 11, ()),
    ("NFA: Support declined", 12, ()),
    ("NFA: Deceased", 13, ()),
    ("NFA: Support ended as planned", 14, ("Service ended as planned",)),
    ("NFA: Support ended for other reason", 15, ("NFA - Support ended: Other reason",)),
    ("NFA: No services offered for other reason", 16, ("NFA - No services offered: Other reason",)),
    ("NFA: Other", 17, ()),
)
"""Release 2, its rank, and the values of release 1 that mean the same (none: the same words)."""

_SAME: tuple[str, ...] = ()
LISTS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = MappingProxyType(
    {
        "Event Type": tuple((name, _SAME) for name in ("Request", "Assessment", "Service", "Review")),
        "Client Type": (
            ("Service user", _SAME),
            ("Unpaid carer", ("Carer",)),
            ("Unpaid carer known by association", ("Carer known by association",)),
        ),
        "Request: Route of Access": tuple(
            (name, _SAME)
            for name in (
                "Planned entry (transition)",
                "Discharge from hospital",
                "Diversion from hospital services",
                "Community / Other route",
                "Prison",
                "Self-funder",
                "Discharge from reablement",
                "Transfer from other LA",
            )
        ),
        "Assessment Type": (
            ("Short term assessment", _SAME),
            ("Long term assessment", _SAME),
            ("Financial assessment", ("Financial assessment",)),
        ),
        "Eligible Needs Identified": tuple(
            (name, _SAME)
            for name in ("Eligible needs identified", "Non-eligible needs identified", "No needs identified")
        ),
        "Service Type": (
            ("Long term support: Nursing care", _SAME),
            ("Long term support: Residential care", _SAME),
            ("Long term support: Community", _SAME),
            ("Long term support: Prison", _SAME),
            ("Short term support: ST-Max", _SAME),
            ("Short term support: Ongoing low level", _SAME),
            ("Short term support: Other short term", _SAME),
            ("Unpaid carer support: Direct to unpaid carer", ("Carer Support: Direct to Carer",)),
            (
                "Unpaid carer support: Support involving the person cared-for",
                ("Carer Support: Support involving the person cared-for",),
            ),
        ),
        "Service Component": (
            ("Reablement", _SAME),
            ("Short term nursing care", _SAME),
            ("Short term residential care", _SAME),
            ("Long term nursing care", _SAME),
            ("Long term residential care", _SAME),
            ("Home support or domiciliary care", ("Home Support",)),
            ("Day support", _SAME),
            ("Meals", _SAME),
            ("Transport", _SAME),
            ("Equipment", _SAME),
            ("Direct payment", _SAME),
            ("Shared Lives", _SAME),
            ("Community supported living", _SAME),
            ("Extra care housing", _SAME),
            ("Professional support: Social worker", _SAME),
            ("Professional support: Other", _SAME),
            ("Learning, education or employment support", _SAME),
            ("End of life care", _SAME),
            ("Emergency support", _SAME),
            ("Other short term support", _SAME),
            ("Other long term support", _SAME),
            ("Unpaid carer respite", ("Carer Respite",)),
            ("Unpaid carer sitting service", ("Carer Sitting Service",)),
            ("Unpaid carer universal services", ("Carer Universal Services",)),
            ("Other unpaid carer support", ("Other Carer Support",)),
        ),
        "Delivery Mechanism": tuple(
            (name, _SAME)
            for name in (
                "Direct Payment",
                "CASSR Managed Personal Budget",
                "CASSR Commissioned Support",
                "Self-Funder Metering Only",
            )
        ),
        "Review Reason": tuple(
            (name, _SAME)
            for name in (
                "Planned",
                "Unplanned - Hospital (planned and unplanned episodes)",
                "Unplanned - Carer related",
                "Unplanned - Safeguarding concern",
                "Unplanned - Other reason",
                "Unplanned - Provider failure",
                "Unplanned - Change in commissioning arrangements",
                "Review of short term support",
            )
        ),
        "Review Outcomes Achieved": tuple(
            (name, _SAME) for name in ("Fully met", "Partially met", "Not met")
        ),
        "Cost Frequency (Unit Type)": tuple(
            (name, _SAME)
            for name in (
                "Per session",
                "Hourly",
                "Daily",
                "Weekly",
                "Fortnightly",
                "4-weekly",
                "Monthly",
                "Quarterly",
                "Annually",
                "One-off",
            )
        ),
    }
)
"""Column: the values of release 2, with those of release 1 that are worded otherwise."""

SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "Long term support: Nursing care": "nursing",
        "Long term support: Residential care": "residential",
        "Long term support: Community": "community",
        "Long term support: Prison": "prison",
        "Short term support: ST-Max": "short-term",
        "Short term support: Ongoing low level": "short-term",
        "Short term support: Other short term": "short-term",
        "Unpaid carer support: Direct to unpaid carer": "carer",
        "Unpaid carer support: Support involving the person cared-for": "carer",
    }
)
"""Service Type: the setting of the package."""

_BLANK = Word("")
_MOST = 20_000


class Words(dict[str, Word | None]):
    """The words of one list by what a cell may say; None for what it does not hold."""

    def __init__(self, known: Mapping[str, Word]) -> None:
        super().__init__({"": _BLANK})
        self.known = known

    def __missing__(self, text: str) -> Word | None:
        if len(self) > _MOST:
            self.clear()
            self[""] = _BLANK
        found = self[text] = self.known.get(plain(text)) if text.strip() else _BLANK
        return found


def words(local: Mapping[str, Mapping[str, str]], *, old: bool = True) -> dict[str, Words]:
    """The list of each column; `local` adds what a council's system says instead, by column.

    `old`: the words of release 1 alone are marked as such.
    """
    found = {column: {word.text: word for word in _of(column)} for column in (*LISTS, "Event Outcome")}
    lists: dict[str, Words] = {}
    for column, by_text in found.items():
        known = {plain(text): word for text, word in by_text.items()}
        known |= _old(column, by_text, old)
        for text, meant in local.get(column, {}).items():
            known[plain(text)] = known[plain(meant)]
        lists[column] = Words(known)
    return lists


def _of(column: str) -> list[Word]:
    if column == "Event Outcome":
        return [Word(text, rank=rank) for text, rank, _ in OUTCOMES]
    return [Word(text) for text, _ in LISTS[column]]


def _old(column: str, by_text: Mapping[str, Word], mark: bool) -> dict[str, Word]:
    pairs = [(text, old) for text, _, old in OUTCOMES] if column == "Event Outcome" else LISTS[column]
    return {plain(said): by_text[text]._replace(old=mark) for text, old in pairs for said in old}
