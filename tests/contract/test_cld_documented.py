"""docs/cld.md says of Client Level Data what is read, and the guide's mapping reads it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from primed.commands.mapping import check
from services.ingest.domain.cld.columns import COLUMNS
from services.ingest.domain.cld.wording import LISTS, OUTCOMES, SETTINGS
from services.ingest.domain.mapping import parse
from services.ingest.store.mappings import shipped
from tests.returns import file, read, told

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "cld.md").read_text("utf-8")
GUIDE = (DOCS / "load-your-first-export.md").read_text("utf-8")


def rows(page: str) -> set[tuple[str, ...]]:
    found = (line.strip("|").split("|") for line in page.splitlines() if line.startswith("| "))
    return {tuple(cell.strip() for cell in cells) for cells in found}


def test_every_outcome_stands_in_the_page_with_rank_and_old_words() -> None:
    for text, rank, old in OUTCOMES:
        name = f"(only release 1: {text})" if rank == 3 else text
        assert (name, str(rank), "; ".join(old) or "the same") in rows(PAGE)


def test_every_old_word_setting_and_needed_column_stands_in_the_page() -> None:
    for column, values in LISTS.items():
        for text, old in values:
            assert not old or old[0] == text or (column, text, "; ".join(old)) in rows(PAGE)
    assert {(kind, setting) for kind, setting in SETTINGS.items()} <= rows(PAGE)
    bold = {name.strip("*") for name, *_ in rows(PAGE) if name.startswith("**")}
    assert bold == {column.name for column in COLUMNS if column.vital}


def test_the_mapping_of_the_guide_reads_a_return_as_it_says() -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
    (mapping,) = [body for body in blocks if parse(body).format == "cld"]
    carers = told("review", Client_Type="Carer", Event_Reference="V-2")
    equipment = told("service", Service_Component="Equipment", Event_Outcome="Advice only")
    found = read(file(told("request"), told("review"), carers, equipment), mapping)
    data = [json.loads(row.shown.row) for row in found if row.shown is not None]
    assert [one.get("team") for one in data] == ["contact-centre", "reviews", "carers", None]
    assert data[3]["setting"] == "equipment"
    assert not [check for check in found[3].checks if check.result == "not-in-list"]


def test_the_mapping_can_be_tried_before_anything_is_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping, data = tmp_path / "cld.yaml", tmp_path / "cld.csv"
    mapping.write_text(shipped()["cld"].body, "utf-8")
    data.write_text(file(told("request"), told("service"), told("service", Event_Reference="S-2")), "utf-8")
    check(mapping, data, show=1)
    said = capsys.readouterr().out
    assert "row 2: request/R-1" in said
    assert "3 rows can be taken, 0 cannot." in said
    assert "1 of them tell of what another row tells better" in said
