"""Files of Client Level Data as councils send them, made for tests."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from services.ingest.domain.cld.columns import NAMES
from services.ingest.domain.cld.mapping import CldMapping
from services.ingest.domain.mapping import parse
from services.ingest.domain.rows import Row
from services.ingest.formats import cld
from services.ingest.formats.twice import Twice

KEY = b"a key of this test, at least 32 signs"
AS_OF = "2026-10-05T18:00:00+01:00"
MAPPING = "format: cld\nsource: council/cld\ncoverage: reporting-period\n"

WHO = {
    "LA Code": "E10000099",
    "Reporting Period Start Date": "01/04/2026",
    "Reporting Period End Date": "30/09/2026",
    "NHS Number": "9434765919",
    "LA Person Unique Identifier": "P00017",
    "First Name": "Persephone",
    "Last Name": "Quillfeather",
    "Gender": "Female",
    "Ethnicity": "White: British",
    "Date of Birth": "17/08/1941",
    "Client Type": "Service user",
    "Primary Support Reason": "Physical support: Personal care",
    "Postcode": "ZZ99 4WZ",
    "Client Funding Status": "Fully funded",
}
"""Somebody who does not exist; their names and numbers are canaries."""
CANARIES = ("9434765919", "P00017", "Persephone", "Quillfeather", "17/08/1941", "1941-08-17", "ZZ99")

OF_KIND = {
    "request": {
        "Event Type": "Request",
        "Event Reference": "R-1",
        "Event Start Date": "02/06/2026",
        "Event End Date": "04/06/2026",
        "Event Description": "Contact",
        "Event Outcome": "NFA: Information and advice or signposting",
        "Request: Route of Access": "Discharge from Hospital",
    },
    "assessment": {
        "Event Type": "Assessment",
        "Event Reference": "A-1",
        "Event Start Date": "05/06/2026",
        "Event End Date": "01/07/2026",
        "Event Outcome": "Progress to support planning or services",
        "Assessment Type": "Long term assessment",
        "Eligible Needs Identified": "Eligible needs identified",
        "Method of Assessment": "Face to face",
    },
    "review": {
        "Event Type": "Review",
        "Event Reference": "V-1",
        "Event Start Date": "10/08/2026",
        "Event End Date": "20/08/2026",
        "Event Outcome": "Continuation of support or services",
        "Review Reason": "Planned",
        "Review Outcomes Achieved": "Fully met",
        "Method of Review": "Face to face",
    },
    "service": {
        "Event Type": "Service",
        "Event Reference": "S-1",
        "Event Start Date": "03/07/2026",
        "Service Type": "Long term support: Community",
        "Service Component": "Home support or domiciliary care",
        "Delivery Mechanism": "CASSR Managed Personal Budget",
        "Unit Cost": "20.50",
        "Cost Frequency (Unit Type)": "Hourly",
        "Planned units per week": "14",
    },
}
Cells = dict[str, str]


def told(kind: str, **changed: str) -> Cells:
    """The cells of a good row of this kind; keywords change columns, as `Unit_Cost="9"`."""
    names = {_word(name): name for name in NAMES}
    return {**WHO, **OF_KIND[kind], **{names[_word(name)]: value for name, value in changed.items()}}


def file(*rows: Cells, names: Sequence[str] = NAMES, delimiter: str = ",") -> str:
    """The rows as a CSV file with its header."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return text.getvalue()


def read(data: str | bytes, mapping: str = MAPPING, as_of: str = AS_OF, piece: int = 4096) -> list[Row]:
    """The rows that the reader makes of a file."""
    said = parse(mapping)
    assert isinstance(said, CldMapping)
    raw = data.encode() if isinstance(data, str) else data

    def chunks() -> Iterator[bytes]:
        return (raw[at : at + piece] for at in range(0, len(raw), piece))

    return list(cld.reader(KEY)(Twice(chunks), said, as_of))


def _word(name: str) -> str:
    return "".join(sign if sign.isalnum() else "_" for sign in name).lower()
