"""A file of Client Level Data of any size, made quickly: believable widths and mix, about nobody."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from pathlib import Path

from services.ingest.domain.cld.columns import NAMES

SEED = 20260401
AT_ONCE = 5_000
FIRST, LAST = dt.date(2025, 4, 1), dt.date(2026, 3, 31)
DAYS = [(FIRST + dt.timedelta(number)).strftime("%d/%m/%Y") for number in range(-400, 365)]
MIX = (("Request", 42), ("Assessment", 14), ("Service", 34), ("Review", 10))
REQUEST_ENDS = (
    "NFA: Information and advice or signposting",
    '"Progress to assessment, review or reassessment"',
    "Progress to Support Planning / Services",
    "NFA - Information & Advice / Signposting only",
)
ROUTES = ("Community / Other route", "Discharge from Hospital", "Planned Entry (Transition)")
SERVICES = (
    ("Long term support: Community", "Home support or domiciliary care", "Hourly", (1850, 2600), 14),
    ("Long Term Support: Residential Care", "Long Term Residential Care", "Weekly", (78000, 120000), 1),
    ("Long term support: Nursing care", "Long term nursing care", "4-weekly", (360000, 520000), 1),
    ("Short term support: ST-Max", "Reablement", "Hourly", (2200, 2800), 7),
)


def write(path: Path, rows: int, *, twice: float = 0.01, seed: int = SEED) -> None:
    """Write a file with a header and so many rows, of which a share of `twice` tells of an event again."""
    chance = random.Random(seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(NAMES) + "\r\n")
        for some in _pieces(rows, twice, chance):
            file.write("\r\n".join(some) + "\r\n")


def _pieces(rows: int, twice: float, chance: random.Random) -> Iterator[list[str]]:
    kinds = [_MAKERS[name] for name, share in MIX for _ in range(share)]
    for start in range(0, rows, AT_ONCE):
        some = [
            _person(chance, number) + chance.choice(kinds)(chance, number)
            for number in range(start, min(start + AT_ONCE, rows))
        ]
        for again in range(int(len(some) * twice)):
            some[-1 - again] = some[again]
        yield some


def _person(chance: random.Random, number: int) -> str:
    """The first columns: whose event it is, about five for each person."""
    who = int(chance.random() * (number // 5 + 1))
    born = f"{1 + who % 28:02}/{1 + who % 12:02}/{1925 + who % 80}"
    return (
        f"E10000099,01/04/2025,31/03/2026,{9000000000 + who},P{who:07},Given{who},Family{who},High Street,"
        f"Y{who % 90000:05},Female,White: British,{born},,Service user,Physical support: Personal care,"
        f"ZZ{who % 90} {who % 9}ZZ,Owner occupier or shared ownership scheme,Retired,No,No,No,No,No,"
        "Solely funded by the local authority,"
    )


def _span(chance: random.Random, longest: int) -> tuple[str, str]:
    start = int(chance.random() * 700)
    return DAYS[start], DAYS[min(start + int(chance.random() * longest), len(DAYS) - 1)]


def _request(chance: random.Random, number: int) -> str:
    start, end = _span(chance, 5)
    return (
        f"Request,R{number},{start},{end},Contact,{chance.choice(REQUEST_ENDS)},{chance.choice(ROUTES)}"
        + "," * 19
    )


def _assessment(chance: random.Random, number: int) -> str:
    start, end = _span(chance, 60)
    return (
        f"Assessment,A{number},{start},{end},Care Act assessment,Progress to support planning or services,,"
        "Long term assessment,Eligible needs identified,Face to face" + "," * 16
    )


def _service(chance: random.Random, number: int) -> str:
    start, end = _span(chance, 600)
    kind, component, often, (least, most), units = chance.choice(SERVICES)
    end = end if chance.random() < 0.5 else ""
    pence = least + int(chance.random() * (most - least))
    return (
        f"Service,S{number},{start},{end},Package,"
        + "," * 10
        + f"{kind},{component},CASSR Managed Personal Budget,"
        f"Care Provider {number % 300},1-{number % 90000:09},,,,{pence / 100:.2f},{often},{units}"
    )


def _review(chance: random.Random, number: int) -> str:
    start, end = _span(chance, 40)
    return (
        f"Review,V{number},{start},{end},Annual review,Continuation of support or services"
        + "," * 15
        + "Planned,Fully met,Face to face,,,"
    )


_MAKERS: dict[str, Callable[[random.Random, int], str]] = {
    "Request": _request,
    "Assessment": _assessment,
    "Service": _service,
    "Review": _review,
}
