"""What docs/measures.md says of the language of measures holds, example by example."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import cast, get_args

import pytest
from fastapi.routing import APIRoute

from services.metrics.api import routers
from services.metrics.api.desk import Desk
from services.metrics.domain.accounts import ACCOUNTS
from services.metrics.domain.declaring import BadMeasures, catalogue
from services.metrics.domain.formula import FUNCTIONS
from services.metrics.domain.measures import Measure, UnitOfMeasure
from services.metrics.store.catalogue import load

PAGE = (Path(__file__).parents[2] / "docs" / "measures.md").read_text("utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


FORMULAS = [line for block in blocks("formula") for line in block.splitlines()]


@pytest.mark.parametrize("formula", FORMULAS)
def test_each_formula_can_be_declared(formula: str) -> None:
    entry = f"{{id: a, name: A, definition: A., formula: '{formula}', polarity: lower, unit: UNIT}}"
    fitting = [unit for unit in get_args(UnitOfMeasure) if declares(entry.replace("UNIT", unit))]
    assert fitting, formula


def declares(entry: str) -> bool:
    """Whether the entry is right; its unit is all that may be wrong."""
    try:
        return catalogue(f"measures: [{entry}]").ids() == ["a"]
    except BadMeasures as error:
        if "field unit" in str(error):
            return False
        raise


def test_every_function_field_and_unit_is_on_the_page() -> None:
    used = " ".join(FORMULAS)
    for function in FUNCTIONS:
        assert f"{function}(" in used, function
    for field in Measure.__struct_fields__:
        assert re.search(rf"^\|[^|]*`{field}`", PAGE, re.MULTILINE), field
    for unit in get_args(UnitOfMeasure):
        assert f"`{unit}`" in PAGE, unit


SERVED = {
    route.path
    for room in routers(cast(Desk, SimpleNamespace(ask=lambda: None)))
    for route in room.routes
    if isinstance(route, APIRoute)
}
ASKED = re.findall(
    r"^\| ([^|]+) \| (`[^|]+`) \| ([a-z]*) ?\|$", PAGE.split("## What managers ask for")[1], re.MULTILINE
)


def test_what_managers_ask_for_is_a_table_of_measures() -> None:
    assert len(ASKED) >= 14
    assert len({asked for asked, _, _ in ASKED}) == len(ASKED)


@pytest.mark.parametrize(("asked", "measures", "report"), ASKED, ids=[asked for asked, _, _ in ASKED])
def test_each_measure_asked_for_ships_and_each_report_is_served(
    asked: str, measures: str, report: str
) -> None:
    shipped = load()
    for name in re.findall(r"`([^`]+)`", measures):
        declared = shipped.get(name)
        assert declared is not None, f"{name}, for {asked}"
        assert declared.measure.prompts.get("as_usual")
    paths = {f"/v1/reports/{report}", f"/v1/{report}"}
    assert not report or paths & SERVED, f"{report}, for {asked}"


def test_the_file_of_ones_own_adds_to_what_ships() -> None:
    shipped = load()
    made = catalogue(blocks("yaml")[0], shipped=shipped)
    assert made.ids() == [*shipped.ids(), "contacts_waiting"]
    assert made["overdue"].measure.rebased("north-team")[0].reason == "The duty desk took over new contacts"


def test_mistakes_are_said_as_shown() -> None:
    own = (
        "measures:\n  - id: waiting\n    name: Waiting\n    definition: Work that waits.\n"
        "    formula: end(alocated)\n    polarity: down\n"
    )
    with pytest.raises(BadMeasures) as error:
        catalogue(own, "own.yaml")
    assert str(error.value) + "\n" == blocks("mistakes")[0]


def test_what_ships_uses_every_account() -> None:
    shipped = load()
    unused = {account for account in ACCOUNTS if not shipped.touched_by(account)}
    assert unused == {"incomplete"}, "a gap in the feed is data quality, all else is a measure"
