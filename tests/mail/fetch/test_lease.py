from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import Refused
from helpdesk.core.holders import new_holder
from helpdesk.domain.correspondence.fetching import decide_old_mail
from helpdesk.domain.correspondence.models import OldMail
from helpdesk.mail.fetch import keeping, lease, poll
from helpdesk.mail.fetch.errors import NotOurs
from tests.mail.mailboxes import imap_mailbox, kept, letter, letters, mailbox_of, numbers_kept
from tests.peers.dovecot import Dovecot

pytestmark = pytest.mark.usefixtures("context")


def test_only_one_fetches_at_a_time(settings: Settings, dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user)
    other = new_holder()
    assert lease.take(mailbox, other)

    with pytest.raises(Refused):
        poll(mailbox, settings)

    lease.release(mailbox, other)
    poll(mailbox, settings)
    assert mailbox_of(mailbox).leased_by is None


def test_the_lease_of_a_process_that_is_dead_is_taken_over_at_once(
    settings: Settings, dovecot: Dovecot
) -> None:

    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user)
    dead = new_holder().split("/")
    # No process has this number: Linux counts to 4194304 at most.
    dead[2] = "4194305"
    assert lease.take(mailbox, "/".join(dead))

    poll(mailbox, settings)

    somebody_far_away = "elsewhere/12345678/1/abc"
    assert lease.take(mailbox, somebody_far_away)
    assert not lease.take(mailbox, new_holder())
    with clock.stopped_at(clock.now() + lease.LEASE + timedelta(seconds=1)):
        assert lease.take(mailbox, new_holder())


def test_a_fetcher_that_has_lost_its_lease_commits_nothing(
    settings: Settings, dovecot: Dovecot
) -> None:

    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user)
    poll(mailbox, settings)
    slow, quick = new_holder(), new_holder()
    assert lease.take(mailbox, slow)
    orders = keeping.orders_of(mailbox)
    with clock.stopped_at(clock.now() + lease.LEASE + timedelta(seconds=1)):
        assert lease.take(mailbox, quick)

        with pytest.raises(NotOurs):
            keeping.keep_batch(orders, slow, {1: letter(1)}, up_to=1, is_old=False)

    assert kept(mailbox) == []
    assert mailbox_of(mailbox).last_uid == 0


def test_a_decision_made_while_old_mail_is_fetched_is_not_lost(
    settings: Settings, dovecot: Dovecot
) -> None:

    user = dovecot.new_user()
    dovecot.put(user, letters(2))
    mailbox = imap_mailbox(dovecot, user)
    poll(mailbox, settings)
    holder = new_holder()
    assert lease.take(mailbox, holder)
    orders = keeping.orders_of(mailbox)
    with unit_of_work():
        decide_old_mail(mailbox_of(mailbox), policy=OldMail.EVERYTHING)

    with pytest.raises(NotOurs):
        keeping.keep_batch(orders, holder, {}, up_to=2, is_old=True)

    lease.release(mailbox, holder)
    poll(mailbox, settings)
    assert numbers_kept(mailbox) == ["1", "2"]
