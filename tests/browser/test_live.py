"""A page that is open hears of changes and shows them by itself."""

from __future__ import annotations

import asyncio
import time

import pytest
from playwright.sync_api import Page, Route, expect

from eventlog.records import Record
from tests.browser import council
from tests.browser.site import Site
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.browser
TEAM = "/units/north-locality"


def tell(site: Site, measure: str = "overdue") -> None:
    """What the log would bring: a figure of the team has changed."""
    data = {
        "unit": "north-locality",
        "measure": measure,
        "grain": "month",
        "period": "2026-11",
        "value": 24,
        "as_at": "2026-11-18",
        "fresh_at": "2026-11-18T09:14:00+00:00",
        "positions": {},
    }
    value = council.event("primed.measure.changed.v1", measure, data)
    record = Record(
        topic="primed.metric-events", partition=0, offset=0, timestamp_ms=0, key=b"k", value=value
    )
    asyncio.run_coroutine_threadsafe(site.hub.hear([record]), site.loop).result(PATIENCE_S)


def connected(page: Page, address: str = TEAM) -> None:
    page.goto(address)
    until = time.monotonic() + PATIENCE_S
    while not page.evaluate("document.getElementById('live')?._htmx?.sse?.status === 200"):
        assert time.monotonic() < until, "The page did not connect."
        page.wait_for_timeout(50)


def test_a_changed_figure_shows_itself_and_leaves_the_rest_alone(manager: Page, site: Site) -> None:
    connected(manager)
    manager.locator("#workload summary").click()
    site.backend.scene = "huge"
    tell(site)
    expect(manager.locator("#strip .tile__value").first).to_have_text("31,533", timeout=1000 * PATIENCE_S)
    expect(manager.locator("#workload h2")).to_contain_text("31,533 are overdue", timeout=1000 * PATIENCE_S)
    expect(manager.locator("#workload table")).to_be_visible()  # what the reader opened stays open
    expect(manager.locator("#outcomes svg.chart--wide")).not_to_contain_text("2%")


def test_a_later_change_shows_too(manager: Page, site: Site) -> None:
    connected(manager)
    for scene, value in (("huge", "31,533"), ("busy", "23"), ("huge", "31,533")):
        site.backend.scene = scene
        tell(site)
        expect(manager.locator("#strip .tile__value").first).to_have_text(value, timeout=1000 * PATIENCE_S)


def test_a_page_connects_though_a_script_comes_late(manager: Page) -> None:
    def late(route: Route) -> None:
        time.sleep(0.5)
        route.continue_()

    manager.route("**/hx-sse*", late)
    connected(manager)


def test_a_first_connection_that_is_refused_or_breaks_is_tried_again(manager: Page, site: Site) -> None:
    answers = [lambda route: route.fulfill(status=503, body="{}"), lambda route: route.abort()]
    held: list[Route] = []

    def refuse(route: Route) -> None:
        if answers:
            answers.pop(0)(route)
        else:
            held.append(route)

    manager.route("**/live?*", refuse)
    manager.goto(TEAM)
    expect(manager.locator("#fresh")).to_contain_text(
        "Live updates are paused: reconnecting", timeout=1000 * PATIENCE_S
    )
    until = time.monotonic() + PATIENCE_S
    while not held:
        assert time.monotonic() < until, "The page did not try again."
        manager.wait_for_timeout(50)
    site.backend.scene = "huge"  # changed while nobody could be told
    held[0].continue_()
    expect(manager.locator("#strip .tile__value").first).to_have_text("31,533", timeout=1000 * PATIENCE_S)
    expect(manager.locator("#fresh")).to_contain_text("Live.", timeout=1000 * PATIENCE_S)


def test_a_paused_page_stays_as_it_is(manager: Page, site: Site) -> None:
    connected(manager)
    manager.get_by_role("link", name="Pause updates").click()
    expect(manager.locator("#fresh")).to_contain_text("Paused.")
    site.backend.scene = "huge"
    tell(site)
    manager.wait_for_timeout(700)
    expect(manager.locator("#strip .tile__value").first).to_have_text("23")
    manager.get_by_role("link", name="Resume updates").click()
    expect(manager.locator("#strip .tile__value").first).to_have_text("31,533")


def test_nobody_listens_to_a_unit_that_is_not_theirs(manager: Page) -> None:
    assert manager.request.get("/live?unit=south-locality").status == 404
    assert manager.request.get("/live?unit=nowhere").status == 404
