"""Both releases in one list: release 1 in the words of release 2 wherever it has one."""

from __future__ import annotations

import pytest

from services.ingest.domain.cld.wording import LISTS, OUTCOMES, SETTINGS, words

OUTCOME = words({})["Event Outcome"]


@pytest.mark.parametrize(
    ("said", "text", "rank", "old"),
    [
        ("Progress to Reablement/ST-Max", "Progress to reablement/ST-Max", 1, False),
        ("Progress to Assessment", "Progress to assessment, review or reassessment", 2, True),
        (
            "Progress to Re-assessment / Unplanned Review",
            "Progress to assessment, review or reassessment",
            2,
            True,
        ),
        ("Progress to Support Planning / Services", "Progress to support planning or services", 4, True),
        ("Progress to financial assessment", "Progress to financial assessment", 3, True),
        ("No change in package", "Continuation of support or services", 5, True),
        ("NFA - Moved to another LA", "NFA: Responsibility moved to another local authority", 7, True),
        (
            "NFA - Self-funded client (Inc. 12wk disregard)",
            "NFA: Self-funded client or under 12wk disregard",
            9,
            True,
        ),
        (
            "NFA - Information & Advice / Signposting only",
            "NFA: Information and advice or signposting",
            10,
            True,
        ),
        ("NFA – Deceased", "NFA: Deceased", 13, False),
        ("Service ended as planned", "NFA: Support ended as planned", 14, True),
        ("nfa: support ended for other reason", "NFA: Support ended for other reason", 15, False),
        ("NFA- Other", "NFA: Other", 17, False),
    ],
)
def test_an_outcome_is_told_in_the_words_of_release_2(said: str, text: str, rank: int, old: bool) -> None:
    word = OUTCOME[said]
    assert word is not None
    assert (word.text, word.rank, word.old) == (text, rank, old)


def test_every_rank_of_release_2_is_there_once() -> None:
    assert sorted({rank for _, rank, _ in OUTCOMES}) == list(range(1, 18))


def test_what_no_list_holds_is_no_word_and_a_blank_is_none_either() -> None:
    assert OUTCOME["Went home happy"] is None
    blank = OUTCOME["  "]
    assert blank is not None
    assert blank.text == ""


def test_a_council_may_say_it_in_its_own_words() -> None:
    own = words({"Event Outcome": {"Advice only": "NFA: Information and advice or signposting"}})
    word = own["Event Outcome"]["advice ONLY"]
    assert word is not None
    assert (word.text, word.rank) == ("NFA: Information and advice or signposting", 10)


def test_with_release_1_expected_its_words_are_not_old() -> None:
    word = words({}, old=False)["Client Type"]["Carer"]
    assert word is not None
    assert (word.text, word.old) == ("Unpaid carer", False)


def test_every_service_type_has_a_setting() -> None:
    assert {text for text, _ in LISTS["Service Type"]} == set(SETTINGS)
