"""A requester's day in a real browser: in by link, a fault, a known trouble, and the end of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from helpdesk.core.db import unit_of_work
from helpdesk.domain.notices.actions import publish_notice
from helpdesk.domain.tickets.queries import ticket_by_number
from tests.browser.conftest import PHONE, OpenPage, SignInAs, assert_clean
from tests.web.portal_stage import Stage
from tests.web.portal_stage import stage as stage

pytestmark = pytest.mark.one_database


def a_notice(stage: Stage, now: datetime) -> None:
    with stage.inside(), unit_of_work():
        ticket = ticket_by_number(stage.other_number, lock=True)
        assert ticket
        values: dict[str, Any] = {
            "title_en": "Mail does not arrive",
            "title_sv": "E-posten kommer inte fram",
            "words_en": "We look for the cause.",
            "words_sv": "Vi letar efter orsaken.",
            "service_id": stage.world.email_id,
            "since_at": now,
            "expected_at": None,
            "public": True,
        }
        publish_notice(ticket, values=values, by=stage.world.agnes, now=now)


@pytest.mark.parametrize(
    "visitor",
    [
        {"viewport": PHONE, "color_scheme": "dark", "has_touch": True},
        {"java_script_enabled": False, "locale": "sv-SE"},
    ],
    ids=["phone, dark", "no scripts, Swedish"],
)
def test_in_by_link_a_fault_a_notice_and_closing_it(
    stage: Stage, open_page: OpenPage, now: datetime, visitor: dict[str, Any], site: str
) -> None:
    a_notice(stage, now)
    scripts = visitor.get("java_script_enabled", True)
    page = open_page(**visitor)

    def clean() -> None:
        if scripts:
            assert_clean(page)

    page.goto("/fault")
    clean()
    page.locator('a[href^="/account/link"]').click()
    clean()
    page.fill("input[name=address]", "eva@example.com")
    page.locator("main form button").click()
    page.wait_for_selector(".alert-success")
    link = str(stage.mails("sign-in-link")[-1][1]["link"])
    page.goto(link.replace("http://127.0.0.1:8000", site))
    clean()
    page.locator("main form button").click()
    page.wait_for_url("**/fault")

    page.fill("input[name=subject]", "The scanner is dead")
    page.check("input[name=since][value=today]")
    page.check("input[name=hit][value=several]")
    if scripts:
        # What was begun is there again after a reload.
        page.reload()
        assert page.input_value("input[name=subject]") == "The scanner is dead"
        assert page.is_checked("input[name=hit][value=several]")
    clean()
    page.locator("button[value=review]").click()
    assert page.locator(".error-summary a").count() == 1
    clean()
    page.check("input[name=hinders][value=harder]")
    page.locator("button[value=review]").click()
    page.wait_for_selector("dl.answers")
    clean()
    page.locator("button[value=send]").click()
    page.wait_for_url("**/fault/received/*")
    clean()
    page.goto("/fault")
    assert page.input_value("input[name=subject]") == ""

    page.goto("/")
    clean()
    page.locator("#notice-1 form button").click()
    page.wait_for_selector(".notice-mine")
    page.fill("input[type=search]", "scanner")
    page.locator("form[role=search] button").click()
    page.wait_for_url("**/search?q=scanner")
    clean()
    page.locator(".my-tickets a").first.click()
    clean()
    page.locator("form.act-now button[value=solved]").click()
    page.wait_for_selector("form.act-now button[value=reopen]")
    assert stage.state(stage.other_number + 1) == "resolved"
    page.locator("form.act-now button[value=reopen]").click()
    page.wait_for_selector("form.act-now button[value=solved]")


def test_an_agent_tells_everybody_and_ends_it(
    stage: Stage, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    page = open_page()
    sign_in_as(page, stage.world.agnes_id)
    page.goto(f"/desk/tickets/{stage.number}")
    page.get_by_role("link", name="Tell everybody that this is broken").click()
    page.fill("textarea[name=words_en]", "Pages come twice. Send short documents meanwhile.")
    page.locator("button[name=preview]").click()
    page.wait_for_selector("#preview")
    assert_clean(page)
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url("**/desk/notices/*")
    page.fill("textarea[name=update-words_en]", "A part is on its way.")
    assert_clean(page)
    page.get_by_role("button", name="Publish the update").click()
    page.wait_for_selector(".notice-update")
    page.goto("/desk/notices")
    assert_clean(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert_clean(page)
    page.goto("/desk/notices/1")
    assert_clean(page)
    page.get_by_role("heading", name="It works again").click()
    page.get_by_role("button", name="End the notice").click()
    page.wait_for_selector(".notice-ended")
    assert_clean(page)


def test_a_strangers_first_page_tells_what_is_broken(
    stage: Stage, open_page: OpenPage, now: datetime
) -> None:
    a_notice(stage, now)
    page = open_page(viewport=PHONE)
    page.goto("/")
    assert page.get_by_text("Mail does not arrive").is_visible()
    assert_clean(page)
    page.goto("/account/link/cut-off")
    assert_clean(page)
