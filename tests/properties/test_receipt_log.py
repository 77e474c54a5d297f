"""The receipt log from its file to the ledger's sums, in this process, beside a count of its text by eye."""

from __future__ import annotations

import datetime as dt
import gzip
import re
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from services.ingest.domain.batches import admitted
from services.ingest.domain.edge import Edge
from services.ingest.domain.mapping import parse
from services.ingest.domain.moments import Zones
from services.ingest.domain.rows import Reject
from services.ingest.formats import READERS
from services.ingest.formats.opening import Unpacking, chunks
from services.ingest.store.mappings import shipped
from services.metrics.domain.batch import FaultLine, fold
from services.metrics.domain.book import Key
from services.metrics.domain.hearing import Heard, Place, hear

RECEIPT = Path(__file__).parents[3] / "shared" / "data" / "receipt.xes.gz"
NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
LAST = dt.date(2100, 12, 31)

Ledger = tuple[Counter[Key], list[FaultLine]]


@pytest.fixture(scope="module")
def path() -> Path:
    if not RECEIPT.exists():
        pytest.skip(
            f"NOT CHECKED: the receipt log is not at {RECEIPT}; its figures stand unproven in this run."
        )
    return RECEIPT


@pytest.fixture(scope="module")
def ledger(path: Path) -> Ledger:
    """Sums by key, and faults, after the log came in twice, the second time backwards."""
    mapping = parse(shipped()["receipt"].body)
    with path.open("rb") as file:
        rows = READERS["xes"](chunks(file, Unpacking(2**30, 200)), mapping, None)
        edge = Edge(Zones(ZoneInfo("Europe/London")))
        admitted_rows = [admitted(row, "demo", edge) for row in rows]
    events = [event for found in admitted_rows if not isinstance(found, Reject) for event in found]
    heard = []
    for offset, event in enumerate([*events, *reversed(events)]):
        key = f"demo/{event.envelope.subject}".encode()
        found = hear(Place("primed.case-events", 0, offset), NOW, key, event.raw)
        assert isinstance(found, Heard), found
        heard.append(found)
    folded = fold(heard, {})
    sums: Counter[Key] = Counter()
    for line in folded.lines:
        sums[line.key] += line.amount
    return sums, folded.faults


@pytest.fixture(scope="module")
def text(path: Path) -> list[dict[str, str]]:
    """Each trace's own attributes, and as `first` the time of its first activity, from the bare text."""
    found = []
    whole = gzip.decompress(path.read_bytes()).decode("utf-8")
    for trace in re.findall(r"<trace>(.*?)</trace>", whole, re.DOTALL):
        outer, _, inner = trace.partition("<event>")
        outer += re.sub(r".*</event>", "", inner, flags=re.DOTALL)
        attributes = dict(re.findall(r'key="([^"]+)" value="([^"]*)"', outer))
        first = re.search(r'key="time:timestamp" value="([^"]*)"', inner)
        assert first
        found.append({**attributes, "first": first[1]})
    return found


def total(sums: Counter[Key], account: str, until: dt.date = LAST) -> int:
    return sum(amount for key, amount in sums.items() if key.account == account and key.day <= until)


def test_the_ledger_holds_the_figures_of_the_log(ledger: Ledger) -> None:
    sums, _ = ledger
    september = dt.date(2011, 9, 30)
    assert {name: total(sums, name) for name in ("received", "completed", "completed_late", "open")} == {
        "received": 1434,
        "completed": 1329,
        "completed_late": 309,
        "open": 105,
    }
    assert (total(sums, "open", september), total(sums, "overdue", september)) == (176, 53)
    assert total(sums, "allocated") + total(sums, "unallocated") == 105


def test_every_case_is_allocated_unless_it_ended_before_it_came_in(
    ledger: Ledger, text: list[dict[str, str]]
) -> None:
    ended_first = sum(
        instant(case["enddate"]) < instant(case["startdate"]) for case in text if "enddate" in case
    )
    assert total(ledger[0], "allocations") == 1434 - ended_first


def test_by_team_it_is_what_the_text_says(ledger: Ledger, text: list[dict[str, str]]) -> None:
    teams: Counter[str] = Counter()
    for key, amount in ledger[0].items():
        if key.account == "received":
            teams[key.team] += amount
    assert teams == Counter(case.get("group", case["department"]) for case in text)


def test_what_is_odd_in_the_log_is_told_as_faults(ledger: Ledger, text: list[dict[str, str]]) -> None:
    told: Counter[str] = Counter()
    for line in ledger[1]:
        told[line.fault.fault] += line.amount
    early = sum(case["first"][:10] < case["startdate"][:10] for case in text)
    late = sum(instant(case["first"]) > instant(case["enddate"]) for case in text if "enddate" in case)
    assert +told == {"started-before-receipt": early, "started-when-closed": late}


def instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
