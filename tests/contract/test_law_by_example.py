"""What docs/ledger.md shows by example holds: in the product's fold and the slow reference, in any order."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from schemas.registry import TOPIC_OF
from services.metrics.domain.batch import Folded, fold
from services.metrics.domain.hearing import Heard, Place, Refused, hear, moment_of
from tests.lawbook import PAGE, Example, examples, lines_of, short
from tests.reference import ledger

Json = dict[str, Any]
RULES = ("lines", "faults", "dump")
FOLDED = [one for one in examples() if any(name in one.said for name in RULES)]


def name(example: Example) -> str:
    return example.rule


def test_the_page_has_an_example_of_every_chapter_of_the_law() -> None:
    assert len(examples()) >= 40
    assert len({one.rule for one in examples()}) == len(examples())
    chapters = PAGE.read_text("utf-8").split("## 9. The law by example", 1)[1].split("\n### ")[1:]
    assert [chapter.split("\n", 1)[0] for chapter in chapters if "```law" not in chapter] == []
    assert len(chapters) >= 9


@pytest.mark.parametrize("example", FOLDED, ids=name)
def test_what_follows_in_any_order(example: Example) -> None:
    told = [folded(log) for log in example.orders()]
    for found in told:
        if "lines" in example.said:
            assert of_product(example, found) == example.said["lines"]
        if "faults" in example.said:
            assert faults_of(found) == example.said["faults"]
    assert of_reference(example, example.told) == of_product(example, told[0])


@pytest.mark.parametrize("example", examples("dump"), ids=name)
def test_the_bytes_of_the_dump(example: Example) -> None:
    assert ledger.dump(example.told).decode() == example.said["dump"]


@pytest.mark.parametrize("example", examples("refused"), ids=name)
def test_what_is_refused_and_why(example: Example) -> None:
    heard = [hear_at(said, place) for place, said in enumerate(example.told)]
    reasons = [found.reason if isinstance(found, Refused) else "taken" for found in heard]
    assert reasons == example.said["refused"]


def hear_at(said: Json, offset: int) -> Heard | Refused:
    key = f"{said['tenant']}/{said['subject']}".encode()
    return hear(Place(TOPIC_OF[said["type"]], 0, offset), moment_of(offset), key, json.dumps(said).encode())


def folded(log: list[Json]) -> Folded:
    heard = [hear_at(said, offset) for offset, said in enumerate(log)]
    assert not [found for found in heard if isinstance(found, Refused)]
    return fold([found for found in heard if isinstance(found, Heard)], {})


def of_product(example: Example, found: Folded) -> dict[str, str]:
    keys = [line.key for line in found.lines]
    amounts = [
        ((k.account, k.team, k.day.isoformat(), k.kind, k.setting, k.worker), dict(k.detail), line.amount)
        for k, line in zip(keys, found.lines, strict=True)
    ]
    return lines_of(amounts, example.said.get("of", ()))


def of_reference(example: Example, log: list[Json]) -> dict[str, str]:
    amounts = [
        (tuple(columns), json.loads(detail), amount)
        for (_, *columns, detail), amount in ledger.balances(log).items()
    ]
    return lines_of(amounts, example.said.get("of", ()))


def faults_of(found: Folded) -> dict[str, str]:
    faults = Counter[str]()
    for one in found.faults:
        faults[f"{one.fault.fault} {short(one.fault.day.isoformat())}"] += one.amount
    return {said: str(amount) for said, amount in faults.items() if amount}
