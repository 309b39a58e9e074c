"""Servers that answer in strange ways: every mail is kept whole, once, or asked for again."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import unit_of_work
from helpdesk.core.storage import storage
from helpdesk.domain.correspondence.models import AfterKeeping, OldMail
from helpdesk.mail.fetch import poll
from tests.mail.mailboxes import imap_mailbox, kept, letter, letters, mailbox_of, numbers_kept
from tests.peers.dovecot import Dovecot
from tests.peers.imap_proxy import Proxy

pytestmark = [
    pytest.mark.usefixtures("context"),
    # These are about servers, not about databases.
    pytest.mark.one_database,
]

Mailbox = tuple[str, int]


@pytest.fixture
def new_mail(dovecot: Dovecot, proxy: Proxy) -> Callable[..., Mailbox]:
    """A user with so many mails, and the mailbox that they are new to."""

    def make(count: int, **more: object) -> Mailbox:
        user = dovecot.new_user()
        values: dict[str, object] = {"old_mail": OldMail.EVERYTHING} | more
        mailbox = imap_mailbox(dovecot, user, port=proxy.port, **values)  # type: ignore[arg-type]
        dovecot.put(user, letters(count))
        return user, mailbox

    return make


def whole(mailbox: int) -> list[bytes]:
    return [storage().read(row.raw_sha256 or "") for row in kept(mailbox)]


def test_a_connection_that_ends_in_the_middle_of_a_mail_leaves_no_half_mail(
    settings: Settings, proxy: Proxy, new_mail: Callable[..., Mailbox]
) -> None:
    _, mailbox = new_mail(3)
    proxy.cuts_literals_at = 40

    poll(mailbox, settings)
    poll(mailbox, settings)

    assert whole(mailbox) == letters(3)


def test_news_about_other_mails_in_an_answer_is_not_taken_for_the_answer(
    settings: Settings, proxy: Proxy, new_mail: Callable[..., Mailbox]
) -> None:
    _, mailbox = new_mail(4)

    def chatty(line: bytes, command: bytes) -> bytes:
        if b"FETCH (" not in line:
            return line
        news = b"* 3 FETCH (FLAGS (\\Seen))\r\n* 1 FETCH (FLAGS (\\Flagged) UID 1)\r\n"
        others = b"* 4 EXISTS\r\n* 0 RECENT\r\n* 9 FETCH (UID 77 BODY[] {5}\r\nOther)\r\n"
        return news + others + line

    proxy.answers = chatty

    poll(mailbox, settings)

    assert whole(mailbox) == letters(4)
    assert [row.uid for row in kept(mailbox)] == [1, 2, 3, 4]


def test_an_answer_about_other_mails_than_were_asked_for_keeps_nothing_under_a_wrong_number(
    settings: Settings, proxy: Proxy, new_mail: Callable[..., Mailbox]
) -> None:
    _, mailbox = new_mail(3)
    proxy.answers = lambda line, command: re.sub(rb"(FETCH \(.*?UID )2 ", rb"\g<1>5 ", line)

    poll(mailbox, settings)

    # The server never speaks of the mail with number 2, which it says it has.
    assert [(row.uid, row.state) for row in kept(mailbox)] == [
        (1, "waiting"),
        (2, "failed"),
        (3, "waiting"),
    ]
    proxy.answers = lambda line, command: line
    with clock.stopped_at(datetime.now(UTC) + timedelta(hours=1)):
        poll(mailbox, settings)
    assert whole(mailbox) == letters(3)


def test_a_mail_of_which_the_server_tells_neither_size_nor_date_is_kept(
    settings: Settings, proxy: Proxy, new_mail: Callable[..., Mailbox]
) -> None:
    _, mailbox = new_mail(3)
    proxy.answers = lambda line, command: (
        b"" if b"RFC822.SIZE" in line and line.startswith(b"* 2 FETCH") else line
    )

    poll(mailbox, settings)

    assert whole(mailbox) == letters(3)


def test_an_empty_answer_for_a_mail_that_has_a_size_is_not_the_mail(
    settings: Settings, proxy: Proxy, new_mail: Callable[..., Mailbox]
) -> None:
    _, mailbox = new_mail(1)
    # The mail itself goes into a field that nobody asked for.
    proxy.answers = lambda line, command: re.sub(rb"BODY\[\] \{", b'BODY[] "" X-WHOLE {', line)

    poll(mailbox, settings)

    assert kept(mailbox)[0].state == "failed"
    proxy.answers = lambda line, command: line
    with clock.stopped_at(datetime.now(UTC) + timedelta(hours=1)):
        poll(mailbox, settings)
    assert whole(mailbox) == letters(1)


@pytest.mark.parametrize(
    "date",
    [
        b"00-Jan-0000 00:00:00 +0000",
        b"31-Feb-2026 10:00:00 +0100",
        b"yesterday",
        b"",
        b" 1-Jan-1601 00:00:00 +0000",
        b"01-Jan-2026 10:00:00 +9999",
    ],
)
def test_a_date_of_arrival_that_is_none_keeps_no_mail_back(
    settings: Settings, dovecot: Dovecot, proxy: Proxy, date: bytes
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, port=proxy.port)
    proxy.answers = lambda line, command: re.sub(
        rb'INTERNALDATE "[^"]*"', b'INTERNALDATE "' + date + b'"', line
    )
    poll(mailbox, settings)
    dovecot.put(user, letters(2))

    poll(mailbox, settings)

    assert whole(mailbox) == letters(2)
    assert mailbox_of(mailbox).last_error == ""


def test_a_server_that_counts_fewer_than_it_has_loses_nothing(
    settings: Settings, proxy: Proxy, new_mail: Callable[..., Mailbox]
) -> None:
    _, mailbox = new_mail(5)
    proxy.answers = lambda line, command: re.sub(rb"^\* \d+ EXISTS", b"* 1 EXISTS", line)

    poll(mailbox, settings)

    assert whole(mailbox) == letters(5)


def test_mail_that_vanishes_between_two_commands_stops_no_other(
    settings: Settings, dovecot: Dovecot, proxy: Proxy, new_mail: Callable[..., Mailbox]
) -> None:
    user, mailbox = new_mail(4)
    done: list[bool] = []

    def expunging(line: bytes) -> bytes:
        if b"BODY.PEEK[]" in line and not done:
            done.append(True)
            with dovecot.client(user) as client:
                client.delete_messages([2])
                client.expunge()
        return line

    proxy.asks = expunging

    poll(mailbox, settings)

    kept_by_number = {row.uid: row.state for row in kept(mailbox)}
    assert {1, 3, 4} <= set(kept_by_number)
    assert set(kept_by_number.values()) == {"waiting"}


@pytest.mark.parametrize("target", ["Processed", "Much/Too/Deep"])
def test_a_folder_for_kept_mail_that_disappears_is_made_again(
    settings: Settings,
    dovecot: Dovecot,
    new_mail: Callable[..., Mailbox],
    target: str,
) -> None:
    user, mailbox = new_mail(2, after_keeping=AfterKeeping.MOVE, move_to=target)
    poll(mailbox, settings)
    assert len(dovecot.uids(user, folder=target)) == 2
    with dovecot.client(user) as client:
        client.delete_folder(target)
    dovecot.put(user, letters(2, start=3))

    poll(mailbox, settings)

    assert dovecot.uids(user) == []
    assert len(dovecot.uids(user, folder=target)) == 2
    assert numbers_kept(mailbox) == ["1", "2", "3", "4"]


def test_a_folder_for_kept_mail_that_cannot_be_made_leaves_the_mail_where_it_is(
    settings: Settings, dovecot: Dovecot, proxy: Proxy, new_mail: Callable[..., Mailbox]
) -> None:
    user, mailbox = new_mail(3, after_keeping=AfterKeeping.MOVE, move_to="Done")

    def refusing(line: bytes) -> bytes:
        return line.replace(b" CREATE ", b" X-CREATE ")

    proxy.asks = refusing
    for _ in range(2):
        poll(mailbox, settings)

    assert dovecot.uids(user) == [1, 2, 3]
    assert numbers_kept(mailbox) == ["1", "2", "3"]
    assert "Mail is kept, but the server does not change it" in mailbox_of(mailbox).last_error
    proxy.asks = lambda line: line
    poll(mailbox, settings)
    assert dovecot.uids(user) == []
    assert mailbox_of(mailbox).last_error == ""


def test_a_target_that_vanishes_between_looking_and_moving_is_made_at_the_next_round(
    settings: Settings, dovecot: Dovecot, proxy: Proxy, new_mail: Callable[..., Mailbox]
) -> None:
    user, mailbox = new_mail(1, after_keeping=AfterKeeping.MOVE, move_to="Done")
    done: list[bool] = []

    def deleting(line: bytes) -> bytes:
        if b" UID MOVE " in line and not done:
            done.append(True)
            with dovecot.client(user) as client:
                client.delete_folder("Done")
        return line

    proxy.asks = deleting
    poll(mailbox, settings)
    assert dovecot.uids(user) == [1]

    poll(mailbox, settings)

    assert dovecot.uids(user) == []
    assert len(dovecot.uids(user, folder="Done")) == 1
    assert numbers_kept(mailbox) == ["1"]


def test_another_client_at_the_same_time_neither_hides_nor_doubles_mail(
    settings: Settings, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, old_mail=OldMail.EVERYTHING)
    dovecot.put(user, letters(40))
    with dovecot.client(user) as client:
        client.create_folder("Aside")
    over = threading.Event()

    def meddle() -> None:
        with dovecot.client(user) as inbox, dovecot.client(user, "Aside") as aside:
            turn = 0
            while not over.is_set():
                turn += 1
                uids = sorted(inbox.search("ALL"))
                inbox.fetch(uids[:5], ["BODY[]"])
                inbox.add_flags(uids[::3], [rb"\Seen", rb"\Flagged"])
                inbox.remove_flags(uids[::4], [rb"\Seen"])
                if turn % 2 and uids:
                    inbox.move(uids[-4:], "Aside")
                aside.noop()
                if away := aside.search("ALL"):
                    aside.move(away, "INBOX")
                inbox.expunge()
                time.sleep(0.02)

    meddler = threading.Thread(target=meddle)
    meddler.start()
    try:
        for number in range(41, 61):
            dovecot.put(user, letters(1, start=number))
            poll(mailbox, settings)
    finally:
        over.set()
        meddler.join()
    poll(mailbox, settings)

    by_content = {storage().read(row.raw_sha256 or "") for row in kept(mailbox)}
    assert by_content == set(letters(60))
    assert all(row.raw_sha256 for row in kept(mailbox))


def test_a_folder_that_is_missing_for_a_while_is_fetched_when_it_is_back(
    settings: Settings, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    with dovecot.client(user) as client:
        client.create_folder("Support")
    dovecot.put(user, letters(2), folder="Support")
    mailbox = imap_mailbox(dovecot, user, folder="Support", old_mail=OldMail.EVERYTHING)
    poll(mailbox, settings)
    with dovecot.client(user) as client:
        client.rename_folder("Support", "Away")
    dovecot.put(user, letters(1, start=3), folder="Away")
    with pytest.raises(Exception, match="doesn't exist"):
        poll(mailbox, settings)
    since = mailbox_of(mailbox).failing_since
    assert since is not None
    with dovecot.client(user) as client:
        client.rename_folder("Away", "Support")

    poll(mailbox, settings)

    assert numbers_kept(mailbox) == ["1", "2", "3"]
    assert mailbox_of(mailbox).failing_since is None


def test_a_mailbox_that_moves_to_another_folder_and_back_doubles_nothing(
    settings: Settings, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    with dovecot.client(user) as client:
        client.create_folder("Other")
    dovecot.put(user, letters(2))
    dovecot.put(user, [letter("other")], folder="Other")
    mailbox = imap_mailbox(dovecot, user, old_mail=OldMail.EVERYTHING)
    for folder in ("INBOX", "Other", "INBOX"):
        with unit_of_work():
            mailbox_of(mailbox).folder = folder
        poll(mailbox, settings)

    assert len({row.content_key for row in kept(mailbox)}) == 3
