from __future__ import annotations

import pytest

from helpdesk.core.config import Settings
from helpdesk.core.db import unit_of_work
from helpdesk.core.holders import new_holder
from helpdesk.core.storage import storage
from helpdesk.domain.correspondence.models import AfterKeeping, InboundState
from helpdesk.mail.fetch import keeping, lease, poll
from tests.mail.mailboxes import imap_mailbox, kept, letter, letters, mailbox_of, numbers_kept
from tests.peers.dovecot import Dovecot

pytestmark = pytest.mark.usefixtures("context")


def test_new_mail_is_kept_whole_and_the_server_is_told_afterwards(
    settings: Settings, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user)
    assert poll(mailbox, settings).kept == 0
    mails = letters(3)
    uids = dovecot.put(user, mails)

    polled = poll(mailbox, settings)

    assert polled.kept == 3
    rows = kept(mailbox)
    assert [row.uid for row in rows] == uids
    assert [storage().read(row.raw_sha256 or "") for row in rows] == mails
    assert {row.state for row in rows} == {"waiting"}
    assert {row.door for row in rows} == {"imap"}
    assert all(row.server_told for row in rows)
    assert dovecot.uids(user, "SEEN") == uids
    assert mailbox_of(mailbox).last_uid == uids[-1]
    assert poll(mailbox, settings).kept == 0


def test_what_somebody_else_has_read_is_fetched_all_the_same(
    settings: Settings, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user)
    poll(mailbox, settings)
    dovecot.put(user, letters(2))
    with dovecot.client(user) as client:
        client.fetch([1, 2], ["BODY[]"])

    assert poll(mailbox, settings).kept == 2


@pytest.mark.parametrize(
    ("after", "inbox", "processed"),
    [
        (AfterKeeping.LEAVE, {1, 2}, 0),
        (AfterKeeping.MARK_SEEN, {1, 2}, 0),
        (AfterKeeping.MOVE, set(), 2),
        (AfterKeeping.DELETE, set(), 0),
    ],
)
def test_the_server_does_with_kept_mail_what_the_mailbox_says(
    settings: Settings,
    dovecot: Dovecot,
    after: AfterKeeping,
    inbox: set[int],
    processed: int,
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, after_keeping=after, move_to="Ärenden/Klara")
    poll(mailbox, settings)
    dovecot.put(user, letters(2))

    assert poll(mailbox, settings).kept == 2

    assert set(dovecot.uids(user)) == inbox
    seen = set(dovecot.uids(user, "SEEN"))
    assert seen == ({1, 2} if after is AfterKeeping.MARK_SEEN else set())
    if processed:
        assert len(dovecot.uids(user, folder="Ärenden/Klara")) == processed
    assert poll(mailbox, settings).kept == 0


def test_mail_that_was_kept_before_a_crash_is_told_at_the_next_poll(
    settings: Settings, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, after_keeping=AfterKeeping.MOVE)
    poll(mailbox, settings)
    dovecot.put(user, letters(1))
    poll(mailbox, settings)
    dovecot.put(user, letters(1, start=2))
    # As far as a worker comes that dies between the commit and the telling.
    holder = new_holder()
    assert lease.take(mailbox, holder)
    orders = keeping.orders_of(mailbox)
    keeping.keep_batch(orders, holder, {2: letter(2)}, up_to=2, is_old=False)
    lease.release(mailbox, holder)
    assert dovecot.uids(user) == [2]

    assert poll(mailbox, settings).kept == 0

    assert dovecot.uids(user) == []
    assert len(dovecot.uids(user, folder="Processed")) == 2
    assert all(row.server_told for row in kept(mailbox))


def test_mail_that_can_be_kept_but_not_moved_is_kept_once_and_the_trouble_is_told(
    settings: Settings, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, after_keeping=AfterKeeping.MOVE, move_to="INBOX")
    poll(mailbox, settings)
    dovecot.put(user, letters(1))

    for _ in range(2):
        poll(mailbox, settings)

    assert numbers_kept(mailbox) == ["1"]
    row = mailbox_of(mailbox)
    assert "cannot be moved to the folder" in row.last_error
    assert row.failing_since is not None
    assert row.worked_at is not None
    with unit_of_work():
        mailbox_of(mailbox).move_to = "Done"
    poll(mailbox, settings)
    assert dovecot.uids(user) == []
    assert mailbox_of(mailbox).last_error == ""


def test_two_mails_in_one_batch_and_a_huge_one_alone(settings: Settings, dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user)
    poll(mailbox, settings)
    line = "x" * 76 + "\r\n"
    huge = letter("huge", body=line * (6 * 1024 * 1024 // 78))
    dovecot.put(user, [letter(1), huge, letter(2)])

    assert poll(mailbox, settings).kept == 3

    assert numbers_kept(mailbox) == ["1", "huge", "2"]
    assert storage().read(kept(mailbox)[1].raw_sha256 or "") == huge


def test_a_mail_beyond_all_measure_is_set_aside_and_left(
    settings: Settings, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("helpdesk.mail.fetch.policy.LARGEST_MB", 1)
    object.__setattr__(settings, "max_mail_mb", 1)
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, after_keeping=AfterKeeping.DELETE)
    poll(mailbox, settings)
    line = "x" * 76 + "\r\n"
    dovecot.put(user, [letter(1), letter("huge", body=line * 20_000), letter(2)])

    poll(mailbox, settings)

    states = [(row.uid, row.state, row.raw_sha256 is None) for row in kept(mailbox)]
    assert states == [(1, "waiting", False), (2, "set aside", True), (3, "waiting", False)]
    assert dovecot.uids(user) == [2]
    assert poll(mailbox, settings).kept == 0


def test_a_mail_that_appears_late_below_the_newest_is_fetched(
    settings: Settings, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user)
    poll(mailbox, settings)
    dovecot.put(user, letters(3))
    poll(mailbox, settings)
    with unit_of_work() as session:
        session.delete(kept(mailbox)[1])

    assert poll(mailbox, settings).kept == 1

    assert numbers_kept(mailbox) == ["1", "2", "3"]
    assert {row.state for row in kept(mailbox)} == {InboundState.WAITING.value}
