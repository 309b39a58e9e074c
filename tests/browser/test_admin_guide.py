"""A mailbox set up by the guide in a browser, against a real Dovecot and a real mail server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from helpdesk.core.config import Settings
from tests.browser.conftest import PHONE, OpenPage, SignInAs, assert_clean
from tests.mail.outbox import settings_towards
from tests.peers.dovecot import PASSWORD, Dovecot
from tests.peers.smtp import Sink, smtp_sink
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with smtp_sink() as sink:
        yield sink


@pytest.fixture
def settings(sink: Sink, database: str, tmp_path: Path) -> Settings:
    return settings_towards(sink.port, database, tmp_path)


def test_a_wrong_password_is_told_exactly_and_then_the_mailbox_is_switched_on(
    world: World, sink: Sink, open_page: OpenPage, sign_in_as: SignInAs, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    page = open_page(viewport=PHONE)
    sign_in_as(page, world.admin_id)
    page.goto("/admin/mailboxes")
    page.get_by_role("link", name="Add mailbox").click()
    page.get_by_label("E-mail address").fill("support@example.org")
    page.get_by_label("Name", exact=True).fill("support")
    page.get_by_label("A server of our own, or another provider").check()
    page.get_by_role("button", name="Go on").click()

    expect(page.get_by_label("Mail server")).to_have_value("imap.example.org")
    page.get_by_label("Mail server").fill("127.0.0.1")
    page.get_by_label("Port", exact=True).fill(str(dovecot.imap))
    page.get_by_label("Encryption", exact=True).select_option("none")
    page.get_by_label("User name").fill(user)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Test mail in").click()
    expect(page.get_by_role("code")).to_have_text("[AUTHENTICATIONFAILED] Authentication failed.")
    expect(page.get_by_text("What to do now:")).to_be_visible()
    assert_clean(page)

    page.get_by_role("link", name="Change server or sign-in").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Test again").click()
    expect(page.get_by_role("heading", name="0 mails lie in INBOX")).to_be_visible()
    assert_clean(page)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Test mail out").click()
    page.get_by_role("button", name="Send a test mail to admin@example.org").click()
    expect(page.get_by_text("The server took a mail to admin@example.org")).to_be_visible()
    page.get_by_role("link", name="Go on").click()

    page.get_by_role("button", name="Send a mail to ourselves").click()
    expect(page.get_by_role("button", name="Look again")).to_be_visible()
    there = next(mail for mail in sink.wait_for(2) if "support@example.org" in mail.rcpt_tos)
    mailbox = dovecot.client(user)
    mailbox.append("INBOX", there.raw)
    # Nobody presses anything: the page looks by itself.
    expect(page.get_by_text("The mail came back. Both ways work.")).to_be_visible()
    mailbox.logout()
    assert_clean(page)
    page.get_by_role("link", name="Go on").click()
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("status")).to_contain_text("The mailbox is in use.")
