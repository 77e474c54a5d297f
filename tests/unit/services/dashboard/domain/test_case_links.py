"""Where a piece of work opens in its case system."""

import pytest

from services.dashboard.domain.case_links import address, wrong_with

TEMPLATES = {"demo": "https://old.example/{subject}", "demo/cases": "https://cases.example/case/{key}?tab=1"}


def test_the_longest_source_counts_and_the_key_is_written_safely() -> None:
    assert address("demo/cases/4417", TEMPLATES) == "https://cases.example/case/4417?tab=1"
    assert address("demo/cases/a b/c", TEMPLATES) == "https://cases.example/case/a%20b%2Fc?tab=1"
    assert address("demo/other/9", TEMPLATES) == "https://old.example/demo%2Fother%2F9"


def test_a_source_without_a_template_has_no_address() -> None:
    assert address("elsewhere/1", TEMPLATES) == ""
    assert address("demo/casesX/1", {"demo/cases": "https://cases.example/{key}"}) == ""


@pytest.mark.parametrize(
    ("template", "said"),
    [("javascript:alert({key})", "must begin with https"), ("https://x.example/", "must hold")],
)
def test_a_template_that_leads_nowhere_is_refused_with_what_to_do(template: str, said: str) -> None:
    assert said in (wrong_with({"demo": template}) or "")
    assert wrong_with(TEMPLATES) is None
