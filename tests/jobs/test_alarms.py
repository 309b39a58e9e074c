"""A worker that cannot sign in tells the administrators, and everything else goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk.core.config import Settings
from helpdesk.core.db import unit_of_work
from helpdesk.core.signing import seal
from helpdesk.domain.correspondence.models import OldMail
from tests.jobs.workers import wait_until, worker
from tests.mail.grants.signing_in import a_connected_grant, grant_row
from tests.mail.mailboxes import imap_mailbox, letters, numbers_kept
from tests.mail.outbox import captured, outbox, text_of
from tests.peers.authority import authority
from tests.peers.dovecot import Dovecot
from tests.world import World

pytestmark = [pytest.mark.one_database, pytest.mark.slow]


def test_a_dying_sign_in_reaches_the_administrators_by_mail(
    settings: Settings, world: World, dovecot: Dovecot, tmp_path: Path
) -> None:
    users = [dovecot.new_user() for _ in range(2)]
    log = tmp_path / "log"
    with authority(port=dovecot.authority, username=users[0]) as desk:
        dying = a_connected_grant(desk, name="Office")
        with unit_of_work():
            grant_row(dying).sealed_refresh_token = seal("worthless")
        imap_mailbox(dovecot, users[0], grant_id=dying, sealed_password=None)
        good = imap_mailbox(dovecot, users[1], old_mail=OldMail.EVERYTHING)
        dovecot.put(users[1], letters(2))
        with worker(settings, log):
            wait_until(lambda: len(numbers_kept(good)) == 2, log=log)
            wait_until(
                lambda: [mail.state for mail in outbox("mailbox-alarm")] == ["captured"],
                seconds=60,
                log=log,
            )
    (mail,) = outbox("mailbox-alarm")
    assert mail.to_address == "admin@example.org"
    assert "The refresh token is unknown." in text_of(captured(mail))
    words = log.read_text()
    assert "invalid_grant" in words
    assert "worthless" not in words
