"""What a manager sees and can do, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import council
from tests.browser.conftest import sign_in
from tests.browser.site import Site

pytestmark = pytest.mark.browser
TEAM = "/units/north-locality"


def test_without_a_session_one_is_led_to_sign_in_and_back(page: Page, site: Site) -> None:
    page.goto("/exceptions")
    expect(page).to_have_url(f"{site.address}/sign-in?next=%2Fexceptions")
    page.get_by_role("button", name="Leah Brook").click()
    expect(page).to_have_url(f"{site.address}/exceptions")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_contain_text("You have signed out")
    page.goto("/exceptions")
    expect(page).to_have_url(re.compile("/sign-in"))


def test_nobody_is_sent_elsewhere_after_signing_in(page: Page, site: Site) -> None:
    sign_in(page, "Leah Brook", "//evil.example/x")
    assert page.url.startswith(site.address)


def test_the_session_is_out_of_reach_of_scripts_and_other_sites(manager: Page) -> None:
    (session,) = [one for one in manager.context.cookies() if one["value"].startswith("ey")]
    assert session["httpOnly"]
    assert session["sameSite"] == "Lax"
    answer = manager.goto(TEAM)
    assert answer is not None
    headers = answer.headers
    assert headers["cache-control"] == "no-store"
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]


def test_the_team_page_opens_with_what_a_manager_would_say(manager: Page) -> None:
    manager.goto(TEAM)
    lead = manager.locator(".lead").first
    expect(lead).to_have_text(
        "134 pieces of work are open: 23 are overdue and 41 fall due in December. More work is completed "
        "than usual since April, but more work is overdue than usual since February."
    )
    headings = manager.locator(".two__reading h2").all_inner_texts()
    assert headings == [
        "23 are overdue; December is the heaviest month",
        "More work is completed since April, and not by chance",
        "More end with information and advice, fewer with residential or nursing, and not by chance",
        "Most urgent work",
    ]


def test_what_needs_doing_is_beside_it(manager: Page) -> None:
    manager.goto(TEAM)
    needs = manager.locator("#needs")
    expect(needs).to_contain_text("Goes to Dan Whitlock (head of service) tomorrow 12:00 unless you act.")
    expect(manager.locator("#promises")).to_contain_text("Late by 3 days")
    expect(manager.locator("#promises")).to_contain_text("It worked")
    expect(manager.locator("#meeting")).to_contain_text("Tuesday 10:00")
    expect(manager.get_by_role("navigation", name="Main")).to_contain_text("Exceptions (1)")


def test_variation_is_said_in_words_and_told_by_shape(manager: Page) -> None:
    manager.goto(TEAM)
    overdue = manager.locator(".tile", has_text="Overdue").first
    expect(overdue.locator(".how--worse")).to_have_text("Higher than usual since February, and not by chance")
    assert overdue.locator(".how--worse polygon").count() == 1
    quiet = manager.locator(".tile", has_text="Unallocated")
    expect(quiet.locator(".how--usual")).to_have_text("As usual")


def test_every_chart_has_its_table_and_is_said_aloud(manager: Page) -> None:
    manager.goto(TEAM)
    for part in ("workload", "completed", "outcomes"):
        region = manager.locator(f"#{part}")
        assert region.locator("svg.chart--wide title").text_content() == region.locator("h2").inner_text()
        region.get_by_text("Table", exact=True).click()
        expect(region.locator("table")).to_be_visible()


def test_from_a_figure_to_its_definition_its_lines_and_its_event(manager: Page) -> None:
    manager.goto(TEAM)
    manager.locator(".tile", has_text="Overdue").first.get_by_role("link", name="23").click()
    expect(manager.locator("h1")).to_have_text("Overdue: 23")
    expect(manager.locator("main")).to_contain_text("end(overdue)")
    manager.get_by_role("link", name="Allocated").first.click()
    expect(manager.locator("h1")).to_contain_text("Work allocated")
    expect(manager.locator("main")).to_contain_text("4417-2")
    manager.get_by_role("link", name="demo/cases/4417").click()
    expect(manager.locator("h1")).to_have_text("Review 4417")
    manager.goto("/items?subject=demo/care/77")
    expect(manager.locator("h1")).to_have_text("Care package 77")


def test_an_exception_is_acknowledged_with_a_note_and_not_without(manager: Page, site: Site) -> None:
    manager.goto("/escalations/e-1")
    manager.get_by_role("button", name="Acknowledge").click()
    expect(manager.get_by_role("alert")).to_contain_text("Say in the note what you are doing about it")
    assert site.backend.commands == []
    manager.get_by_label("What are you doing about it?").fill("Sharing out the oldest")
    manager.get_by_role("button", name="Acknowledge").click()
    expect(manager.get_by_role("status").first).to_contain_text("You have acknowledged the exception")
    ((path, body, headers),) = site.backend.commands
    assert (path, body) == ("/v1/escalations/e-1/acknowledge", {"note": "Sharing out the oldest"})
    assert headers["if-match"] == '"1"'
    assert headers["idempotency-key"]


def test_an_exception_is_snoozed_until_a_day_with_a_note_and_not_without(manager: Page, site: Site) -> None:
    manager.goto("/escalations/e-1")
    manager.get_by_role("button", name="Snooze").click()
    expect(manager.get_by_role("alert")).to_contain_text("Choose the day on which you want to be asked again")
    assert site.backend.commands == []
    manager.get_by_label("Ask again on").fill("2026-12-01")
    manager.get_by_label("Why can it wait?").fill("Two people join on Monday")
    manager.get_by_role("button", name="Snooze").click()
    expect(manager.get_by_role("status").first).to_contain_text("The exception waits")
    ((path, body, headers),) = site.backend.commands
    assert path == "/v1/escalations/e-1/snooze"
    assert body == {"until": "2026-12-01T09:00:00+00:00", "note": "Two people join on Monday"}
    assert headers["if-match"] == '"1"'


def test_a_commitment_starts_from_the_green_button(manager: Page, site: Site) -> None:
    manager.goto(TEAM)
    manager.get_by_role("button", name="Agree a commitment").click()
    expect(manager.locator("main")).to_contain_text("Overdue work is above 20 for the third week")
    manager.get_by_role("button", name="Agree").click()
    expect(manager.get_by_role("alert")).to_contain_text("Choose one person who owns it")
    manager.get_by_label("What will be done?").fill("Close the five oldest")
    manager.get_by_label("Who owns it?").select_option(label="Tom Reid")
    manager.get_by_label("By which day?").fill("2020-01-01")
    manager.get_by_role("button", name="Agree").click()
    expect(manager.get_by_role("alert")).to_contain_text("The deadline lies in the past")
    expect(manager.get_by_label("What will be done?")).to_have_value("Close the five oldest")
    manager.get_by_label("By which day?").fill("2026-12-01")
    manager.get_by_role("button", name="Agree").click()
    expect(manager.get_by_role("status").first).to_contain_text("The commitment is agreed")
    _, body, _ = site.backend.commands[-1]
    assert body == {
        "unit": "north-locality",
        "text": "Close the five oldest",
        "owner": "w-0011",
        "deadline": "2026-12-01",
        "measure": "overdue",
        "escalation": "e-1",
    }


def test_a_meeting_is_run_from_one_page_and_refuses_to_close_too_early(manager: Page, site: Site) -> None:
    manager.goto("/meetings/m-1")
    manager.get_by_role("button", name="Start the meeting").click()
    expect(manager.locator("main")).to_contain_text("Being held")
    expect(manager.get_by_role("link", name="23 are overdue; December is the heaviest month")).to_be_visible()
    expect(manager.locator("main")).to_contain_text("Which of the 15 due before November can be closed")
    manager.get_by_role("button", name="Close the meeting").click()
    expect(manager.get_by_role("alert")).to_contain_text(
        "cannot be closed: “Re-plan the five oldest reviews” (Tom Reid)"
    )
    manager.get_by_label("It is due, so the meeting must say").fill("Three of five done")
    manager.get_by_role("button", name="Keep the review").first.click()
    expect(manager.locator("main")).to_contain_text("Reviewed: Three of five done")
    manager.get_by_label("What was decided?").fill("Reviews come first this week")
    manager.get_by_role("button", name="Keep the decision").click()
    manager.get_by_role("button", name="Close the meeting").click()
    expect(manager.get_by_role("status").first).to_contain_text("The meeting is closed")
    assert [path.rsplit("/", 1)[-1] for path, _, _ in site.backend.commands] == [
        "start",
        "close",
        "review",
        "decisions",
        "close",
    ]


def test_a_form_of_another_site_is_refused(manager: Page, site: Site) -> None:
    answer = manager.request.post("/escalations/e-1/close", form={"reason": "forged", "form_token": "0" * 64})
    assert answer.status == 403
    foreign = manager.request.post(
        "/sign-out", form={"form_token": ""}, headers={"Origin": "https://evil.example"}
    )
    assert foreign.status == 403
    assert site.backend.commands == []


def test_a_practitioner_sees_their_work_and_cannot_agree_for_others(page: Page) -> None:
    sign_in(page, "Amara Osei")
    expect(page.locator("h1")).to_have_text("My work")
    expect(page.locator("#promised")).to_contain_text("Re-plan the five oldest reviews")
    expect(page.locator("#meeting")).to_contain_text("2 commitments")
    assert page.locator("#work tbody tr").count() == 3
    page.goto(TEAM)
    assert page.get_by_role("button", name="Agree a commitment").count() == 0
    answer = page.goto("/commitments/new")
    assert answer is not None
    assert answer.status == 403
    expect(page.locator("h1")).to_have_text("Not allowed")


def test_a_service_that_is_away_takes_only_its_own_parts(manager: Page, site: Site) -> None:
    site.backend.away = {"actions", "notify"}
    answer = manager.goto(TEAM)
    assert answer is not None
    assert answer.status == 200
    expect(manager.locator("main")).to_contain_text("Actions and notify do not answer")
    expect(manager.locator("#workload h2")).to_have_text("23 are overdue; December is the heaviest month")
    expect(manager.locator("#needs")).to_contain_text("cannot be shown now")


def test_without_metrics_everything_else_still_works(manager: Page, site: Site) -> None:
    site.backend.away = {"metrics"}
    answer = manager.goto(TEAM)
    assert answer is not None
    assert answer.status == 200
    expect(manager.locator("#workload")).to_contain_text("cannot be shown now")
    expect(manager.locator("#fresh")).to_contain_text("metrics does not answer")
    expect(manager.locator("#needs")).to_contain_text("Overdue work is above 20 for the third week")
    manager.goto("/meetings/m-1")
    expect(manager.get_by_role("button", name="Start the meeting")).to_be_visible()


def test_what_lies_above_a_team_is_named_and_is_not_a_way_in(manager: Page) -> None:
    manager.goto(TEAM)
    crumbs = manager.get_by_role("navigation", name="Where this is")
    expect(crumbs).to_contain_text("Long-term support")
    assert crumbs.get_by_role("link").count() == 0
    answer = manager.goto("/units/long-term-support")
    assert answer is not None
    assert answer.status == 404


def test_what_does_not_exist_is_said_plainly(manager: Page) -> None:
    for address in ("/units/nowhere", "/no-such-page", "/events/primed.case-events/3/7", "/measures/nothing"):
        answer = manager.goto(address)
        assert answer is not None
        assert answer.status == 404, address
        expect(manager.locator("h1")).to_have_text("Not found")
        expect(manager.get_by_role("link", name="Go to your own page")).to_be_visible()


def test_a_wrong_day_or_period_is_refused_with_what_to_do(manager: Page) -> None:
    for address in (f"{TEAM}?as_at=2026-13-40", f"{TEAM}?as_at=2999-01-01"):
        answer = manager.goto(address)
        assert answer is not None
        assert answer.status == 422
        expect(manager.locator("main")).to_contain_text("Choose a day up to today")


def test_another_day_and_a_link_that_lasts(manager: Page) -> None:
    manager.goto(TEAM)
    manager.get_by_text("Show another day").click()
    manager.get_by_label("As it stood at the end of").fill("2026-09-30")
    manager.get_by_role("button", name="Show", exact=True).click()
    expect(manager.locator("#fresh")).to_contain_text("As it stood at the end of 30 Sep")
    assert "as_at=2026-09-30" in manager.url
    assert manager.locator("[hx-get]").count() == 0
    expect(manager.locator("#urgent")).to_contain_text("Review 4417")
    manager.get_by_role("link", name="Back to today").click()
    expect(manager.locator("#fresh")).to_contain_text("Live.")


def test_stale_figures_are_never_called_live(manager: Page, site: Site) -> None:
    site.backend.reset("stale")
    manager.goto(TEAM)
    expect(manager.locator("#fresh")).to_contain_text(
        "As at yesterday 17:02: newer events have not been counted"
    )
    expect(manager.locator("#fresh")).to_contain_text("demo/cases has been quiet since yesterday 17:02")


def test_a_report_by_worker_goes_by_name_and_can_be_taken_away(manager: Page) -> None:
    manager.goto(TEAM)
    manager.locator("#workload").get_by_role("link", name="By worker").click()
    assert manager.locator("tbody th").all_inner_texts() == ["Amara Osei", "Nobody", "Priya Shah", "Tom Reid"]
    answer = manager.request.get(f"{TEAM}/reports/workload/file.csv?by=worker")
    assert answer.ok
    assert "attachment" in answer.headers["content-disposition"]


def test_everything_works_without_scripts(plain: Page, site: Site) -> None:
    plain.goto(TEAM)
    expect(plain.locator("#workload svg.chart--wide")).to_be_visible()
    plain.get_by_text("Pause updates").click()
    expect(plain.locator("#fresh")).to_contain_text("Paused.")
    plain.goto("/escalations/e-1")
    plain.get_by_label("With a reason").fill("It was a mistake in the feed")
    plain.get_by_role("button", name="Close").click()
    expect(plain.get_by_role("status").first).to_contain_text("The exception is closed")
    assert site.backend.commands[-1][1] == {"reason": "It was a mistake in the feed"}


def test_the_service_overview_begins_with_exceptions_and_names_its_teams(page: Page) -> None:
    sign_in(page, "Dan Whitlock")
    expect(page.locator("h1")).to_have_text("Long-term support")
    expect(page.locator(".lead").first).to_have_text(
        re.compile("^1 exception waits for an answer, in North locality. ")
    )
    expect(page.locator(".lead").first).to_contain_text(
        "In East locality more work is overdue than usual since"
    )
    assert page.locator("#grid .tile").count() == len(council.MEASURES)
    names = page.locator("#below tbody th").all_inner_texts()
    assert names == ["East locality", "North locality", "Reviews", "South locality"]


def test_a_team_reads_what_it_is_for_and_what_it_agreed_to_reach(manager: Page) -> None:
    manager.goto(TEAM)
    said = manager.locator("#purpose")
    expect(said).to_contain_text(
        "People live the lives they choose. We want: Nobody waits longer than 28 days."
    )
    manager.goto("/measures/completed_on_time_percent?unit=north-locality")
    agreed = "Agreed from 1 Sep, give or take 2%: What we can do with the people we have."
    expect(manager.get_by_text(agreed)).to_be_visible()
