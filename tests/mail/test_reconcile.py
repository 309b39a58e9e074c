"""A mailbox's folder on its server, held against what is kept of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import Refused
from helpdesk.core.storage import storage
from helpdesk.domain.correspondence.models import AfterKeeping, InboundMail, OldMail
from helpdesk.mail.fetch import poll
from helpdesk.mail.reconcile import reconcile
from tests.mail.mailboxes import imap_mailbox, kept, letter, letters, numbers_kept
from tests.peers.dovecot import Dovecot
from tests.peers.imap_proxy import imap_proxy
from tests.world import World

pytestmark = pytest.mark.usefixtures("context")


def forget(mailbox: int, *uids: int) -> None:
    """As if these mails had never been kept."""
    with unit_of_work() as session:
        for row in kept(mailbox):
            if row.uid in uids:
                session.delete(session.get_one(InboundMail, row.id))


def test_a_folder_of_which_everything_is_kept_has_no_differences(
    settings: Settings, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, old_mail=OldMail.EVERYTHING)
    dovecot.put(user, letters(5))
    poll(mailbox, settings)

    found = reconcile(mailbox)

    assert (found.on_server, found.kept, found.differences) == (5, 5, ())
    assert found.is_in_order
    assert found.adds_up


def test_mail_that_was_passed_over_and_mail_that_just_came_are_told_apart(
    settings: Settings, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, old_mail=OldMail.EVERYTHING)
    dovecot.put(user, letters(4))
    poll(mailbox, settings)
    forget(mailbox, 2)
    dovecot.put(user, letters(1, start=5))

    found = reconcile(mailbox)

    assert [(each.uid, each.why) for each in found.differences] == [
        (2, "It was passed over: newer mail is kept."),
        (5, "It came after the last look."),
    ]
    assert found.differences[0].sender == "Eva Ek <eva@example.com>"
    assert found.differences[0].subject == "Letter 2"
    assert (found.on_server, found.kept, found.missing) == (5, 3, 2)
    assert found.adds_up
    assert not found.is_in_order


def test_nothing_is_changed_on_the_server(settings: Settings, dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, after_keeping=AfterKeeping.LEAVE)
    poll(mailbox, settings)
    dovecot.put(user, letters(3))

    reconcile(mailbox, fetch=True)

    assert dovecot.uids(user, "UNSEEN") == [1, 2, 3]
    with dovecot.client(user) as client:
        flags = client.get_flags([1, 2, 3])
    assert not any(rb"\Deleted" in each for each in flags.values())


def test_what_is_missing_is_kept_when_asked_for_and_only_once(
    settings: Settings, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, old_mail=OldMail.EVERYTHING)
    dovecot.put(user, letters(3))
    poll(mailbox, settings)
    forget(mailbox, 1, 3)

    assert reconcile(mailbox, fetch=True).fetched == 2

    assert numbers_kept(mailbox) == ["1", "2", "3"]
    assert [storage().read(row.raw_sha256 or "") for row in kept(mailbox)] == letters(3)
    assert reconcile(mailbox, fetch=True).is_in_order
    assert poll(mailbox, settings).kept == 0
    assert all(row.server_told for row in kept(mailbox))


@pytest.mark.parametrize(
    ("policy", "since", "left"),
    [
        (OldMail.ASK, None, 2),
        (OldMail.FROM_NOW_ON, None, 2),
        (OldMail.SINCE, datetime.now(UTC).date(), 1),
        (OldMail.EVERYTHING, None, 0),
    ],
)
def test_old_mail_that_is_left_is_counted_and_is_no_difference(
    settings: Settings, dovecot: Dovecot, policy: OldMail, since: date | None, left: int
) -> None:
    user = dovecot.new_user()
    with dovecot.client(user) as client:
        for number in (1, 2):
            day = datetime(2020, 1, 2, tzinfo=UTC) if number == 1 else None
            client.append("INBOX", letter(number), msg_time=day)
    mailbox = imap_mailbox(dovecot, user, old_mail=policy, since=since)
    # Dovecot dates mail by the real time, in whole seconds.
    with clock.stopped_at(datetime.now(UTC) + timedelta(seconds=2)):
        poll(mailbox, settings)
    dovecot.put(user, letters(1, start=3))
    poll(mailbox, settings)

    found = reconcile(mailbox)

    assert (found.on_server, found.left, found.kept) == (3, left, 3 - left)
    assert found.is_in_order
    assert found.adds_up


@pytest.mark.parametrize("policy", [OldMail.ASK, OldMail.EVERYTHING])
def test_a_folder_that_nobody_has_looked_at_yet(dovecot: Dovecot, policy: OldMail) -> None:
    user = dovecot.new_user()
    dovecot.put(user, letters(2))
    mailbox = imap_mailbox(dovecot, user, old_mail=policy)

    found = reconcile(mailbox)

    assert found.kept_uidvalidity is None
    assert not found.is_in_order
    assert (found.left, found.missing) == ((2, 0) if policy is OldMail.ASK else (0, 2))
    assert found.adds_up


def test_mail_that_is_gone_from_the_folder_is_counted_and_usual(
    settings: Settings, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(
        dovecot, user, after_keeping=AfterKeeping.MOVE, old_mail=OldMail.EVERYTHING
    )
    dovecot.put(user, letters(3))
    poll(mailbox, settings)

    found = reconcile(mailbox)

    assert (found.on_server, found.kept, found.gone) == (0, 0, 3)
    assert found.is_in_order


def test_mail_under_new_numbers_is_known_by_what_it_is(
    settings: Settings, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, old_mail=OldMail.EVERYTHING)
    nameless = b"From: machine@example.com\r\nSubject: Alarm\r\n\r\nIt is hot.\r\n"
    dovecot.put(user, [*letters(2), nameless])
    poll(mailbox, settings)
    dovecot.doveadm("mailbox", "update", "--uid-validity", "4711", "-u", user, "INBOX")
    dovecot.put(user, [letter(3), letter(1, body="Another mail with an old name")])

    found = reconcile(mailbox)

    assert (found.on_server, found.renumbered, found.missing) == (5, 3, 2)
    assert (found.uidvalidity, found.kept_uidvalidity, found.elsewhere) == (4711, None, 3)
    assert [each.uid for each in found.differences] == [4, 5]
    assert found.adds_up
    assert not found.is_in_order
    poll(mailbox, settings)
    assert reconcile(mailbox).is_in_order


def test_mail_that_the_server_refused_is_a_difference_with_its_words(
    settings: Settings, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    with imap_proxy(dovecot.imap) as proxy:
        mailbox = imap_mailbox(dovecot, user, port=proxy.port, old_mail=OldMail.EVERYTHING)
        dovecot.put(user, letters(2))
        proxy.refuses = {2}
        poll(mailbox, settings)

        found = reconcile(mailbox)
        assert "[SERVERBUG] This mail cannot be read" in found.differences[0].why
        proxy.refuses = set()
        assert reconcile(mailbox, fetch=True).fetched == 1

        assert reconcile(mailbox).is_in_order
        assert [row.state for row in kept(mailbox)] == ["waiting", "waiting"]


def test_a_mailbox_that_is_not_fetched_has_nothing_to_compare(world: World) -> None:
    with pytest.raises(Refused, match="is not fetched"):
        reconcile(world.helpdesk_id)
