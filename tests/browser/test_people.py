"""Somebody leaves, in a real browser: what is theirs is shown, goes to others, and they are out."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import expect

from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.tickets.actions import assign
from helpdesk.domain.tickets.models import Ticket
from tests.browser.conftest import PHONE, OpenPage, SignInAs, assert_clean
from tests.domain.test_units import a_unit
from tests.web.tickets import a_ticket
from tests.world import World

pytestmark = pytest.mark.one_database


def test_an_agent_leaves_and_a_colleague_goes_on(
    world: World, now: datetime, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    numbers = [a_ticket(world, now, subject=f"Matter {each}") for each in range(3)]
    with unit_of_work():
        for number in numbers:
            assign(db.session.get_one(Ticket, number), to=world.agnes, by=world.admin, now=now)
    a_unit("sales", now, senders=["example.com"])
    theirs = open_page()
    sign_in_as(theirs, world.agnes_id)
    theirs.goto("/me")
    assert_clean(theirs)

    page = open_page(viewport=PHONE)
    sign_in_as(page, world.admin_id)
    for path in ("/admin/units/1", "/admin/people/roles"):
        page.goto(path)
        assert_clean(page)
    page.goto(f"/admin/people/{world.agnes_id}")
    page.get_by_role("link", name="Keep them out").click()
    expect(page.get_by_role("heading", name="3 open tickets are theirs")).to_be_visible()
    assert_clean(page)
    page.get_by_label("go to somebody else").check()
    page.get_by_label("Who takes them over").select_option(label="Oskar Operator")
    page.get_by_role("button", name="Keep them out").click()
    expect(page.get_by_role("status").first).to_contain_text("3 tickets were handed over.")
    page.goto(f"/desk/tickets/{numbers[0]}")
    expect(
        page.get_by_text("Handed over to Oskar Operator, because Agnes Agent has left")
    ).to_have_count(1)

    theirs.goto("/desk/mine")
    expect(theirs.get_by_role("heading", name="Sign in")).to_be_visible()
