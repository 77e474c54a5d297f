"""An analyst sends a file, watches it go in, fetches what was refused, and looks at what fields are worth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser import files
from tests.browser.conftest import sign_in
from tests.browser.site import Site

pytestmark = pytest.mark.browser
PAGES = ("/imports", "/imports/night", "/imports/older", "/quality", "/mappings", "/mappings/reviews")


@pytest.fixture
def analyst(browser: Browser, site: Site) -> Iterator[Page]:
    """A page of Noor Hassan, performance analyst."""
    context = browser.new_context(base_url=site.address)
    yield sign_in(context.new_page(), "Noor Hassan", "/imports")
    context.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tonight.csv"
    path.write_text("Review ID,Received\nR1,2026-11-02\n")
    return path


def test_a_file_is_sent_with_what_it_holds_and_watched_until_it_is_in(
    analyst: Page, site: Site, file: Path
) -> None:
    analyst.get_by_label("The file").set_input_files(file)
    analyst.get_by_label("How are its columns read?").select_option("Reviews of Mosaic")
    analyst.get_by_label("When was this export made?").fill("2026-11-17T18:00")
    analyst.get_by_label("What has a date in these days").check()
    analyst.get_by_label("Which date").select_option("Received")
    analyst.get_by_label("First day").fill("2026-04-01")
    analyst.get_by_role("button", name="Import").click()
    expect(analyst.locator("h1")).to_have_text("sent.csv is in, every row of it")
    assert analyst.url.endswith("/imports/sent?done=sent")
    [(_, asked, taken)] = site.backend.commands
    assert asked == {
        "name": "tonight.csv",
        "mapping": "reviews",
        "as_of": "2026-11-17T18:00:00+00:00",
        "coverage": "received:2026-04-01..",
    }
    assert taken["body"] == file.read_text()


def test_what_is_wrong_with_the_form_or_the_file_is_said_and_nothing_else_is_lost(
    analyst: Page, site: Site, file: Path
) -> None:
    analyst.get_by_label("When was this export made?").fill("2026-11-17T18:00")
    analyst.get_by_label("What has a date in these days").check()
    analyst.get_by_role("button", name="Import").click()
    summary = analyst.locator(".govuk-error-summary")
    expect(summary).to_contain_text("Choose the file to import")
    expect(summary).to_contain_text("Say which date decides what the file holds")
    assert site.backend.commands == []
    expect(analyst.get_by_label("When was this export made?")).to_have_value("2026-11-17T18:00")
    analyst.get_by_label("The file").set_input_files(file)
    analyst.get_by_label("What its mapping says").check()
    analyst.get_by_label("What kind of file is it?").select_option("xes")
    analyst.get_by_role("button", name="Import").click()
    expect(summary).to_contain_text("The file looks like table, not like xes.")


def test_an_import_is_stopped_without_scripts(browser: Browser, site: Site, file: Path) -> None:
    context = browser.new_context(base_url=site.address, java_script_enabled=False)
    page = sign_in(context.new_page(), "Noor Hassan", "/imports")
    page.get_by_label("The file").set_input_files(file)
    page.get_by_role("button", name="Import").click()
    expect(page.locator("h1")).to_have_text("sent.csv is on its way: 25% is in")
    page.get_by_role("button", name="Stop this import").click()
    expect(page.locator("h1")).to_have_text("sent.csv was cancelled after 1,000 rows")
    context.close()


def test_a_form_of_another_site_sends_nothing(analyst: Page, site: Site) -> None:
    answer = analyst.request.post("/imports", multipart={"form_token": "x", "name": "y"})
    assert answer.status == 403
    assert site.backend.commands == []


def test_refused_rows_are_a_file_and_an_older_export_says_where_its_rows_went(analyst: Page) -> None:
    analyst.goto("/imports/night")
    expect(analyst.locator("h1")).to_have_text("night.csv is in, but 128 rows were refused")
    with analyst.expect_download() as download:
        analyst.get_by_role("button", name="Download the 128 refused rows").click()
    assert download.value.suggested_filename == "rejects-night.csv"
    expect(analyst.locator("main ol")).to_contain_text("What is in already changes nothing")
    analyst.goto("/imports/older")
    expect(analyst.locator("main")).to_contain_text("12 rows put where they belong")


def test_a_mapping_is_read_tried_on_a_file_and_proposed_from_one(analyst: Page, file: Path) -> None:
    analyst.get_by_role("link", name="How files are read").click()
    analyst.get_by_role("link", name="Reviews of Mosaic").click()
    expect(analyst.locator("tbody tr").nth(2)).to_contain_text("Type or Sort")
    expect(analyst.locator("main")).to_contain_text("day/month/year")
    analyst.get_by_role("button", name="Try it").click()
    expect(analyst.locator(".govuk-error-summary")).to_contain_text("Choose a file")
    analyst.get_by_label("The file").set_input_files(file)
    analyst.get_by_role("button", name="Try it").click()
    expect(analyst.locator("h1")).to_have_text("1 can be taken, 2 cannot")
    expect(analyst.locator("main")).to_contain_text("Correct Received in the case system.")
    analyst.get_by_role("link", name="How files are read").click()
    analyst.get_by_label("A table of which there is no mapping yet").set_input_files(file)
    analyst.get_by_label("A name for the feed").fill("mosaic/tonight")
    analyst.get_by_role("button", name="Propose a mapping").click()
    expect(analyst.get_by_label("The mapping", exact=True)).to_have_value(
        re.compile("source: mosaic/tonight")
    )


def test_a_mapping_is_kept_under_a_name_and_changed_on_its_page(analyst: Page, file: Path) -> None:
    analyst.goto("/mappings")
    analyst.get_by_label("A table of which there is no mapping yet").set_input_files(file)
    analyst.get_by_label("A name for the feed").fill("mosaic/tonight")
    analyst.get_by_role("button", name="Propose a mapping").click()
    for name, said in (
        ("Our Reviews", "Give it a name of small letters"),
        ("reviews", "of this name; choose another"),
    ):
        analyst.get_by_label("A name for the mapping").fill(name)
        analyst.get_by_role("button", name="Keep this mapping").click()
        expect(analyst.locator(".govuk-error-summary")).to_contain_text(said)
        expect(analyst.get_by_label("The mapping", exact=True)).to_have_value(
            "format: table\nsource: mosaic/tonight"
        )
    analyst.get_by_label("A name for the mapping").fill("tonight")
    analyst.get_by_role("button", name="Keep this mapping").click()
    expect(analyst.locator("main")).to_contain_text("as the feed mosaic/tonight")
    expect(analyst.get_by_text("The mapping is kept.")).to_be_visible()
    analyst.get_by_text("The mapping as it is written").click()
    analyst.get_by_label("The mapping", exact=True).fill("source: mosaic/tonight")
    analyst.get_by_role("button", name="Keep it as changed").click()
    expect(analyst.locator(".govuk-error-summary")).to_contain_text("The mapping names no format")
    expect(analyst.get_by_label("The mapping", exact=True)).to_have_value("source: mosaic/tonight")
    analyst.get_by_label("The mapping", exact=True).fill("format: table\nsource: mosaic/other")
    analyst.get_by_role("button", name="Keep it as changed").click()
    expect(analyst.locator("main")).to_contain_text("as the feed mosaic/other")
    files.kept.clear()


def test_the_worst_field_stands_first_with_rows_to_look_at(analyst: Page, site: Site) -> None:
    analyst.goto("/quality")
    expect(analyst.locator("h1")).to_have_text(
        "97% can be used; most often wrong is “Completed”: 50 rows in the future (mosaic/reviews)"
    )
    expect(analyst.get_by_role("heading", level=2).first).to_have_text(
        "99% can be used on 17 Nov; it was 95% on 16 Nov"
    )
    analyst.get_by_role("link", name="rows 7, 19").first.click()
    assert analyst.url.endswith("/imports/night")
    site.backend.reset("empty")
    analyst.goto("/quality")
    expect(analyst.locator("h1")).to_have_text("No import was counted in these days")
    site.backend.away = {"ingest"}
    analyst.goto("/imports")
    expect(analyst.locator("main")).to_contain_text("Imports cannot be shown now")


@pytest.mark.parametrize("address", PAGES)
def test_everybody_can_read_them_on_a_phone_too(analyst: Page, address: str) -> None:
    analyst.set_viewport_size({"width": 360, "height": 800})
    analyst.goto(address)
    assert analyst.evaluate("document.documentElement.scrollWidth") <= 360
    found = Axe().run(analyst, options={"resultTypes": ["violations"]})
    assert [(one["id"], one["nodes"][0]["html"][:160]) for one in found.response["violations"]] == []


def test_files_are_not_for_managers(manager: Page) -> None:
    answer = manager.goto("/imports")
    assert answer is not None
    assert answer.status == 403
