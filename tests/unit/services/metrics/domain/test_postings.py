"""Whatever people agree can be folded; what posts nothing is kept all the same."""

from __future__ import annotations

import pytest

from primed import contracts
from schemas.registry import ACTION_TYPES
from services.metrics.domain.facts import NO_FACTS
from services.metrics.domain.hearing import Heard, Place, hear, moment_of
from services.metrics.domain.postings import NOUNS, entries

TOPIC = "primed.action-events"


@pytest.mark.parametrize("name", sorted(ACTION_TYPES))
def test_what_people_agree_can_be_folded(name: str) -> None:
    raw = (contracts.SCHEMAS / "examples" / f"{name}.json").read_bytes()
    noun = name.split(".")[1]
    subject = f"demo/primed/actions/{noun}/"
    heard = hear(Place(TOPIC, 0, 0), moment_of(1), _key(raw), raw)
    assert isinstance(heard, Heard)
    assert heard.item.subject.startswith(subject.removeprefix("demo/"))
    facts, lines = entries(NO_FACTS, heard.fact)
    assert facts.kept == heard.fact.kept
    assert not lines or noun in NOUNS
    assert entries(facts, heard.fact) == (facts, [])


def _key(raw: bytes) -> bytes:
    said = raw.decode().split('"subject": "')[1].split('"')[0]
    return f"demo/{said}".encode()
