"""Invented people as a return describes them. Nobody has such a number or lives at such a postcode."""

from __future__ import annotations

import datetime as dt
import random

from primed.simulate.names import FIRST_NAMES, LAST_NAMES

_SUPPORT = (
    "Physical support: Personal care",
    "Physical support: Access and mobility only",
    "Support with memory and cognition",
    "Learning disability support",
    "Mental health support",
)


def cells(seed: int, name: str) -> dict[str, str]:
    """The columns of a return about somebody; `name` tells people apart."""
    chance = random.Random(f"{seed}-somebody-{name}")
    number = chance.randrange(10**6)
    born = dt.date(1925, 1, 1) + dt.timedelta(chance.randrange(29_000))
    return {
        "NHS Number": f"999{number:06}{chance.randrange(10)}",
        "LA Person Unique Identifier": f"P{name}",
        "First Name": chance.choice(FIRST_NAMES),
        "Last Name": chance.choice(LAST_NAMES),
        "GP Practice Name": "Market Place Surgery",
        "GP Practice Code": f"Y{number % 90_000 + 10_000}",
        "Gender": chance.choice(("Female", "Male")),
        "Ethnicity": chance.choice(("White: British", "White: Irish", "Asian: Indian", "Black: Caribbean")),
        "Date of Birth": born.strftime("%d/%m/%Y"),
        "Client Type": "Service user",
        "Primary Support Reason": chance.choice(_SUPPORT),
        "Postcode": f"ZZ99 {number % 9}ZZ",
        "Accommodation Status": "Owner occupier or shared ownership scheme",
        "Has Unpaid Carer": chance.choice(("Yes", "No")),
        "Client Funding Status": "Partially funded by the local authority",
    }
