"""Search in a real browser: suggestions while typing, and the page with and without a script."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from helpdesk.core import clock
from tests.browser.conftest import PHONE, WIDE, OpenPage, SignInAs, assert_clean
from tests.web.tickets import a_ticket
from tests.world import World

pytestmark = pytest.mark.one_database


def test_keys_and_values_are_suggested_and_taken_from_the_keyboard(
    world: World, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    number = a_ticket(world, clock.now())
    page = open_page()
    sign_in_as(page, world.agnes_id)
    page.keyboard.press("/")
    field = page.get_by_role("combobox", name="Search tickets")
    expect(field).to_be_focused()
    page.keyboard.type("stripes sta")
    expect(page.locator("#search-list").get_by_role("option")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "search-option-0")
    page.keyboard.press("Enter")
    expect(field).to_have_value("stripes status:")
    expect(page.locator("#search-list").get_by_role("option").first).to_contain_text("open")
    assert_clean(page)
    page.keyboard.type("unf")
    expect(page.locator("#search-list").get_by_role("option")).to_have_count(1)
    page.locator("#search-list").get_by_role("option").click()
    expect(field).to_have_value("stripes status:unfinished ")
    # Nothing is chosen, so Enter searches.
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="The printer prints stripes")).to_be_visible()
    expect(page.locator(".number").first).to_have_text(f"#{number}")
    # Escape closes the list and keeps the words.
    field.focus()
    page.keyboard.press("End")
    page.keyboard.type(" has:")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value("stripes status:unfinished has:")


def test_search_teaches_and_helps_without_a_script(
    world: World, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    number = a_ticket(world, clock.now())
    page = open_page(java_script_enabled=False)
    sign_in_as(page, world.agnes_id)
    page.goto("/desk/search")
    page.get_by_role("link", name="status:open", exact=True).click()
    expect(page.get_by_role("link", name="The printer prints stripes")).to_be_visible()
    page.get_by_role("searchbox", name="Search tickets").fill("stripes status:opne")
    page.keyboard.press("Enter")
    expect(page.get_by_text("For “status:” there is no “opne”; it was left out.")).to_be_visible()
    page.get_by_role("link", name="status:open", exact=True).first.click()
    expect(page.get_by_role("link", name="Without status:open")).to_be_visible()
    expect(page.locator(".number").first).to_have_text(f"#{number}")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_pages_of_search_are_clean(
    world: World, open_page: OpenPage, sign_in_as: SignInAs, size: dict[str, int], theme: str
) -> None:
    a_ticket(world, clock.now(), text='It "prints grey" stripes')
    page = open_page(viewport=size, color_scheme=theme)
    sign_in_as(page, world.agnes_id)
    for query in ("", '"prints grey" status:open', "stripes status:opne sevrice:x", "-stripes"):
        page.goto("/desk/search")
        page.locator("input[name=q]").fill(query)
        if query:
            page.keyboard.press("Enter")
            page.locator(".search-help > summary").click()
        assert_clean(page)
