"""When two rows tell of one event, when a death ends it, and names that say nothing of anybody."""

from __future__ import annotations

import datetime as dt

import pytest

from services.ingest.domain.cld.columns import NAMES
from services.ingest.domain.cld.days import Days
from services.ingest.domain.cld.identity import Event, Facts, Naming, Telling, ended
from services.ingest.domain.cld.wording import words
from tests.returns import CANARIES, told

JUNE = [dt.date(2026, 6, day) for day in range(1, 31)]


def cells(kind: str, **changed: str) -> list[str]:
    row = told(kind, **changed)
    return [row.get(name, "") for name in NAMES]


@pytest.fixture
def telling() -> Telling:
    return Telling(words({}), Days(("%d/%m/%Y",)), single=False)


def identity(telling: Telling, kind: str, **changed: str) -> Facts:
    row = cells(kind, **changed)
    return telling.facts(row, event(telling, row))


def event(telling: Telling, row: list[str]) -> Event:
    found = telling.event(row)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("kind", "column", "value"),
    [
        ("request", "LA_Code", "E06000001"),
        ("request", "Event_Start_Date", "01/06/2026"),
        ("request", "Event_End_Date", "05/06/2026"),
        ("request", "Client_Type", "Carer"),
        ("request", "LA_Person_Unique_Identifier", "P2"),
        ("request", "Request__Route_of_Access", "Prison"),
        ("assessment", "Assessment_Type", "Short term assessment"),
        ("service", "Service_Type", "Long term support: Prison"),
        ("service", "Service_Component", "Meals"),
    ],
)
def test_what_identifies_an_event(telling: Telling, kind: str, column: str, value: str) -> None:
    assert identity(telling, kind) != identity(telling, kind, **{column: value})


@pytest.mark.parametrize(
    ("kind", "column", "value"),
    [
        ("request", "Event_Reference", "R-2"),
        ("request", "Event_Outcome", "NFA: Other"),
        ("request", "Reporting_Period_End_Date", "31/12/2026"),
        ("request", "Request__Route_of_Access", "discharge from  HOSPITAL"),
        ("review", "Review_Reason", "Review of short term support"),
        ("service", "Event_End_Date", "01/09/2026"),
        ("service", "Unit_Cost", "25"),
        ("service", "Service_Component", "Home Support"),
        ("service", "Service_Type", "Long Term Support: Community"),
        ("service", "Event_Start_Date", "2026-07-03"),
    ],
)
def test_what_does_not(telling: Telling, kind: str, column: str, value: str) -> None:
    assert identity(telling, kind) == identity(telling, kind, **{column: value})


def test_in_a_single_return_two_services_differ_by_their_cost_too() -> None:
    single = Telling(words({}), Days(("%d/%m/%Y",)), single=True)
    assert identity(single, "service") != identity(single, "service", Unit_Cost="25")


def test_the_row_that_stands(telling: Telling) -> None:
    def rank(**changed: str) -> int:
        row = cells("service", **changed)
        return telling.rank(row, event(telling, row))

    later = rank(
        Reporting_Period_End_Date="31/12/2026", Event_End_Date="01/08/2026", Event_Outcome="NFA: Other"
    )
    still_open, ends_late, ends_early = (rank(Event_End_Date=end) for end in ("", "09/08/2026", "08/08/2026"))
    ranked = rank(Event_End_Date="08/08/2026", Event_Outcome="Progress to Reablement/ST-Max")
    other = rank(Event_End_Date="08/08/2026", Event_Outcome="NFA: Other")
    assert later > still_open > ends_late > ranked > other > ends_early
    assert rank(Event_End_Date="08/08/2026", Event_Outcome="whatever") == ends_early


@pytest.mark.parametrize(
    ("end", "died", "until"),
    [
        (JUNE[20], None, JUNE[20]),
        (JUNE[20], JUNE[9], JUNE[9]),
        (None, JUNE[9], JUNE[9]),
        (JUNE[20], JUNE[20], JUNE[20]),
        (JUNE[20], JUNE[25], JUNE[20]),
        (None, JUNE[0], None),
        (None, None, None),
    ],
)
def test_a_death_between_start_and_end_or_without_end_is_the_end(
    end: dt.date | None, died: dt.date | None, until: dt.date | None
) -> None:
    assert ended(JUNE[2], end, died) == until


def test_a_row_without_type_or_start_tells_of_no_event(telling: Telling) -> None:
    assert telling.event(cells("request", Event_Type="Visit")) is None
    assert telling.event(cells("request", Event_Start_Date="soon")) is None


def test_an_event_is_named_by_its_reference_where_that_tells_of_nobody(telling: Telling) -> None:
    naming = Naming(b"k" * 32, telling, by_reference=True)
    row = cells("request")
    assert naming.item(row, event(telling, row)) == "request/R-1"


@pytest.mark.parametrize(
    "reference",
    ["", "R/P00017/3", "quillfeather-1", "9434765919", "17/08/1941", "a note, of a visit", "x" * 80],
)
def test_else_by_a_hash_that_nobody_can_trace(telling: Telling, reference: str) -> None:
    row = cells("request", Event_Reference=reference)
    name = Naming(b"k" * 32, telling, by_reference=True).item(row, event(telling, row))
    other = Naming(b"j" * 32, telling, by_reference=True).item(row, event(telling, row))
    assert name is not None
    assert name.startswith("request/~")
    assert name != other
    assert not any(canary.lower() in name.lower() for canary in CANARIES)


def test_without_reference_and_person_there_is_no_name(telling: Telling) -> None:
    row = cells("request", Event_Reference="", LA_Person_Unique_Identifier="", NHS_Number="")
    assert Naming(b"k" * 32, telling, by_reference=True).item(row, event(telling, row)) is None


def test_a_person_without_local_number_is_known_by_the_national_one(telling: Telling) -> None:
    row = cells("request", LA_Person_Unique_Identifier="")
    assert event(telling, row).person == "9434765919"
