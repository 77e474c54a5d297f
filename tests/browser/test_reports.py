"""Comparison, money, waits, what was restated, and one's own work, in a real browser."""

from __future__ import annotations

import csv
import io
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import sign_in
from tests.browser.site import Site

pytestmark = pytest.mark.browser
SERVICE, TEAM = "/units/long-term-support", "/units/north-locality"


def test_the_overview_compares_teams_and_bridges_spend_each_with_a_page_of_its_own(director: Page) -> None:
    director.goto(SERVICE)
    compare, spend = director.locator("#compare"), director.locator("#spend")
    expect(compare.locator("h2")).to_have_text(
        "Completed on time: North locality and Reviews stand out, and not by chance"
    )
    compare.get_by_text("Table", exact=True).click()
    names = compare.locator("tbody th").all_inner_texts()
    assert names == ["East locality", "North locality", "Reviews", "South locality"]
    expect(spend.locator("svg.chart--wide")).to_contain_text("−£3,690")
    compare.get_by_role("link", name="Another measure or month").click()
    director.get_by_label("in the month").fill("2026-09")
    director.get_by_role("button", name="Compare").click()
    expect(director.locator(".kicker")).to_have_text("Teams compared, September")
    answer = director.goto(f"{SERVICE}/compare?measure=open")
    assert answer is not None
    assert answer.status == 422
    expect(director.locator("main")).to_contain_text("Open work is no share of anything.")


@pytest.mark.parametrize("scene", ["busy", "empty"])
def test_each_report_says_its_finding_and_hands_over_what_it_shows(
    director: Page, site: Site, scene: str
) -> None:
    site.backend.reset(scene)
    for name in ("spend", "interfaces", "waits", "ages", "leavers", "outcomes", "completed"):
        director.goto(f"{SERVICE}/reports/{name}")
        assert director.locator("h1").inner_text() not in ("", "Report")
        assert director.locator("main table").count() >= 1, name
        assert director.request.get(director.get_by_role("link", name="CSV").get_attribute("href") or "").ok


def test_a_report_keeps_its_days_when_it_is_laid_out_otherwise(director: Page) -> None:
    director.goto(f"{SERVICE}/reports/spend")
    director.get_by_role("link", name="Last twelve months").click()
    director.get_by_role("link", name="By setting").click()
    assert "from=2025-11&to=2026-10" in director.url
    expect(director.locator("tbody th").first).to_have_text("Nursing")
    assert "per=period" in (director.get_by_role("link", name="Excel").get_attribute("href") or "")


def test_a_part_that_is_read_anew_leads_to_whole_pages(director: Page) -> None:
    part = director.request.get(f"{SERVICE}/reports/spend?part=report").text()
    assert part.lstrip().startswith('<section id="report"')
    assert "measure-spend_a_week from:body" in part
    links = re.findall(r'href="([^"]*)"', part)
    assert links
    assert not [one for one in links if "part=" in one]


def test_small_numbers_are_masked_for_many_eyes_on_the_page_and_in_its_file(director: Page) -> None:
    director.goto(f"{SERVICE}/reports/interfaces")
    director.get_by_role("link", name="For many eyes").click()
    cells = director.locator("tbody td").all_inner_texts()
    assert cells == ["Reviews", "12", "not shown", "under 5", "–"]
    assert director.locator("main svg.chart").count() == 0
    body = director.request.get(director.get_by_role("link", name="CSV").get_attribute("href") or "").text()
    assert next(csv.DictReader(io.StringIO(body)))["Open or called off"] == "under 5"
    director.goto(f"{SERVICE}/compare?shared=on")
    assert director.locator("main svg.chart, #live").count() == 0
    body = director.request.get(director.get_by_role("link", name="CSV").get_attribute("href") or "").text()
    assert "Chance alone" not in body
    director.goto("/measures/unallocated?unit=north-locality")
    director.get_by_role("link", name="For many eyes").click()
    expect(director.locator("h1")).to_have_text("Unallocated by month")
    assert director.locator("main svg.chart, #live").count() == 0
    body = director.request.get(director.get_by_role("link", name="CSV").get_attribute("href") or "").text()
    assert body.splitlines()[:2] == ["Month,Unallocated", "2026-10,9"]  # November is not over
    director.goto(f"{SERVICE}/reports/ages?by=worker&shared=on")
    expect(director.locator("main")).not_to_contain_text("Amara Osei")
    answer = director.goto(f"{SERVICE}/reports/ages?by=nonsense")
    assert answer is not None
    assert answer.status == 422
    expect(director.locator("main")).to_contain_text("Choose one of all, team, worker, kind and month.")
    answer = director.goto(f"{SERVICE}/reports/nothing")
    assert answer is not None
    assert answer.status == 404


def test_a_silent_feed_is_said_on_what_leans_on_it_and_on_the_feeds_page(director: Page, site: Site) -> None:
    site.backend.reset("stale")
    director.goto(f"{SERVICE}/reports/ages")
    expect(director.locator("main")).to_contain_text("demo/cases has been silent for too long")
    director.locator("#fresh").get_by_role("link", name="Feeds").click()
    expect(director.locator("h1")).to_have_text("demo/cases has been silent for too long")
    expect(director.locator("tbody tr").first).to_contain_text("Silent since yesterday 17:02")


def test_a_measure_tells_what_changed_since_its_figures_were_given(manager: Page) -> None:
    manager.goto("/measures/completed?unit=north-locality")
    changes = manager.locator("#changes")
    expect(changes.locator("h2")).to_have_text("1 figure has changed since it was given")
    expect(changes.locator("tbody tr").first).to_contain_text("+5 told late, -1 corrected".replace("-", "−"))
    changes.get_by_text("+5 told late", exact=False).last.click()
    changes.get_by_role("link", name="Allocated").click()
    expect(manager.locator("h1")).to_contain_text("Work allocated")
    file = manager.request.get("/measures/completed/file.csv?unit=north-locality")
    assert file.text().splitlines()[0] == "Month,Value,Lower limit,Mean,Upper limit,Not by chance,Period"


def test_a_practitioner_sees_what_their_decisions_did_and_nobody_elses(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=site.address, java_script_enabled=False)
    page = sign_in(context.new_page(), "Amara Osei", "/my-work")
    expect(page.locator("main")).to_contain_text("Your 12 reviews in October changed weekly spend by −£340")
    expect(page.locator("main")).to_contain_text("It is never ranked")
    link = page.get_by_role("link", name="in the case system").first
    expect(link).to_have_attribute("href", "https://cases.example/case/4417")
    answer = page.goto("/my-work?worker=w-0011")
    assert answer is not None
    assert answer.status == 404
    context.close()
