"""What a mapping for the return may say, and what it is told when it says something else."""

from __future__ import annotations

import pytest

from services.ingest.domain.cld.mapping import CldMapping
from services.ingest.domain.mapping import BadMapping, parse
from services.ingest.store.mappings import shipped

GOOD = """
format: cld
source: council/cld
coverage: {field: reported, from: 2026-04-01, to: 2026-09-30}
rules:
  - {when: {event type: Review, Client Type: [Carer, Unpaid carer]}, team: carers}
values:
  Event Outcome: {Advice only: "NFA: Information and advice or signposting"}
"""


def test_a_good_one() -> None:
    mapping = parse(GOOD)
    assert isinstance(mapping, CldMapping)
    assert "reported" in mapping.days
    assert (mapping.release, mapping.rules[0].team) == (2, "carers")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("event type: Review", "Street: Low"), "'Street' is no column"),
        (("event type: Review", "Last Name: Smith"), "says who somebody is"),
        (("event type: Review", "Postcode: ZZ9"), "says who somebody is"),
        (("team: carers", "team: null"), "no team, no kind"),
        (("Event Outcome: {", "Gender: {"), "'Gender' has no list"),
        (('"NFA: Information and advice or signposting"', "Told off"), "which the list does not hold"),
        (("field: reported", "field: due"), "'due' is no date"),
        (("rules:", "dates: []\nrules:"), "dates needs a form"),
        (("rules:", "release: 3\nrules:"), "Invalid enum value 3"),
        (("source: council/cld", "source: council/cld\nzone: Mars"), "zone 'Mars' is not known"),
    ],
)
def test_a_bad_one_is_told_what_is_wrong(change: tuple[str, str], says: str) -> None:
    with pytest.raises(BadMapping, match=says):
        parse(GOOD.replace(*change))


def test_the_one_that_ships_gives_no_team_and_takes_coverage_from_the_return() -> None:
    mapping = parse(shipped()["cld"].body)
    assert isinstance(mapping, CldMapping)
    assert mapping.coverage == "reporting-period"
    assert [rule.team for rule in mapping.rules] == [None]
