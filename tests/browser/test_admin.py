"""Administration in a real browser: a mailbox set up and tested, a rule tried, axe on each page."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import expect

from helpdesk.core.config import Settings
from helpdesk.mail.deliver import deliver_due
from tests.browser.conftest import PHONE, OpenPage, SignInAs, assert_clean
from tests.mail.letters import Road, letter
from tests.peers.dovecot import PASSWORD, Dovecot
from tests.world import World

# What a browser shows does not depend on the database; the tests of the pages run on both.
pytestmark = pytest.mark.one_database

PAGES = (
    *("/admin/", "/admin/mailboxes", "/admin/mailboxes/new", "/admin/mailboxes/1", "/admin/mail"),
    *("/admin/mail/1", "/admin/outbox", "/admin/outbox/1", "/admin/captured", "/admin/captured/1"),
    *("/admin/rules", "/admin/rules/new", "/admin/rules/try?mail=1&history=1", "/admin/people"),
    *("/admin/people/1", "/admin/people/1/edit", "/admin/people/1/deactivate"),
    *("/admin/functions", "/admin/queues/1", "/admin/services", "/admin/changes"),
    *("/admin/mailboxes/guide", "/admin/notifications", "/admin/notifications/answered/en"),
    *("/admin/appearance",),
)


def test_a_mailbox_is_tested_and_saved_without_typing_its_password_twice(
    world: World, open_page: OpenPage, sign_in_as: SignInAs, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    page = open_page()
    sign_in_as(page, world.admin_id)
    page.goto("/admin/mailboxes/new")
    page.get_by_label("Name", exact=True).fill("support")
    page.get_by_label("E-mail address").fill("support@example.org")
    page.get_by_label("Mail server", exact=True).fill("127.0.0.1")
    page.get_by_label("Port", exact=True).fill(str(dovecot.imap))
    page.get_by_label("Encryption", exact=True).select_option("none")
    page.get_by_label("User name").fill(user)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Test the connection").click()
    expect(page.get_by_text("It holds 0 mails")).to_be_visible()
    expect(page.get_by_label("Password", exact=True)).to_have_value("")
    page.get_by_role("button", name="Save mailbox").click()
    expect(page.get_by_role("status")).to_contain_text("The mailbox is there.")
    page.get_by_role("button", name="Test the connection").click()
    expect(page.get_by_text("It holds 0 mails")).to_be_visible()
    assert_clean(page)


def test_only_what_applies_is_asked_for(
    world: World, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    page = open_page()
    sign_in_as(page, world.admin_id)
    page.goto("/admin/mailboxes/new")
    expect(page.get_by_label("Mail server", exact=True)).to_be_visible()
    expect(page.get_by_label("Move to the folder")).to_be_hidden()
    page.get_by_label("When a mail is kept").select_option("move")
    expect(page.get_by_label("Move to the folder")).to_be_visible()
    page.get_by_label("It is handed to us").check()
    expect(page.get_by_label("Mail server", exact=True)).to_be_hidden()
    expect(page.get_by_role("button", name="Test the connection")).to_be_hidden()


def test_a_rule_is_tried_saved_and_deleted_without_javascript(
    app: Flask,
    world: World,
    settings: Settings,
    open_page: OpenPage,
    sign_in_as: SignInAs,
) -> None:
    Road(settings).take(letter())
    page = open_page(java_script_enabled=False)
    sign_in_as(page, world.admin_id)
    page.goto("/admin/rules/new")
    page.get_by_label("Name", exact=True).fill("Printers")
    page.get_by_label("One of these words occurs").fill("printer")
    page.get_by_role("button", name="Try it on the latest mail").click()
    expect(page.get_by_text("It would place 1 of the latest 1 mails.")).to_be_visible()
    page.get_by_role("button", name="Save rule").click()
    page.get_by_role("link", name="Printers").click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete rule").click()
    expect(page.get_by_text("is deleted.")).to_be_visible()


def test_the_html_of_a_captured_mail_is_seen_in_its_frame(
    world: World, settings: Settings, open_page: OpenPage, sign_in_as: SignInAs
) -> None:
    Road(settings).take(letter())
    deliver_due(settings)
    page = open_page()
    sign_in_as(page, world.admin_id)
    page.goto("/admin/captured")
    page.get_by_role("link", name="Your mail arrived").click()
    frame = page.frame_locator("iframe")
    expect(frame.locator("body")).to_contain_text("#1")


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE, "color_scheme": "dark"}])
def test_every_page_is_clean(
    world: World,
    settings: Settings,
    open_page: OpenPage,
    sign_in_as: SignInAs,
    options: dict[str, object],
) -> None:
    Road(settings).take(letter(subject="Word" * 40))
    deliver_due(settings)
    page = open_page(**options)
    sign_in_as(page, world.admin_id)
    for path in PAGES:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        assert_clean(page)
