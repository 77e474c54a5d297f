"""Every page for everybody: read aloud, by keyboard, on a phone, at twice the size, printed, and quickly."""

from __future__ import annotations

import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import sign_in
from tests.browser.site import Site

pytestmark = pytest.mark.browser
PAGES = (
    "/units/north-locality",
    "/units/long-term-support",
    "/units/north-locality/work",
    "/units/north-locality/reports/workload?by=worker",
    "/measures/completed?unit=north-locality",
    "/measures/completed?unit=north-locality&shared=on",
    "/explain?measure=overdue&unit=north-locality&period=2026-11",
    "/events/primed.case-events/3/1042",
    "/items?subject=demo/cases/4417",
    "/exceptions",
    "/escalations/e-1",
    "/meetings",
    "/meetings/m-1",
    "/commitments",
    "/commitments/c-1",
    "/commitments/new?unit=north-locality",
    "/catalogue",
    "/units/long-term-support/compare",
    "/units/long-term-support/reports",
    "/units/long-term-support/reports/spend",
    "/units/long-term-support/reports/interfaces?shared=on",
    "/units/long-term-support/reports/waits",
    "/units/north-locality/reports/ages?by=worker",
    "/my-work?worker=w-0010",
    "/feeds",
    "/sign-in",
    "/units/nowhere",
)


def wrong(page: Page) -> list[tuple[str, str]]:
    """What axe finds, each with the first place where it does."""
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    return [(one["id"], one["nodes"][0]["html"][:160]) for one in found.response["violations"]]


@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing_wrong(director: Page, address: str) -> None:
    director.goto(address)
    assert wrong(director) == []


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("Amara Osei", "/my-work"),
        ("Owen Castle", "/units/demo-council/reports/spend"),
        ("Noor Hassan", "/units/demo-council"),
        ("Ada Quill", "/feeds"),
    ],
)
def test_each_reader_begins_with_their_own_question(page: Page, site: Site, name: str, begins: str) -> None:
    sign_in(page, name)
    assert page.url == site.address + begins
    assert wrong(page) == []


@pytest.mark.parametrize("state", ["in_progress", "closed"])
def test_axe_finds_nothing_wrong_with_a_meeting_that_is_held(director: Page, site: Site, state: str) -> None:
    site.backend.meeting_state = state
    director.goto("/meetings/m-1")
    director.get_by_text("Chart", exact=False).first.click()
    expect(director.locator("svg.chart--wide").first).to_be_visible()
    assert wrong(director) == []


@pytest.mark.parametrize("scene", ["busy", "huge", "empty"])
def test_a_phone_needs_no_sideways_scrolling_and_doing_comes_first(
    director: Page, site: Site, scene: str
) -> None:
    site.backend.reset(scene)
    director.set_viewport_size({"width": 360, "height": 800})
    for address in PAGES if scene == "busy" else PAGES[:5]:
        director.goto(address)
        width = director.evaluate("document.documentElement.scrollWidth")
        assert width <= 360, address
    director.goto(PAGES[0])
    doing, reading = director.locator("#needs").bounding_box(), director.locator("#workload").bounding_box()
    assert doing is not None
    assert reading is not None
    assert doing["y"] < reading["y"]


def test_twice_the_size_keeps_everything_within_the_page(browser: Browser, site: Site) -> None:
    context = browser.new_context(
        base_url=site.address, viewport={"width": 640, "height": 450}, device_scale_factor=2
    )
    page = sign_in(context.new_page(), "Moira Keane")
    for address in PAGES:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, address
    context.close()


def test_the_keyboard_reaches_the_main_part_at_once(director: Page) -> None:
    director.goto(PAGES[0])
    director.keyboard.press("Tab")
    expect(director.locator(":focus")).to_have_text("Skip to main content")
    director.keyboard.press("Enter")
    assert director.evaluate("document.activeElement.id") == "main"


def test_print_shows_the_figures_and_leaves_out_what_is_for_the_screen(director: Page) -> None:
    director.goto(PAGES[0])
    director.emulate_media(media="print")
    expect(director.locator("#workload svg.chart--wide")).to_be_visible()
    expect(director.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(director.locator(".need__act").first).to_be_hidden()
    assert director.pdf(format="A4")[:4] == b"%PDF"


def test_a_team_page_is_quick_and_asks_little(director: Page, site: Site) -> None:
    director.goto(PAGES[0])
    site.backend.calls = 0
    began = time.perf_counter()
    answer = director.request.get(PAGES[0])
    took = time.perf_counter() - began
    assert answer.ok
    assert site.backend.calls <= 15
    assert took < 1.0, f"{took:.3f} s"
