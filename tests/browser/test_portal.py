"""The requester's pages in a real browser: by link, on a phone, without scripts, in Swedish."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, OpenPage, SignInAs, assert_clean
from tests.web.portal_stage import Stage
from tests.web.portal_stage import stage as stage

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    "visitor",
    [
        {},
        {"viewport": PHONE, "color_scheme": "dark", "has_touch": True},
        {"java_script_enabled": False, "locale": "sv-SE"},
    ],
    ids=["wide", "phone, dark", "no scripts, Swedish"],
)
def test_from_the_link_to_an_answer_that_is_seen(
    stage: Stage, open_page: OpenPage, visitor: dict[str, object], tmp_path: Path
) -> None:
    page = open_page(**visitor)
    page.goto(stage.link())
    (tmp_path / "seen.txt").write_text("what I saw")
    page.fill("textarea[name=text]", "Yes, today too.")
    page.set_input_files("input[name=files]", tmp_path / "seen.txt")
    page.click("button[value=send]")
    page.wait_for_url("**/follow/*#message-*")
    assert "Yes, today too." in page.locator("article").last.inner_text()
    assert "seen.txt" in page.locator("article").last.inner_text()
    assert page.locator(".alert-success").is_visible()
    assert stage.messages()[-1][1] == "Yes, today too."


def test_a_draft_survives_a_reload_and_goes_when_it_is_sent(
    stage: Stage, open_page: OpenPage
) -> None:
    page = open_page()
    page.goto(stage.link())
    page.fill("textarea[name=text]", "Half a thought")
    expect(page.locator("[data-draft-state]")).to_have_text("Draft kept on this device")
    page.reload()
    expect(page.locator("textarea[name=text]")).to_have_value("Half a thought")
    page.click("button[value=send]")
    page.wait_for_url("**/follow/*#message-*")
    page.reload()
    page.wait_for_timeout(300)
    assert page.input_value("textarea[name=text]") == ""


def test_it_works_now_and_then_it_does_not(stage: Stage, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(stage.link())
    page.click("button[value=solved]")
    page.wait_for_selector("button[value=reopen]")
    assert stage.state() == "resolved"
    page.click("button[value=reopen]")
    page.wait_for_selector("button[value=solved]")
    assert stage.state() == "open"


def test_the_mail_as_it_was_sent_fits_its_frame(stage: Stage, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(stage.link())
    page.locator("details.as-sent summary").first.click()
    frame = page.frame_locator("iframe.mail-frame").first
    frame.get_by_text("every page twice").wait_for()
    assert frame.locator("img").get_attribute("src")
    page.wait_for_function("document.querySelector('iframe').offsetHeight < 200")


@pytest.mark.parametrize("language", ["en-GB", "sv-SE"])
@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, PHONE], ids=["wide", "phone"])
def test_nothing_to_complain_about_without_signing_in(
    stage: Stage, open_page: OpenPage, language: str, viewport: dict[str, int]
) -> None:
    page = open_page(locale=language, viewport=viewport)
    paths = ["/", stage.link(), stage.old_link(), "/follow/nonsense", "/nowhere"]
    for path in [*paths, "/account/login", "/account/reset"]:
        page.goto(path)
        assert_clean(page)
    page.goto(stage.link())
    page.locator("details.as-sent summary").first.click()
    page.wait_for_timeout(300)
    assert_clean(page)
    page.click("button[value=send]")
    assert_clean(page)
    assert page.evaluate("document.activeElement.className") == "error-summary"


def test_nothing_to_complain_about_when_signed_in(
    stage: Stage, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    page = open_page(viewport=PHONE)
    sign_in_as(page, stage.world.agnes_id)
    page.goto("/")
    assert_clean(page)
    page.goto("/me")
    assert_clean(page)
    page.goto("/account/change")
    assert_clean(page)
    page.goto("/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/account/login*")
    sign_in_as(page, stage.world.eva_id)
    page.wait_for_selector("ul.my-tickets")
    assert_clean(page)


def test_a_ticket_is_read_and_answered_by_keyboard_alone(stage: Stage, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(stage.link())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.get_by_role("link", name="To your answer").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "text"
    page.keyboard.type("By keyboard")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/follow/*#message-*")
    assert stage.messages()[-1][1] == "By keyboard"
