"""One event travels the whole way, seen from a manager's chair.

It is posted, counted, shown live and escalated; a commitment answers it, is followed up, and counted again.
"""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.asking import Caller, absorbed, eventually
from tests.browser.conftest import sign_in
from tests.conftest import Product
from tests.patience import PATIENCE_S

TEAM, MANAGER = "north-locality", "Leah Brook"
TODAY = dt.datetime.now().astimezone().date()
LIVE_MS = 1000 * PATIENCE_S
"""How long to wait for what must come by itself; generous, since the machine may be busy."""


@pytest.fixture(scope="module")
def council(new_product: Callable[..., Product]) -> Product:
    """The product with two months of a simulated council, which stops at today."""
    product = new_product("--empty")
    command = [sys.executable, "-m", "primed.cli", "simulate", "--months", "2", "--speed", "0"]
    done = subprocess.run(command, check=False, env=product.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    absorbed(product, Caller(product, "operator"))
    return product


@pytest.fixture
def page(browser: Browser, council: Product) -> Iterator[Page]:
    context = browser.new_context(base_url=council.page, viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def receipt(number: int) -> dict[str, Any]:
    """Work that arrives a week after it was due."""
    return {
        "specversion": "1.0",
        "id": f"journey-{number}",
        "source": "journey/cases",
        "type": "primed.work.received.v1",
        "subject": f"journey/cases/{number}",
        "time": f"{(TODAY - dt.timedelta(8)).isoformat()}T09:00:00+00:00",
        "data": {"kind": "review", "team": TEAM, "due": (TODAY - dt.timedelta(7)).isoformat()},
    }


def shown(page: Page, measure: str) -> int:
    value = page.locator(f"#strip .tile__value a[href*='measure={measure}&']").first.inner_text()
    return int(value.replace(",", ""))


def limit_above(council: Product, value: int) -> None:
    """A rule that the next overdue item breaks."""
    rule = {
        "id": "journey-overdue",
        "name": "Overdue work",
        "measure": "overdue",
        "unit": TEAM,
        "comparison": "above",
        "value": value,
        "clear": value - 1,
        "for": "PT0S",
        "severity": "warning",
        "ladder": ["manager", "head"],
        "rung_after": "PT8H",
        "enabled": True,
    }
    answer = Caller(council, "operator").post("notify", "/v1/rules", rule)
    assert answer.status_code == 201, answer.text


@pytest.mark.browser
def test_from_an_event_to_a_commitment_that_is_kept(council: Product, page: Page) -> None:
    analyst = Caller(council, "analyst")
    month = TODAY.strftime("%Y-%m")
    sign_in(page, MANAGER)
    expect(page.get_by_role("heading", level=1)).to_have_text("North locality team")
    overdue = shown(page, "overdue")
    kept = analyst.figure("commitments_kept", TEAM, month)
    limit_above(council, overdue)

    # posted → Kafka → ledger → the figure on the live page, which nobody reloads
    assert Caller(council, "feeder").send([receipt(1)]) == 1
    tile = page.locator("#strip .tile__value a[href*='measure=overdue&']").first
    expect(tile).to_have_text(f"{overdue + 1}", timeout=LIVE_MS)

    # breached threshold → escalation to the manager: on the page and by e-mail
    need = page.locator(".need", has_text=re.compile("overdue work is", re.I)).first
    expect(need).to_be_visible(timeout=LIVE_MS)
    mails = eventually(lambda: list((council.home / "mail").glob("*.eml")), lambda found: len(found) > 0)
    told = [email.message_from_bytes(mail.read_bytes(), policy=email.policy.default) for mail in mails]
    assert any("leah.brook@demo.example" in str(mail["to"]) for mail in told)

    # the meeting: last time's promises first, then the exception, then a commitment that answers it
    page.goto("/meetings")
    page.get_by_role("row").filter(has_text="Planned").get_by_role("link").first.click()
    page.get_by_role("button", name="Start the meeting").click()
    headings = page.locator("section.agenda h2").all_inner_texts()
    assert headings[0].startswith("1. What we promised last time")
    page.get_by_role("button", name=re.compile("Agree a commitment")).first.click()
    page.get_by_label("What will be done?").fill("Close the review that came in late.")
    page.get_by_role("button", name="Agree", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Choose one person who owns it")
    page.get_by_label("Who owns it?").select_option(index=1)
    page.get_by_label("By which day?").fill((TODAY + dt.timedelta(10)).isoformat())
    page.get_by_role("button", name="Agree", exact=True).click()
    expect(page.get_by_text("The commitment is agreed.")).to_be_visible()
    page.get_by_role("button", name="Close the meeting").click()
    expect(page.get_by_text("The meeting is closed.")).to_be_visible()

    # the commitment closes the exception that it answers
    waiting = {"unit": TEAM, "state": "open"}
    eventually(
        lambda: [
            one
            for one in analyst.get("notify", "/v1/escalations", **waiting)["items"]
            if one["rule"] == "journey-overdue"
        ],
        lambda found: not found,
    )

    # followed up, and counted
    page.goto("/commitments")
    page.get_by_role("link", name="Close the review that came in late.").first.click()
    page.get_by_label("What came of it?").fill("Closed.")
    page.get_by_role("button", name="It is done").click()
    expect(page.get_by_text("The commitment is done.")).to_be_visible()
    eventually(lambda: analyst.figure("commitments_kept", TEAM, month), lambda now: now == kept + 1)

    # and every figure on the way explains itself
    page.goto(f"/explain?measure=overdue&unit={TEAM}&period={month}")
    page.get_by_role("link", name="1", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1")


@pytest.mark.browser
def test_the_page_works_without_scripts(browser: Browser, council: Product) -> None:
    context = browser.new_context(base_url=council.page, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, MANAGER)
    expect(page.get_by_role("heading", level=1)).to_have_text("North locality team")
    page.get_by_role("link", name="By worker").first.click()
    assert page.locator("table tbody tr").count() > 1
    context.close()
