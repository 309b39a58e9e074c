"""One good mailbox among bad ones: whatever fails, and however slowly, it hears nothing of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.signing import seal
from helpdesk.domain.correspondence.granting import change_grant
from helpdesk.domain.correspondence.models import MailGrant
from helpdesk.jobs.watchers import Watchers
from tests.mail.fetch.test_watching import wait_until
from tests.mail.grants.signing_in import a_connected_grant, a_grant, grant_row
from tests.mail.mailboxes import imap_mailbox, letters, mailbox_of, numbers_kept
from tests.peers.authority import Mood, authority
from tests.peers.dovecot import Dovecot
from tests.peers.imap_proxy import silent_server
from tests.peers.postgresql import free_port

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def watchers(app: Flask, settings: Settings) -> Iterator[Watchers]:
    watchers = Watchers(app, settings, on_kept=lambda: None)
    yield watchers
    watchers.stop()
    for watcher in watchers.still_there():
        watcher.join(8)


def test_a_mailbox_among_many_that_fail_is_fetched_within_seconds(
    dovecot: Dovecot, watchers: Watchers
) -> None:
    users = [dovecot.new_user() for _ in range(6)]
    with (
        authority(port=dovecot.authority, username=users[0]) as desk,
        authority(username=users[0]) as hanging,
        silent_server() as silent,
    ):
        hanging.mood = Mood.HANG
        dying = a_connected_grant(desk, name="dying")
        with unit_of_work():
            grant_row(dying).sealed_refresh_token = seal("worthless")
        by_token = {"sealed_password": None}
        good = imap_mailbox(dovecot, users[0], grant_id=a_grant(desk, name="good"), **by_token)
        bad = [
            imap_mailbox(dovecot, users[1], grant_id=dying, **by_token),
            imap_mailbox(dovecot, users[2], sealed_password=seal("wrong")),
            imap_mailbox(dovecot, users[3], port=free_port()),
        ]
        silence = [
            imap_mailbox(dovecot, users[4], grant_id=a_grant(hanging, name="hanging"), **by_token),
            imap_mailbox(dovecot, users[5], port=silent),
        ]
        watchers.tend()
        db.session.rollback()
        wait_until(lambda: mailbox_of(good).worked_at is not None)
        for number in (1, 2):
            dovecot.put(users[0], letters(1, start=number))
            assert wait_until(lambda number=number: len(numbers_kept(good)) == number) < 2

        wait_until(lambda: all(mailbox_of(each).failing_since for each in bad))
        assert grant_row(dying).refused
        assert mailbox_of(good).failing_since is None
        assert [mailbox_of(each).worked_at for each in (*bad, *silence)] == [None] * 5
        # Who is waited for is cut off before its server goes.
        watchers.stop()


def test_a_sign_in_that_is_connected_again_is_tried_at_once(
    dovecot: Dovecot, watchers: Watchers
) -> None:
    user = dovecot.new_user()
    with authority(port=dovecot.authority, username=user) as desk:
        grant = a_connected_grant(desk)
        with unit_of_work():
            grant_row(grant).sealed_refresh_token = seal("worthless")
        mailbox = imap_mailbox(dovecot, user, grant_id=grant, sealed_password=None)
        watchers.tend()
        db.session.rollback()
        wait_until(lambda: mailbox_of(mailbox).failing_since is not None)

        with unit_of_work() as session:
            change_grant(
                session.get_one(MailGrant, grant),
                values={},
                refresh_token=desk.new_refresh_token(),
                by=None,
                now=clock.now(),
            )
        watchers.tend()
        db.session.rollback()

        # By itself it would have rested for two minutes.
        assert wait_until(lambda: mailbox_of(mailbox).worked_at is not None, 60) < 60
        assert mailbox_of(mailbox).failing_since is None
