"""A browser before the pages, and the pages before an invented council.

The browser's driver runs an event loop in this thread, so it ends with this folder: other tests need theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.site import Site, served

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


@pytest.fixture(scope="package")
def whole_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(tmp_path_factory.mktemp("dashboard")) as found:
        yield found


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture
def site(whole_site: Site) -> Site:
    whole_site.backend.reset()
    return whole_site


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A page of somebody who has not signed in; fails the test when the browser complains."""
    yield from _page(browser, site)


@pytest.fixture
def manager(browser: Browser, site: Site, sessions: dict[str, Any]) -> Iterator[Page]:
    """A page of Leah Brook, manager of North locality."""
    yield from _page(browser, site, storage_state=_session(browser, site, sessions, "Leah Brook"))


@pytest.fixture
def director(browser: Browser, site: Site, sessions: dict[str, Any]) -> Iterator[Page]:
    """A page of Moira Keane, director, who sees every service."""
    yield from _page(browser, site, storage_state=_session(browser, site, sessions, "Moira Keane"))


@pytest.fixture
def plain(browser: Browser, site: Site, sessions: dict[str, Any]) -> Iterator[Page]:
    """The same person in a browser that runs no scripts."""
    state = _session(browser, site, sessions, "Leah Brook")
    yield from _page(browser, site, storage_state=state, java_script_enabled=False)


@pytest.fixture(scope="package")
def sessions() -> dict[str, Any]:
    """Sessions that were begun, so that not every test signs in anew."""
    return {}


def sign_in(page: Page, name: str, onward: str = "/") -> Page:
    page.goto(f"/sign-in?next={onward}")
    page.get_by_role("button", name=name).click()
    return page


def _session(browser: Browser, site: Site, sessions: dict[str, Any], name: str) -> Any:
    if name not in sessions:
        context = browser.new_context(base_url=site.address)
        sign_in(context.new_page(), name, "/catalogue")
        sessions[name] = context.storage_state()
        context.close()
    return sessions[name]


def _page(browser: Browser, site: Site, **more: Any) -> Iterator[Page]:
    context = browser.new_context(base_url=site.address, viewport={"width": 1280, "height": 900}, **more)
    found = context.new_page()
    wrong: list[str] = []
    found.on("pageerror", lambda error: wrong.append(str(error)))
    found.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
    yield found
    context.close()
    assert wrong == []
