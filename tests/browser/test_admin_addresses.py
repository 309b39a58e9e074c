"""Addresses that mail does not reach, in a real browser: read, freed, and clean for everybody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import unit_of_work
from helpdesk.domain.correspondence.bouncing import Undelivered, count_bounce
from helpdesk.domain.correspondence.rules import Severity
from tests.browser.conftest import PHONE, OpenPage, SignInAs, assert_clean
from tests.mail.letters import Road, letter, sent_to
from tests.world import World

pytestmark = pytest.mark.one_database

EVA = "eva@example.com"


@pytest.fixture
def bounced(world: World, settings: Settings) -> None:
    """Eva is not reached; two others stumbled or have an endless name."""
    Road(settings).take(letter())
    mail = sent_to(EVA, "received").id
    now = clock.now() - timedelta(hours=3)
    words = "550 5.1.1 <eva@example.com>: Recipient address rejected: User unknown in local table"
    with unit_of_work():
        count_bounce(EVA, Undelivered(Severity.HARD, "5.1.1", words, mail), now=now)
        long = f"{'a.very.long.name.' * 3}person@mail.department.of.some.organisation.example.com"
        count_bounce(long, Undelivered(Severity.HARD, "5.1.2", words, mail), now=now)
        full = Undelivered(Severity.SOFT, "5.2.2", "552 5.2.2 mailbox full", mail)
        count_bounce("nils@example.net", full, now=now)


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, PHONE])
def test_the_list_is_clean_for_everybody(
    world: World, bounced: None, open_page: OpenPage, sign_in_as: SignInAs, size: dict[str, int]
) -> None:
    page = open_page(viewport=size)
    sign_in_as(page, world.admin_id)
    for path in ("/admin/addresses", "/admin/addresses?state=all", "/admin/addresses?q=nobody"):
        page.goto(path)
        assert_clean(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_address_is_freed_where_it_is_listed(
    world: World, bounced: None, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    page = open_page()
    sign_in_as(page, world.admin_id)
    page.goto("/desk/tickets/1")
    page.get_by_role("link", name="Why, and how to write to it again").click()
    row = page.get_by_role("row").filter(has_text=EVA)
    expect(row).to_contain_text("User unknown")
    row.get_by_role("button", name="Write to it again").click()
    expect(page.get_by_text(f"Mail is sent to {EVA} again.")).to_be_visible()
    page.goto("/desk/tickets/1")
    expect(page.get_by_text("Mail does not reach this address")).to_have_count(0)
