"""What is published equals what is spoken; every type has an example; a breaking change is refused."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from primed import contracts
from schemas import export
from schemas.registry import TOPIC_TYPES, TYPES, read, write

EXAMPLES = contracts.SCHEMAS / "examples"


@pytest.mark.parametrize(("name", "document"), contracts.documents().items())
def test_published_documents_are_those_of_the_code(name: str, document: export.Document) -> None:
    published = (contracts.SCHEMAS / name).read_text("utf-8")
    assert published == contracts.text_of(document), "run `primed contracts` and commit what it writes"


@pytest.mark.parametrize("name", sorted(TYPES))
def test_every_type_has_an_example_that_its_schema_and_reader_accept(name: str) -> None:
    raw = (EXAMPLES / f"{name}.json").read_bytes()
    Draft202012Validator(export.event_schema(name)).validate(json.loads(raw))
    event = read(raw)
    assert event.envelope.type == name
    assert json.loads(write(event.envelope)) == json.loads(raw)


def test_no_example_or_document_is_left_over() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.json")} == set(TYPES)
    assert {path.stem for path in (contracts.SCHEMAS / "published").glob("*.json")} == set(TYPES)


def test_every_topic_with_types_is_declared_once_and_every_type_has_one_topic() -> None:
    declared = json.loads((contracts.SCHEMAS / "asyncapi.json").read_text("utf-8"))["channels"]
    assert set(declared) == set(TOPIC_TYPES)
    assert sum(len(types) for types in TOPIC_TYPES.values()) == len(TYPES)


def changed(old: export.Document, part: str, **change: object) -> export.Document:
    new = copy.deepcopy(old)
    new["$defs"][part].update(change)
    return new


def test_a_change_that_breaks_a_reader_is_named() -> None:
    old = export.event_schema("primed.commitment.agreed.v1")
    part = old["$defs"]["CommitmentAgreed"]
    without = {name: shape for name, shape in part["properties"].items() if name != "owner"}
    assert export.breaks(old, changed(old, "CommitmentAgreed", properties=without)) == [
        "event.data.owner is gone"
    ]
    stricter = [*part["required"], "measure"]
    assert export.breaks(old, changed(old, "CommitmentAgreed", required=stricter)) == [
        "event.data now requires measure"
    ]
    retyped = {**part["properties"], "text": {"type": "integer"}}
    assert export.breaks(old, changed(old, "CommitmentAgreed", properties=retyped)) == [
        "event.data.text no longer allows ['string']"
    ]


def test_an_additional_optional_field_breaks_nobody() -> None:
    old = export.event_schema("primed.commitment.agreed.v1")
    wider = {**old["$defs"]["CommitmentAgreed"]["properties"], "room": {"type": "string"}}
    assert export.breaks(old, changed(old, "CommitmentAgreed", properties=wider)) == []


def test_writing_refuses_to_break_readers(tmp_path: Path) -> None:
    contracts.write(tmp_path)
    path = tmp_path / "published" / "primed.unit.renamed.v1.json"
    older = json.loads(path.read_text("utf-8"))
    older["$defs"]["UnitRenamed"]["properties"]["colour"] = {"type": "string"}
    path.write_text(json.dumps(older), "utf-8")
    with pytest.raises(ValueError, match=r"primed\.unit\.renamed\.v1: event\.data\.colour is gone"):
        contracts.write(tmp_path)
