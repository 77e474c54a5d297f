"""Mappings in words, whatever they are of, and what came of trying one."""

import pytest

from services.dashboard.domain import mappings
from services.dashboard.domain.mappings import Fault, Trial
from services.ingest.store.mappings import shipped


@pytest.mark.parametrize("name", sorted(shipped()))
def test_each_mapping_that_ships_is_told_in_words(name: str) -> None:
    found = mappings.shown(name, shipped()[name].body)
    assert found.title
    assert found.kind in mappings.KINDS.values()
    assert found.parts or found.rules
    assert not [fact for fact in found.facts if "%" in fact[1]]


def test_columns_rules_and_words_are_told() -> None:
    found = mappings.shown(
        "own",
        "{format: cld, key: [A, B], fields: {kind: Type}, values: {kind: {Rev: review, Ass: assessment}}, "
        "dates: ['%d/%m/%Y'], rules: [{when: {Event Type: [Review, Plan]}, team: reviews}]}",
    )
    assert [(one.field, one.read_from, one.values) for one in found.parts[0][1]] == [
        ("Which item it is", "A or B", 0),
        ("Kind", "Type", 2),
    ]
    assert found.facts == [("Days are written", "day/month/year")]
    assert found.rules == ["Team reviews where Event Type is Review or Plan"]


@pytest.mark.parametrize("body", ["", "- 1", "a: [", "fields: 3", "events: {received: 4}"])
def test_a_text_that_is_no_mapping_is_shown_as_it_stands(body: str) -> None:
    assert mappings.shown("own", body).body == body


@pytest.mark.parametrize(
    ("trial", "title"),
    [
        (Trial(), "The file has no rows that this mapping reads"),
        (Trial(taken=1), "Every one of 1 row can be taken"),
        (Trial(taken=20_000, whole=False), "Of its first rows every one of 20,000 rows can be taken"),
        (Trial(taken=3, refused=1), "3 can be taken, 1 cannot"),
    ],
)
def test_what_came_of_it_is_said_aloud(trial: Trial, title: str) -> None:
    assert trial.title == title


def test_faults_are_said_in_the_words_of_the_page_of_quality() -> None:
    assert Fault(field="due", result="ends-before-start", rows=2).text == "ending before the start"
