"""A mapping proposed from a table can be used at once, and leaves out what speaks of people."""

from __future__ import annotations

from services.ingest.domain.drafting import draft, draft_of_steps
from services.ingest.domain.mapping import parse
from services.ingest.domain.steps import StepsMapping
from services.ingest.domain.table import TableMapping
from services.ingest.formats.table import columns
from services.ingest.store.mappings import shipped

TABLE = """Review ID;NHS Number;Name;Date received;Review due;Completed on;Responsible team;Status;Notes
R1;999;Ann;02/11/2026;20/11/2026;;Reviews (North);In progress;a
R2;998;Bob;03/11/2026;;09/11/2026;Reviews (South);Completed;b
R3;997;Cy;31/02/2026;;09/11/2026;Reviews (South);Cancelled by client;b
"""


def proposed(table: str, noun: str = "work") -> str:
    return draft(
        columns(iter([table.encode()]), 100), "mosaic/reviews", "work" if noun == "work" else "package"
    )


def test_the_columns_are_found_by_name_and_by_what_stands_in_them() -> None:
    mapping = parse(proposed(TABLE))
    assert isinstance(mapping, TableMapping)
    assert (mapping.source, mapping.key, mapping.coverage) == ("mosaic/reviews", "Review ID", "all")
    assert mapping.fields == {
        "received": "Date received",
        "completed": "Completed on",
        "due": "Review due",
        "team": "Responsible team",
        "status": "Status",
    }
    assert mapping.dates == ("%d/%m/%Y",)
    assert mapping.values["team"]["Reviews (North)"] == "reviews-north"
    assert mapping.values["status"] == {
        "In progress": "open",
        "Completed": "completed",
        "Cancelled by client": "cancelled",
    }


def test_what_speaks_of_people_is_left_out_with_its_values_and_the_rest_is_named() -> None:
    text = proposed(TABLE)
    assert "they speak of people: NHS Number, Name" in text
    assert "Ann" not in text
    assert "999" not in text
    assert '# not read: "Notes"' in text


def test_what_cannot_be_found_is_left_to_the_reader() -> None:
    text = proposed("Colour,Size\nred,1\nred,2\nred,1\n")
    assert "key: TODO" in text
    assert "received: TODO" in text


STEPS = """Step ID,NHS Number,Workflow ID,Step type,Status,Incoming on,Completed on,Assignee ID,Colour
1,999,w,Adult assessment,Started,02/11/2026,,w-1,red
2,998,w,Review,Completed,03/11/2026,09/11/2026,w-2,red
2,998,w,Review,Awaiting sign-off,03/11/2026,09/11/2026,w-2,red
"""


def usual() -> StepsMapping:
    mapping = parse(shipped()["steps"].body)
    assert isinstance(mapping, StepsMapping)
    return mapping


def test_a_table_that_looks_like_workflow_steps_is_proposed_as_such() -> None:
    text = draft_of_steps(columns(iter([STEPS.encode()]), 100), usual(), "mosaic/steps")
    assert text is not None
    mapping = parse(text)
    assert isinstance(mapping, StepsMapping)
    assert (mapping.key, mapping.coverage, mapping.dates) == (("Step ID",), "all", ("%d/%m/%Y",))
    assert mapping.fields == {
        "received": ("Incoming on",),
        "kind": ("Step type",),
        "status": ("Status",),
        "completed": ("Completed on",),
        "worker": ("Assignee ID",),
    }
    assert mapping.values["kind"] == {"Adult assessment": "adult-assessment", "Review": "review"}
    assert '# not read: "Colour"' in text
    assert '# a status that is taken as open work: "Awaiting sign-off"' in text
    assert "they speak of people: NHS Number" in text
    assert "999" not in text


def test_a_table_of_something_else_is_no_table_of_steps() -> None:
    assert draft_of_steps(columns(iter([TABLE.encode()]), 100), usual(), "mosaic/reviews") is None


def test_packages_have_fields_of_their_own() -> None:
    table = """Line,From,To,Care type,Unit cost,Paid
1,2026-04-01,,nursing,850,Weekly
2,2026-05-01,2026-06-01,home,20.5,Hourly
"""
    text = proposed(table, "package")
    mapping = parse(text)
    assert isinstance(mapping, TableMapping)
    assert (mapping.noun, mapping.fields["started"], mapping.fields["unit_cost"]) == (
        "package",
        "From",
        "Unit cost",
    )
    assert mapping.fields["frequency"] == "Paid"
