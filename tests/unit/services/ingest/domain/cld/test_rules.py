"""The first rule that fits gives the team, the first that fits and has one the kind."""

from __future__ import annotations

import pytest

from services.ingest.domain.cld.columns import NAMES
from services.ingest.domain.cld.mapping import Rule
from services.ingest.domain.cld.rules import Given, Rules
from services.ingest.domain.cld.wording import words
from tests.returns import told

RULES = (
    Rule(when={"Assessment Type": "Financial Assessment"}, kind="financial-assessment"),
    Rule(when={"Event Type": "Review", "Client Type": ["Carer"]}, team="carers"),  # type: ignore[dict-item]
    Rule(when={"Event Type": ("Review", "assessment")}, team="reviews"),
    Rule(when={"Event Type": "review"}, team="never"),
)


@pytest.mark.parametrize(
    ("kind", "changed", "given"),
    [
        ("review", {}, Given("reviews")),
        ("review", {"Client_Type": "Unpaid carer"}, Given("carers")),
        ("assessment", {"Assessment_Type": "financial assessment"}, Given("reviews", "financial-assessment")),
        ("request", {}, Given()),
    ],
)
def test_rules(kind: str, changed: dict[str, str], given: Given) -> None:
    row = told(kind, **changed)
    cells = [row.get(name, "") for name in NAMES]
    rules = Rules(RULES, words({}))
    assert rules.of(cells) == given
    assert rules.of(cells) == given, "what is remembered is what was found"


def test_a_rule_without_condition_fits_all_and_no_rule_gives_nothing() -> None:
    cells = [""] * len(NAMES)
    assert Rules((Rule(when={}, team="all"),), words({})).of(cells) == Given("all")
    assert Rules((), words({})).of(cells) == Given()
    assert Rules((Rule(when={"Event Description": "North"}, team="north"),), words({})).of(cells) == Given()
