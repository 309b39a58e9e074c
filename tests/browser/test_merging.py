"""Two tickets become one and two again, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from helpdesk.core import clock
from tests.browser.conftest import PHONE, OpenPage, SignInAs, assert_clean
from tests.web.tickets import a_ticket, an_answer
from tests.world import World

pytestmark = pytest.mark.one_database


def test_an_agent_merges_a_similar_ticket_and_separates_it_again_by_keyboard(
    world: World, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    now = clock.now()
    old = a_ticket(world, now, subject="Printer on floor three prints stripes")
    new = a_ticket(world, now, subject="Stripes again from the printer", text="Still grey.")
    an_answer(world, new, now, "And now it smells.")
    page = open_page()
    sign_in_as(page, world.agnes_id)
    page.goto(f"/desk/tickets/{new}")
    # What is alike comes by itself when one gets there.
    page.locator("#similar").scroll_into_view_if_needed()
    expect(page.locator("#similar a", has_text=f"#{old}")).to_be_visible()
    assert_clean(page)
    page.keyboard.press("m")
    page.wait_for_url(f"**/tickets/{new}/relate")
    expect(page.locator("#relate-q")).to_be_focused()
    assert_clean(page)
    page.locator("#relate-q").press_sequentially("floor three")
    expect(page.locator("#found h2")).to_have_text("Found")
    expect(page.locator(".related > li")).to_have_count(1)
    page.get_by_role("link", name=f"Merge into #{old}").click()
    expect(page.get_by_text("Nothing has been done yet.")).to_be_visible()
    expect(page.get_by_text("Eva Ek will get a mail.")).to_be_visible()
    assert_clean(page)
    page.get_by_role("button", name=f"Merge #{new} into #{old}").press("Enter")
    page.wait_for_url(f"**/tickets/{old}")
    expect(page.get_by_role("status")).to_contain_text(f"Merged #{new} into #{old}.")
    expect(page.locator(".conversation")).to_contain_text("And now it smells.")
    page.get_by_role("button", name=f"Separate #{new} again").click()
    page.wait_for_url(f"**/tickets/{new}")
    expect(page.get_by_role("status")).to_contain_text("It stands alone again.")
    page.goto(f"/desk/tickets/{old}")
    expect(page.locator(".conversation")).not_to_contain_text("And now it smells.")


def test_putting_off_and_splitting_on_a_phone(
    world: World, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    now = clock.now()
    number = a_ticket(world, now, subject="Printer on floor three")
    an_answer(world, number, now, "My screen is broken as well.")
    page = open_page(viewport=PHONE, color_scheme="dark")
    sign_in_as(page, world.agnes_id)
    page.goto(f"/desk/tickets/{number}/split")
    assert_clean(page)
    page.get_by_label("My screen is broken as well.").check()
    page.fill("#split-subject", "Broken screen")
    page.get_by_role("button", name="Split off").click()
    expect(page.get_by_role("heading", name="Broken screen")).to_be_visible()
    page.keyboard.press("z")
    expect(page.locator(".snooze-offers")).to_be_visible()
    assert_clean(page)
    page.get_by_role("button", name="Tomorrow morning").click()
    expect(page.get_by_text("Off the lists for a while.")).to_be_visible()
    page.goto("/desk/snoozed")
    expect(page.get_by_role("link", name="Broken screen")).to_be_visible()
    assert_clean(page)
