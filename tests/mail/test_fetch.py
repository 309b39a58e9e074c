from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import Refused
from helpdesk.core.storage import storage
from helpdesk.domain.correspondence.fetching import decide_old_mail
from helpdesk.domain.correspondence.models import AfterKeeping, InboundState, OldMail
from helpdesk.mail.fetch import keeping, lease, poll
from helpdesk.mail.fetch.errors import NotOurs
from tests.mail.mailboxes import imap_mailbox, kept, letter, letters, mailbox_of, subjects
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

    assert subjects(mailbox) == taken
    assert mailbox_of(mailbox).awaits_decision is (policy is OldMail.ASK)
    dovecot.put(user, [letter("new")])
    poll(mailbox, settings)
    assert subjects(mailbox) == [*taken, "new"]


def test_an_empty_mailbox_asks_nothing(settings: Settings, dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, old_mail=OldMail.ASK)
    poll(mailbox, settings)
    dovecot.put(user, letters(1))

    poll(mailbox, settings)

    assert not mailbox_of(mailbox).awaits_decision
    assert subjects(mailbox) == ["1"]


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
    assert subjects(mailbox) == ["new"]

    today = datetime.now(UTC).date()
    for policy, since, taken in (
        (OldMail.SINCE, today, ["recent", "new"]),
        (OldMail.FROM_NOW_ON, None, ["recent", "new"]),
        (OldMail.EVERYTHING, None, ["old", "recent", "new"]),
    ):
        with unit_of_work():
            decide_old_mail(mailbox_of(mailbox), policy=policy, since=since)
        poll(mailbox, settings)
        assert subjects(mailbox) == taken
        assert not mailbox_of(mailbox).awaits_decision


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
    holder = lease.new_holder()
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

    assert subjects(mailbox) == ["1"]
    row = mailbox_of(mailbox)
    assert "cannot be moved to the folder" in row.last_error
    assert row.failing_since is not None
    assert row.worked_at is not None
    with unit_of_work():
        mailbox_of(mailbox).move_to = "Done"
    poll(mailbox, settings)
    assert dovecot.uids(user) == []
    assert mailbox_of(mailbox).last_error == ""


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

    assert subjects(mailbox) == ["new", "unseen", "new"]
    assert poll(mailbox, settings).kept == 0


def test_two_mails_in_one_batch_and_a_huge_one_alone(settings: Settings, dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user)
    poll(mailbox, settings)
    line = "x" * 76 + "\r\n"
    huge = letter("huge", body=line * (6 * 1024 * 1024 // 78))
    dovecot.put(user, [letter(1), huge, letter(2)])

    assert poll(mailbox, settings).kept == 3

    assert subjects(mailbox) == ["1", "huge", "2"]
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


def test_only_one_fetches_at_a_time(settings: Settings, dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user)
    other = lease.new_holder()
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
    dead = lease.new_holder().split("/")
    # No process has this number: Linux counts to 4194304 at most.
    dead[2] = "4194305"
    assert lease.take(mailbox, "/".join(dead))

    poll(mailbox, settings)

    somebody_far_away = "elsewhere/12345678/1/abc"
    assert lease.take(mailbox, somebody_far_away)
    assert not lease.take(mailbox, lease.new_holder())
    with clock.stopped_at(clock.now() + lease.LEASE + timedelta(seconds=1)):
        assert lease.take(mailbox, lease.new_holder())


def test_a_fetcher_that_has_lost_its_lease_commits_nothing(
    settings: Settings, dovecot: Dovecot
) -> None:

    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user)
    poll(mailbox, settings)
    slow, quick = lease.new_holder(), lease.new_holder()
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
    holder = lease.new_holder()
    assert lease.take(mailbox, holder)
    orders = keeping.orders_of(mailbox)
    with unit_of_work():
        decide_old_mail(mailbox_of(mailbox), policy=OldMail.EVERYTHING)

    with pytest.raises(NotOurs):
        keeping.keep_batch(orders, holder, {}, up_to=2, is_old=True)

    lease.release(mailbox, holder)
    poll(mailbox, settings)
    assert subjects(mailbox) == ["1", "2"]


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

    assert subjects(mailbox) == ["1", "2", "3"]
    assert {row.state for row in kept(mailbox)} == {InboundState.WAITING.value}


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

    assert sorted(subjects(mailbox)) == ["1", "1", "2", "3", "other"]
    assert dovecot.uids(other, "UNSEEN") == []
    assert poll(mailbox, settings).kept == 0
