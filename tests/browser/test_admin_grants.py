"""Sign-ins in a real browser, which goes to a real provider and comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import expect

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.domain.correspondence.models import Mailbox
from tests.browser.conftest import PHONE, OpenPage, SignInAs, assert_clean
from tests.mail.grants.signing_in import a_connected_grant, a_grant, grant_row
from tests.peers.authority import CLIENT_ID, CLIENT_SECRET, authority
from tests.world import World

# What a browser shows does not depend on the database; the tests of the pages run on both.
pytestmark = pytest.mark.one_database

PAGES = (
    *("/admin/", "/admin/sign-ins", "/admin/sign-ins/new", "/admin/sign-ins/new?provider=other"),
    *("/admin/sign-ins/new?provider=microsoft", "/admin/sign-ins/new?provider=google"),
    *("/admin/sign-ins/1", "/admin/sign-ins/1/edit", "/admin/sign-ins/2", "/admin/mailboxes"),
    *("/admin/mailboxes/1", "/admin/mailboxes/1/edit", "/admin/mailboxes/new"),
)


def test_an_administrator_connects_a_sign_in_and_comes_back(
    app: Flask, site: str, world: World, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    app.extensions["helpdesk_settings"] = replace(
        app.extensions["helpdesk_settings"], base_url=site
    )
    with authority() as desk:
        page = open_page()
        sign_in_as(page, world.admin_id)
        page.goto("/admin/mailboxes")
        page.get_by_role("link", name="Sign-ins").click()
        page.get_by_role("link", name="Add sign-in").click()
        page.get_by_role("link", name="Another provider").click()
        page.get_by_label("Name", exact=True).fill("Office")
        page.get_by_label("client credentials").check()
        expect(page.get_by_label("Where people agree")).to_be_hidden()
        page.get_by_label("authorization code").check()
        page.get_by_label("Application’s id").fill(CLIENT_ID)
        page.get_by_label("Application’s secret").fill(CLIENT_SECRET)
        page.get_by_label("Where tokens come from").fill(desk.token_url)
        page.get_by_label("Where people agree").fill(desk.authorize_url)
        page.get_by_role("button", name="Save sign-in").click()
        expect(page.get_by_text("Nobody has agreed yet")).to_be_visible()
        expect(page.get_by_text(f"{site}/admin/sign-ins/connected")).to_be_visible()

        page.get_by_role("link", name="Connect").click()

        expect(page.get_by_text("Connected. Mailboxes that sign in by it")).to_be_visible()
        page.get_by_role("button", name="Get a token now").click()
        expect(page.get_by_text("There is a token that can be used now")).to_be_visible()
        assert len(desk.asked) == 2


@pytest.mark.parametrize(("wide", "scheme"), [(True, "light"), (False, "dark")])
def test_every_page_is_clean_however_it_is_looked_at(
    world: World, open_page: OpenPage, sign_in_as: SignInAs, wide: bool, scheme: str
) -> None:
    with authority() as desk:
        first = a_connected_grant(desk, name="Microsoft 365, the organisation’s own directory")
        a_grant(desk, name="Office")
    since = clock.now() - timedelta(hours=2)
    with unit_of_work() as session:
        row = grant_row(first)
        row.failing_since, row.refused = since, True
        row.last_error = "The endpoint answers: HTTP 400 invalid_grant: " + "AADSTS50173 " * 12
        box = session.get_one(Mailbox, world.helpdesk_id)
        box.kind, box.host, box.username = "imap", "outlook.office365.com", "desk@example.org"
        box.grant_id, box.failing_since, box.last_error = first, since, row.last_error
        quiet = session.get_one(Mailbox, world.orders_id)
        quiet.silent_after_hours, quiet.created_at = 1, since
    page = open_page(
        **({} if wide else {"viewport": PHONE, "has_touch": True}), color_scheme=scheme
    )
    sign_in_as(page, world.admin_id)
    for path in PAGES:
        page.goto(path)
        assert_clean(page)


def test_a_password_is_asked_for_only_where_there_is_one(
    world: World, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    with authority() as desk:
        a_grant(desk, name="Office")
    page = open_page()
    sign_in_as(page, world.admin_id)
    page.goto("/admin/mailboxes/new")
    expect(page.get_by_label("Password", exact=True)).to_be_visible()
    page.get_by_label("How do we sign in?").select_option(label="by the sign-in “Office”")
    expect(page.get_by_label("Password", exact=True)).to_be_hidden()
