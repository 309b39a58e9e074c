"""The reply editor in a real browser: drafts, canned replies, files, taking back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.replies.actions import add_canned_reply, keep_draft
from helpdesk.domain.replies.models import Draft
from helpdesk.domain.tickets.queries import ticket_for
from tests.browser.conftest import PATIENCE_MS, PHONE, OpenPage, SignInAs, assert_clean
from tests.web.tickets import a_ticket
from tests.world import World

# What a browser shows does not depend on the database; the tests of the pages run on both.
pytestmark = pytest.mark.one_database

GIVE_FILES = """([kind, where, names]) => {
  const files = new DataTransfer();
  for (const name of names) files.items.add(new File(["bytes"], name, { type: "image/png" }));
  const how = { bubbles: true, cancelable: true };
  const given = kind === "paste"
    ? new ClipboardEvent("paste", { ...how, clipboardData: files })
    : new DragEvent(kind, { ...how, dataTransfer: files });
  document.querySelector(where).dispatchEvent(given);
}"""


@pytest.fixture
def number(world: World) -> int:
    now = clock.now()
    with unit_of_work():
        world.agnes.signature = "Agnes Agent\nService desk"
        for name, words in (("Restart", "Hello {{requester}}, restart it."), ("Wait", "Wait.")):
            values: dict[str, Any] = {"name": name, "words_en": words, "words_sv": ""}
            add_canned_reply(values, by=world.admin, now=now)
    return a_ticket(world, now)


def kept() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(db.select(Draft.words)))


def until_kept(page: Page, words: str) -> None:
    for _ in range(PATIENCE_MS // 100):
        if kept() == [words]:
            return
        page.wait_for_timeout(100)
    assert kept() == [words]


def test_a_draft_goes_on_at_another_machine_and_ends_when_it_is_sent(
    world: World, number: int, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    here, there = open_page(), open_page()
    sign_in_as(here, world.agnes_id)
    there.context.add_cookies(here.context.cookies())  # type: ignore[arg-type]
    here.goto(f"/desk/tickets/{number}")
    here.keyboard.press("r")
    here.locator("#reply-text").press_sequentially("Half a")
    until_kept(here, "Half a")
    expect(here.locator("#reply [data-draft-state]")).to_have_text("Draft kept")

    there.goto(f"/desk/tickets/{number}")
    expect(there.locator("#reply-text")).to_be_visible()
    expect(there.locator("#reply-text")).to_have_value("Half a")
    there.locator("#reply-text").press("End")
    there.locator("#reply-text").press_sequentially(" thought")
    # Leaving keeps what the seconds have not kept yet.
    there.goto("/desk/all")
    until_kept(there, "Half a thought")

    here.locator("#reply-text").press("End")
    here.locator("#reply-text").press_sequentially(" other")
    expect(here.locator("#reply [data-draft-state]")).to_contain_text("goes on in another place")
    assert kept() == ["Half a thought"]

    there.go_back()
    there.reload()
    expect(there.locator("#reply-text")).to_have_value("Half a thought")
    there.get_by_role("button", name="Send reply").click()
    expect(there.locator("article[data-message]")).to_have_count(2)
    assert kept() == []
    expect(there.locator("#reply-text")).to_have_value("")


def test_a_canned_reply_comes_by_typing_a_slash_or_by_the_select(
    world: World, number: int, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    page = open_page()
    sign_in_as(page, world.agnes_id)
    page.goto(f"/desk/tickets/{number}")
    page.keyboard.press("r")
    words = page.locator("#reply-text")
    words.press_sequentially("Hi!\n/re")
    offered = page.locator("#canned-reply-list [role=option]")
    expect(offered).to_have_count(1)
    expect(offered).to_contain_text("Restart")
    expect(offered).to_have_attribute("aria-selected", "true")
    words.press("Enter")
    expect(words).to_have_value("Hi!\nHello Eva Ek, restart it.")
    expect(page.get_by_role("button", name="Insert")).to_be_hidden()
    page.select_option("#canned-reply", label="Wait")
    expect(words).to_have_value("Hi!\nHello Eva Ek, restart it.\n\nWait.")
    words.press_sequentially(" and/or")
    expect(page.locator("#canned-reply-list")).to_be_hidden()


def test_files_are_dropped_and_pasted_and_left_out_again(
    world: World, number: int, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    page = open_page()
    sign_in_as(page, world.agnes_id)
    page.goto(f"/desk/tickets/{number}")
    page.keyboard.press("r")
    page.evaluate(GIVE_FILES, ["dragover", "#reply .composer-to", ["plan.png"]])
    page.evaluate(GIVE_FILES, ["drop", "#reply .composer-to", ["plan.png", "no.png"]])
    page.evaluate(GIVE_FILES, ["paste", "#reply-text", ["plan.png"]])
    # They go to the draft at once, also what comes while the first are on their way.
    expect(page.locator("#reply [data-carried] li")).to_have_count(3)
    page.locator("#reply [data-carried]").get_by_label("no.png").uncheck()
    page.fill("#reply-text", "See the pictures.")
    page.get_by_role("button", name="Send reply").click()
    said = page.locator("article[data-message]").last
    expect(said.locator(".attachment")).to_have_count(2)
    expect(said).to_contain_text("plan.png")
    expect(said).to_contain_text("plan-3.png")
    expect(said).not_to_contain_text("no.png")


def test_undo_brings_the_words_back_and_goes_away_by_itself(
    world: World, number: int, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    page = open_page()
    sign_in_as(page, world.agnes_id)
    page.goto(f"/desk/tickets/{number}")
    page.keyboard.press("r")
    page.fill("#reply-text", "To the wrong one")
    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_text("Your reply leaves in a moment.")).to_be_visible()
    expect(page.locator("[data-left]")).to_have_text(re.compile(r"^\d+ s$"))
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#reply-text")).to_have_value("To the wrong one")
    expect(page.locator("article[data-message]")).to_have_count(1)
    page.fill("#reply-text", "To the right one")
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator("article[data-message]")).to_have_count(2)
    expect(page.locator(".take-back")).to_have_count(0)


@pytest.mark.parametrize(
    ("size", "theme"), [(PHONE, "dark"), ({"width": 1440, "height": 900}, "light")]
)
def test_the_editor_has_no_fault_that_a_machine_can_find(
    world: World,
    number: int,
    open_page: OpenPage,
    sign_in_as: SignInAs,
    size: dict[str, int],
    theme: str,
) -> None:
    page = open_page(viewport=size, color_scheme=theme)
    sign_in_as(page, world.agnes_id)
    page.goto(f"/desk/tickets/{number}")
    page.keyboard.press("r")
    page.fill("#reply-text", "Hello")
    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.locator("#reply > summary").click()
    page.locator("#reply-text").press_sequentially("/")
    expect(page.locator("#canned-reply-list [role=option]").first).to_be_visible()
    assert_clean(page)
    page.locator("#reply-text").press("Escape")
    with unit_of_work():
        ticket = ticket_for(world.agnes, number)
        keep_draft(ticket, "note", words="Between us", by=world.agnes, now=clock.now())
    page.goto(f"/desk/tickets/{number}#note")
    assert_clean(page)
    admin = open_page(viewport=size, color_scheme=theme)
    sign_in_as(admin, world.admin_id)
    for path in ("/admin/canned-replies", "/admin/canned-replies/new", "/admin/canned-replies/1"):
        admin.goto(path)
        assert_clean(admin)


def test_the_editor_works_without_javascript(
    world: World, number: int, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    page = open_page(java_script_enabled=False)
    sign_in_as(page, world.agnes_id)
    page.goto(f"/desk/tickets/{number}")
    page.locator("#reply > summary").click()
    page.fill("#reply-text", "Hi!")
    page.select_option("#canned-reply", label="Restart")
    page.get_by_role("button", name="Insert").click()
    expect(page.locator("#reply-text")).to_have_value("Hi!\n\nHello Eva Ek, restart it.")
    page.get_by_role("button", name="Keep as a draft").first.click()
    assert kept() == ["Hi!\n\nHello Eva Ek, restart it."]
    page.get_by_role("button", name="Send reply").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#reply-text")).to_have_value("Hi!\n\nHello Eva Ek, restart it.")
    page.get_by_role("button", name="Discard draft").click()
    assert kept() == []
