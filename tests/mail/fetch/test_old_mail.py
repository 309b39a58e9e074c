from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import unit_of_work
from helpdesk.domain.correspondence.fetching import decide_old_mail
from helpdesk.domain.correspondence.models import OldMail
from helpdesk.mail.fetch import poll
from tests.mail.mailboxes import imap_mailbox, kept, letter, letters, mailbox_of, numbers_kept
from tests.peers.dovecot import Dovecot

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.one_database]


@pytest.mark.parametrize(
    ("policy", "since", "taken"),
    [
        (OldMail.ASK, None, []),
        (OldMail.FROM_NOW_ON, None, []),
        (OldMail.SINCE, datetime.now(UTC).date(), ["recent"]),
        (OldMail.EVERYTHING, None, ["old", "recent"]),
    ],
)
def test_old_mail_is_taken_as_the_policy_says(
    settings: Settings, dovecot: Dovecot, policy: OldMail, since: object, taken: list[str]
) -> None:
    user = dovecot.new_user()
    with dovecot.client(user) as client:
        client.append("INBOX", letter("old"), msg_time=datetime(2020, 1, 2, tzinfo=UTC))
        client.append("INBOX", letter("recent"))
    mailbox = imap_mailbox(dovecot, user, old_mail=policy, since=since)  # type: ignore[arg-type]

    poll(mailbox, settings)

    assert numbers_kept(mailbox) == taken
    assert mailbox_of(mailbox).awaits_decision is (policy is OldMail.ASK)
    dovecot.put(user, [letter("new")])
    poll(mailbox, settings)
    assert numbers_kept(mailbox) == [*taken, "new"]


def test_an_empty_mailbox_asks_nothing(settings: Settings, dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, old_mail=OldMail.ASK)
    poll(mailbox, settings)
    dovecot.put(user, letters(1))

    poll(mailbox, settings)

    assert not mailbox_of(mailbox).awaits_decision
    assert numbers_kept(mailbox) == ["1"]


def test_a_later_decision_about_old_mail_applies_and_can_be_changed(
    settings: Settings, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    with dovecot.client(user) as client:
        client.append("INBOX", letter("old"), msg_time=datetime(2020, 1, 2, tzinfo=UTC))
        client.append("INBOX", letter("recent"))
    mailbox = imap_mailbox(dovecot, user, old_mail=OldMail.ASK)
    poll(mailbox, settings)
    assert mailbox_of(mailbox).first_count == 2
    dovecot.put(user, [letter("new")])
    poll(mailbox, settings)
    assert numbers_kept(mailbox) == ["new"]

    today = datetime.now(UTC).date()
    for policy, since, taken in (
        (OldMail.SINCE, today, ["recent", "new"]),
        (OldMail.FROM_NOW_ON, None, ["recent", "new"]),
        (OldMail.EVERYTHING, None, ["old", "recent", "new"]),
    ):
        with unit_of_work():
            decide_old_mail(mailbox_of(mailbox), policy=policy, since=since)
        poll(mailbox, settings)
        assert numbers_kept(mailbox) == taken
        assert not mailbox_of(mailbox).awaits_decision


def test_a_new_uidvalidity_starts_anew_and_what_was_known_is_known_by_its_content(
    settings: Settings, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, old_mail=OldMail.EVERYTHING)
    dovecot.put(user, letters(2))
    poll(mailbox, settings)
    first = mailbox_of(mailbox).uidvalidity
    dovecot.doveadm("mailbox", "update", "--uid-validity", "4294967295", "-u", user, "INBOX")
    dovecot.put(user, letters(1, start=3))

    poll(mailbox, settings)

    assert first != 4294967295
    assert mailbox_of(mailbox).uidvalidity == 4294967295
    rows = kept(mailbox)
    assert len(rows) == 5
    assert len({row.content_key for row in rows}) == 3


def test_a_new_uidvalidity_does_not_bring_up_old_mail_that_was_not_wanted(
    settings: Settings, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    with dovecot.client(user) as client:
        client.append("INBOX", letter("old"), msg_time=datetime(2020, 1, 2, tzinfo=UTC))
    mailbox = imap_mailbox(dovecot, user, old_mail=OldMail.FROM_NOW_ON)
    # Dovecot dates mail by the real time, in whole seconds.
    with clock.stopped_at(datetime.now(UTC) - timedelta(seconds=2)):
        poll(mailbox, settings)
    dovecot.put(user, [letter("new")])
    poll(mailbox, settings)
    dovecot.put(user, [letter("unseen")])
    dovecot.doveadm("mailbox", "update", "--uid-validity", "77", "-u", user, "INBOX")

    poll(mailbox, settings)

    assert numbers_kept(mailbox) == ["new", "unseen", "new"]
    assert poll(mailbox, settings).kept == 0


def test_a_mailbox_that_is_fetched_from_another_folder_does_not_mix_up_their_numbers(
    settings: Settings, dovecot: Dovecot
) -> None:
    user, other = dovecot.new_user(), dovecot.new_user()
    for each in (user, other):
        dovecot.put(each, [])
        # As on servers that give every folder the same number.
        dovecot.doveadm("mailbox", "update", "--uid-validity", "14", "-u", each, "INBOX")
    mailbox = imap_mailbox(dovecot, user, old_mail=OldMail.EVERYTHING)
    dovecot.put(user, letters(3))
    poll(mailbox, settings)
    dovecot.put(other, [letter(1), letter("other")])
    with unit_of_work():
        mailbox_of(mailbox).username = other

    poll(mailbox, settings)

    assert sorted(numbers_kept(mailbox)) == ["1", "1", "2", "3", "other"]
    assert dovecot.uids(other, "UNSEEN") == []
    assert poll(mailbox, settings).kept == 0
