"""`helpdesk mail reconcile`: what an operator and his scripts read of the comparison."""

from __future__ import annotations

import pytest

from helpdesk.core.config import Settings
from helpdesk.domain.correspondence.models import OldMail
from helpdesk.mail.fetch import poll
from tests.cli.conftest import Command
from tests.mail.mailboxes import imap_mailbox, letters
from tests.peers.dovecot import Dovecot

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.one_database]

# docs/cli.md promises these to scripts.
KEYS = {
    *("mailbox", "folder", "uidvalidity", "kept_uidvalidity", "on_server", "kept", "renumbered"),
    *("left", "shared", "missing", "gone", "elsewhere", "copies", "fetched", "differences"),
    *("adds_up", "in_order", "error"),
}


def test_without_differences_it_ends_with_nought(
    helpdesk: Command, settings: Settings, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, name="it", old_mail=OldMail.EVERYTHING)
    dovecot.put(user, letters(2))
    poll(mailbox, settings)

    said = helpdesk("mail", "reconcile", "it", "--json")

    assert said.code == 0
    assert set(said.lines[0]) == KEYS
    assert (said.lines[0]["on_server"], said.lines[0]["kept"]) == (2, 2)
    assert said.lines[0]["in_order"]


def test_differences_are_printed_one_a_line_and_it_ends_with_one(
    helpdesk: Command, settings: Settings, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, name="it")
    poll(mailbox, settings)
    dovecot.put(user, letters(2))

    said = helpdesk("mail", "reconcile")

    assert said.code == 1
    *_, first, second = said.out.splitlines()
    assert first.startswith("1  20")
    assert first.endswith("Eva Ek <eva@example.com>  Letter 1  It came after the last look.")
    assert second.startswith("2  20")
    line = helpdesk("mail", "reconcile", "--json").lines[0]
    assert [each["uid"] for each in line["differences"]] == [1, 2]
    assert set(line["differences"][0]) == {
        *("uid", "arrived_at", "sender", "subject", "why", "size")
    }
    assert helpdesk("mail", "reconcile", "it", "--fetch").code == 0
    assert helpdesk("mail", "reconcile", "it").code == 0


def test_a_server_that_is_away_is_one_sentence_and_stops_no_other_mailbox(
    helpdesk: Command, settings: Settings, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    imap_mailbox(dovecot, user, name="away", address="away@example.org", port=1)
    poll(imap_mailbox(dovecot, user, name="it"), settings)

    said = helpdesk("mail", "reconcile")

    assert said.code == 1
    assert said.err == "away: 127.0.0.1 does not listen on port 1.\n"
    assert "it, folder INBOX" in said.out
    assert helpdesk("mail", "reconcile", "nobody").code == 1
