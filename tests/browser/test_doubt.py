"""Doubt about a sender, a withheld file and the spam, as agents see them; also on the phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import unit_of_work
from tests.browser.conftest import PHONE, OpenPage, SignInAs, assert_clean
from tests.mail.letters import Road, letter
from tests.web.tickets import a_file, a_ticket
from tests.world import World

pytestmark = pytest.mark.one_database

VIRUS = "Eicar-Test-Signature"


@pytest.mark.parametrize("phone", [False, True])
def test_doubt_and_a_withheld_file_are_calm_and_explained(
    world: World, open_page: OpenPage, sign_in_as: SignInAs, phone: bool
) -> None:
    file = a_file(b"%PDF", "invoice.pdf", "application/pdf", infected_with=VIRUS)
    number = a_ticket(world, clock.now(), verified=False, files=(file,))
    page = open_page(viewport=PHONE) if phone else open_page()
    sign_in_as(page, world.agnes_id)
    page.goto(f"/desk/tickets/{number}")
    explanation = page.get_by_text("ask in another way")
    expect(explanation).to_be_hidden()
    page.locator("summary", has_text="Sender not proven").click()
    expect(explanation).to_be_visible()
    expect(page.get_by_text(f"the virus scanner found {VIRUS}")).to_be_visible()
    expect(page.get_by_role("link", name="invoice.pdf")).to_have_count(0)
    assert_clean(page)


@pytest.mark.parametrize("phone", [False, True])
def test_spam_is_looked_through_and_let_through(
    world: World, open_page: OpenPage, sign_in_as: SignInAs, settings: Settings, phone: bool
) -> None:
    with unit_of_work():
        world.helpdesk.spam_header = "X-Spam-Flag: YES"
    Road(settings).take(letter(subject="Cheap watches", text="Only today.", X_Spam_Flag="YES"))
    page = open_page(viewport=PHONE) if phone else open_page()
    sign_in_as(page, world.agnes_id)
    page.goto("/desk/spam")
    assert_clean(page)
    page.get_by_role("link", name="Cheap watches").click()
    expect(page.get_by_text("Only today.")).to_be_visible()
    assert_clean(page)
    page.get_by_role("button", name="Not spam: file it").click()
    expect(page.get_by_text("No spam")).to_be_visible()
