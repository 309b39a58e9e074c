"""What servers do to the numbers of mails: nothing is lost, and nothing is doubled."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import unit_of_work
from helpdesk.core.storage import storage
from helpdesk.domain.correspondence.models import AfterKeeping, OldMail
from helpdesk.mail.fetch import poll
from helpdesk.mail.pipeline import file_waiting
from tests.mail.letters import tickets
from tests.mail.mailboxes import imap_mailbox, kept, letter, letters, mailbox_of, numbers_kept
from tests.peers.dovecot import Dovecot
from tests.peers.imap_proxy import Proxy
from tests.world import World

pytestmark = pytest.mark.usefixtures("context")

LARGEST_UID = 2**32 - 1


def renumber(dovecot: Dovecot, user: str, uidvalidity: int, folder: str = "INBOX") -> None:
    dovecot.doveadm("mailbox", "update", "--uid-validity", str(uidvalidity), "-u", user, folder)


def bytes_of(mailbox: int) -> list[bytes]:
    return sorted(storage().read(row.raw_sha256 or "") for row in kept(mailbox))


def test_mail_that_is_numbered_anew_stays_one_message_beside_mail_that_is_new(
    settings: Settings, dovecot: Dovecot, world: World
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, old_mail=OldMail.EVERYTHING)
    dovecot.put(user, letters(4))
    poll(mailbox, settings)
    file_waiting(settings)
    with dovecot.client(user) as client:
        client.delete_messages([1, 2])
        client.expunge()
    renumber(dovecot, user, 4711)
    dovecot.put(user, letters(2, start=5))

    poll(mailbox, settings)
    file_waiting(settings)

    assert len(tickets()) == 6
    states = [(row.rfc_message_id, row.state) for row in kept(mailbox) if row.uidvalidity == 4711]
    assert [state for _, state in states] == ["copy", "copy", "filed", "filed"]


def test_mail_that_is_moved_out_and_back_stays_one_message(
    settings: Settings, dovecot: Dovecot, world: World
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, after_keeping=AfterKeeping.LEAVE)
    poll(mailbox, settings)
    dovecot.put(user, letters(3))
    poll(mailbox, settings)
    file_waiting(settings)
    with dovecot.client(user) as client:
        client.create_folder("Elsewhere")
        client.move([2], "Elsewhere")
    assert poll(mailbox, settings).kept == 0
    with dovecot.client(user, "Elsewhere") as client:
        client.move([1], "INBOX")

    poll(mailbox, settings)
    file_waiting(settings)

    assert [row.state for row in kept(mailbox)] == ["filed", "filed", "filed", "copy"]
    assert len(tickets()) == 3
    assert mailbox_of(mailbox).on_server == 3


def test_a_folder_that_is_renamed_and_made_anew_is_fetched_anew(
    settings: Settings, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    with dovecot.client(user) as client:
        client.create_folder("Support")
    mailbox = imap_mailbox(dovecot, user, folder="Support", old_mail=OldMail.FROM_NOW_ON)
    with clock.stopped_at(datetime.now(UTC) - timedelta(seconds=2)):
        poll(mailbox, settings)
    dovecot.put(user, letters(2), folder="Support")
    poll(mailbox, settings)
    with dovecot.client(user) as client:
        client.rename_folder("Support", "Support of last year")

    with pytest.raises(Exception, match="doesn't exist"):
        poll(mailbox, settings)
    assert "doesn't exist" in mailbox_of(mailbox).last_error

    with dovecot.client(user) as client:
        client.create_folder("Support")
    dovecot.put(user, letters(2, start=3), folder="Support")
    poll(mailbox, settings)

    assert sorted(numbers_kept(mailbox)) == ["1", "2", "3", "4"]
    assert mailbox_of(mailbox).failing_since is None
    with dovecot.client(user) as client:
        client.delete_folder("Support")
        client.rename_folder("Support of last year", "Support")
    dovecot.put(user, letters(1, start=5), folder="Support")
    poll(mailbox, settings)

    # Known mail comes again under its first numbers, which have their rows already.
    assert sorted(numbers_kept(mailbox)) == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("some", [1, 3, 7])
def test_a_server_that_begins_to_count_anew_without_saying_so_is_noticed(
    settings: Settings, dovecot: Dovecot, some: int
) -> None:
    user = dovecot.new_user()
    with dovecot.client(user) as client:
        client.create_folder("Support")
    renumber(dovecot, user, 14, "Support")
    mailbox = imap_mailbox(dovecot, user, folder="Support", old_mail=OldMail.EVERYTHING)
    dovecot.put(user, letters(8), folder="Support")
    poll(mailbox, settings)
    with dovecot.client(user) as client:
        client.delete_folder("Support")
        client.create_folder("Support")
    renumber(dovecot, user, 14, "Support")
    dovecot.put(user, letters(some, start=101), folder="Support")

    poll(mailbox, settings)

    expected = {str(number) for number in (*range(1, 9), *range(101, 101 + some))}
    assert set(numbers_kept(mailbox)) == expected
    assert len(kept(mailbox)) == len(expected)
    assert poll(mailbox, settings).kept == 0
    dovecot.put(user, [letter("new")], folder="Support")
    assert poll(mailbox, settings).kept == 1


@pytest.mark.one_database
@pytest.mark.parametrize("lie", [1, 3, 1_000_000, LARGEST_UID])
def test_a_server_that_says_a_wrong_next_number_loses_and_doubles_nothing(
    settings: Settings, dovecot: Dovecot, proxy: Proxy, lie: int
) -> None:
    user = dovecot.new_user()
    dovecot.put(user, letters(3))
    mailbox = imap_mailbox(dovecot, user, port=proxy.port, old_mail=OldMail.EVERYTHING)
    said = b"UIDNEXT %d" % lie
    proxy.answers = lambda line, command: re.sub(rb"UIDNEXT \d+", said, line)
    for number in range(4, 9):
        poll(mailbox, settings)
        dovecot.put(user, letters(1, start=number))
    poll(mailbox, settings)
    proxy.answers = lambda line, command: line
    dovecot.put(user, letters(1, start=9))
    poll(mailbox, settings)

    assert numbers_kept(mailbox) == [str(number) for number in range(1, 10)]


@pytest.mark.one_database
def test_a_server_that_lags_behind_does_not_make_everything_new(
    settings: Settings, dovecot: Dovecot, proxy: Proxy
) -> None:
    user = dovecot.new_user()
    dovecot.put(user, letters(5))
    mailbox = imap_mailbox(dovecot, user, port=proxy.port, old_mail=OldMail.EVERYTHING)
    poll(mailbox, settings)

    def lagging(line: bytes, command: bytes) -> bytes:
        line = re.sub(rb"UIDNEXT \d+", b"UIDNEXT 4", line)
        line = re.sub(rb"^\* \d+ EXISTS", b"* 3 EXISTS", line)
        return b"* SEARCH 3\r\n" if line.startswith(b"* SEARCH") and b"*" in command else line

    proxy.answers = lagging
    poll(mailbox, settings)
    proxy.answers = lambda line, command: line
    dovecot.put(user, letters(1, start=6))
    poll(mailbox, settings)

    assert numbers_kept(mailbox) == ["1", "2", "3", "4", "5", "6"]


@pytest.mark.one_database
def test_the_largest_number_of_all_is_fetched(
    settings: Settings, dovecot: Dovecot, proxy: Proxy
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, port=proxy.port, old_mail=OldMail.EVERYTHING)
    dovecot.put(user, letters(1))
    poll(mailbox, settings)
    dovecot.put(user, letters(1, start=2))
    largest = b"%d" % LARGEST_UID
    # Dovecot itself does not live to give such a number.
    proxy.asks = lambda line: line.replace(largest, b"2")
    proxy.answers = lambda line, command: re.sub(
        rb"^(\* SEARCH .*|.*FETCH \(.*UID )2\b", rb"\g<1>" + largest, line
    )

    poll(mailbox, settings)

    assert [row.uid for row in kept(mailbox)] == [1, LARGEST_UID]
    assert mailbox_of(mailbox).last_uid == LARGEST_UID
    assert dovecot.uids(user, "SEEN") == [1, 2]
    assert poll(mailbox, settings).kept == 0


def test_numbers_may_have_gaps_as_large_as_can_be(settings: Settings, dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user)
    poll(mailbox, settings)
    dovecot.put(user, letters(1))
    poll(mailbox, settings)
    high = str(LARGEST_UID - 100)
    dovecot.doveadm("mailbox", "update", "--min-next-uid", high, "-u", user, "INBOX")
    dovecot.put(user, letters(2, start=2))

    assert poll(mailbox, settings).kept == 2

    assert mailbox_of(mailbox).last_uid == LARGEST_UID - 99


@pytest.mark.one_database
def test_a_number_that_appears_below_the_newest_is_fetched(
    settings: Settings, dovecot: Dovecot, proxy: Proxy
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, port=proxy.port)
    poll(mailbox, settings)
    dovecot.put(user, letters(4))
    proxy.answers = lambda line, command: (
        b"* SEARCH 1 3 4\r\n" if line.startswith(b"* SEARCH") else line
    )
    assert poll(mailbox, settings).kept == 3
    proxy.answers = lambda line, command: line

    assert poll(mailbox, settings).kept == 1

    assert numbers_kept(mailbox) == ["1", "2", "3", "4"]


class Twins:
    """A server that gives the mails with UID 2 and 3 the same UID, 2."""

    def __init__(self, proxy: Proxy) -> None:
        proxy.asks = self.ask
        proxy.answers = self.answer

    def ask(self, line: bytes) -> bytes:
        line = re.sub(rb"( SEARCH UID 2)(?=\r)", rb"\1,3", line)
        return re.sub(rb"(UID FETCH (?:\d+,)*2)(?=[ ,])", rb"\1,3", line)

    def answer(self, line: bytes, command: bytes) -> bytes:
        if line.startswith(b"* SEARCH") and b" UID SEARCH" in command:
            return line.replace(b" 3", b" 2")
        return re.sub(rb"(FETCH \(.*?UID )3 ", rb"\g<1>2 ", line)


@pytest.mark.parametrize("old", [True, False])
def test_mails_that_share_a_number_are_all_kept_and_each_once(
    settings: Settings, dovecot: Dovecot, proxy: Proxy, old: bool
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, port=proxy.port, old_mail=OldMail.EVERYTHING)
    if not old:
        poll(mailbox, settings)
    dovecot.put(user, letters(4))
    Twins(proxy)

    poll(mailbox, settings)
    poll(mailbox, settings)

    assert bytes_of(mailbox) == sorted(letters(4))


@pytest.mark.one_database
def test_a_mail_that_is_given_a_number_that_another_has_is_kept_too(
    settings: Settings, dovecot: Dovecot, proxy: Proxy
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, port=proxy.port)
    poll(mailbox, settings)
    dovecot.put(user, letters(2))
    poll(mailbox, settings)
    Twins(proxy)
    dovecot.put(user, letters(1, start=3))

    for _ in range(3):
        poll(mailbox, settings)

    assert bytes_of(mailbox) == sorted(letters(3))


@pytest.mark.one_database
def test_a_number_that_is_told_twice_of_one_mail_is_one_mail(
    settings: Settings, dovecot: Dovecot, proxy: Proxy
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, port=proxy.port)
    poll(mailbox, settings)
    dovecot.put(user, letters(2))
    proxy.answers = lambda line, command: (
        line.replace(b" 2", b" 2 2") if line.startswith(b"* SEARCH") else line
    )

    poll(mailbox, settings)

    assert numbers_kept(mailbox) == ["1", "2"]


def test_what_a_server_refused_is_asked_for_under_its_new_number(
    settings: Settings, dovecot: Dovecot, proxy: Proxy
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, port=proxy.port, old_mail=OldMail.EVERYTHING)
    dovecot.put(user, letters(2))
    proxy.refuses = {2}
    poll(mailbox, settings)
    proxy.refuses = set()
    renumber(dovecot, user, 99)

    poll(mailbox, settings)

    lost = next(row for row in kept(mailbox) if row.raw_sha256 is None)
    assert "numbered its mail anew" in lost.error
    assert {row.rfc_message_id for row in kept(mailbox) if row.uidvalidity == 99} == {
        "letter-1@example.com",
        "letter-2@example.com",
    }


def test_the_page_knows_how_many_are_on_the_server_and_when_they_were_counted(
    settings: Settings, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, after_keeping=AfterKeeping.MOVE)
    dovecot.put(user, letters(2))
    poll(mailbox, settings)
    assert mailbox_of(mailbox).on_server == 2
    dovecot.put(user, letters(3, start=3))
    poll(mailbox, settings)

    # What was kept is in another folder by now.
    assert mailbox_of(mailbox).on_server == 2
    assert mailbox_of(mailbox).counted_at is not None
    with unit_of_work():
        mailbox_of(mailbox).host = "nowhere.invalid"
    counted_at = mailbox_of(mailbox).counted_at
    with pytest.raises(OSError, match=r".+"):
        poll(mailbox, settings)
    assert mailbox_of(mailbox).counted_at == counted_at
