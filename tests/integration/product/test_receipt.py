"""The receipt log of a Dutch municipality through the front door: figures that were counted by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.asking import Caller, absorbed
from tests.conftest import Product

LOG = Path(__file__).parents[4] / "shared" / "data" / "receipt.xes.gz"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not LOG.exists(), reason=f"THE RECEIPT LOG IS NOT THERE, NOTHING IS CHECKED: {LOG.name}"
    ),
]


@pytest.fixture(scope="module")
def reader(running_product: Product) -> Caller:
    running_product.primed("import", str(LOG), "--format", "xes", "--mapping", "receipt")
    caller = Caller(running_product, "analyst")
    absorbed(running_product, Caller(running_product, "operator"))
    return caller


def figure(reader: Caller, measure: str, period: str, **asked: Any) -> Any:
    return reader.figure(measure, "unassigned", period, **asked)


MONTHS = [f"{year}-{month:02d}" for year in (2010, 2011, 2012) for month in range(1, 13)]


def test_every_case_is_counted(reader: Caller) -> None:
    assert sum(figure(reader, "received", month) for month in MONTHS) == 1434
    assert sum(figure(reader, "completed", month) for month in MONTHS) == 1329
    assert figure(reader, "open", "2012-12") == 105


def test_lateness_goes_by_the_written_day(reader: Caller) -> None:
    late = sum(figure(reader, "completed_late", month) for month in MONTHS)
    assert (late, 1329 - late) == (309, 1020)


def test_the_past_can_be_asked(reader: Caller) -> None:
    assert figure(reader, "open", "2011-09", as_at="2011-09-30") == 176
    assert figure(reader, "overdue", "2011-09", as_at="2011-09-30") == 53


@pytest.mark.parametrize("measure", ["open", "overdue"])
def test_each_figure_explains_itself_down_to_the_event(reader: Caller, measure: str) -> None:
    asked = {"measure": measure, "unit": "unassigned", "period": "2011-09", "as_at": "2011-09-30"}
    explained = reader.get("metrics", "/v1/explain", limit=500, **asked)
    assert explained["sum"] == explained["figure"]["value"]
    lines = list(explained["lines"])
    while explained["next_cursor"]:
        explained = reader.get("metrics", "/v1/explain", limit=500, cursor=explained["next_cursor"], **asked)
        lines += explained["lines"]
    assert len(lines) == explained["total_lines"]
    assert sum(line["amount"] for line in lines) == explained["sum"]
    event = lines[0]["event"]
    said = reader.get("metrics", f"/v1/events/{event['topic']}/{event['partition']}/{event['offset']}")
    assert said["event"]["subject"] == lines[0]["subject"]


def test_importing_it_again_changes_nothing(running_product: Product, reader: Caller) -> None:
    before = running_product.primed("ledger", "dump")
    running_product.primed("import", str(LOG), "--format", "xes", "--mapping", "receipt")
    absorbed(running_product, Caller(running_product, "operator"))
    assert running_product.primed("ledger", "dump") == before
