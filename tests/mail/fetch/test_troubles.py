from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.storage import storage
from helpdesk.domain.correspondence.models import AfterKeeping, OldMail
from helpdesk.mail.fetch import connection, poll
from helpdesk.mail.fetch.errors import NoAnswer
from tests.mail.mailboxes import imap_mailbox, kept, letter, letters, mailbox_of, numbers_kept
from tests.peers.dovecot import Dovecot
from tests.peers.imap_proxy import Proxy, silent_server

pytestmark = [
    pytest.mark.usefixtures("context"),
    # These are about servers, not about databases.
    pytest.mark.one_database,
]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits longer than a second for a server."""
    for name in ("__init__",):
        defaults = dict(connection.Connection.__init__.__kwdefaults__)
        defaults |= {"silence_seconds": 1.0, "step_seconds": 2.0}
        monkeypatch.setattr(getattr(connection.Connection, name), "__kwdefaults__", defaults)


def through(proxy: Proxy, dovecot: Dovecot, count: int, **more: object) -> tuple[str, int]:
    """A user with so many mails that are new to a mailbox that is fetched through the proxy."""
    user = dovecot.new_user()
    mailbox = imap_mailbox(
        dovecot,
        user,
        port=proxy.port,
        **more,  # type: ignore[arg-type]
    )
    dovecot.put(user, letters(count))
    return user, mailbox


def test_a_mail_that_the_server_refuses_stops_no_other_and_is_asked_for_again(
    settings: Settings, dovecot: Dovecot, proxy: Proxy
) -> None:
    user, mailbox = through(proxy, dovecot, 5, old_mail=OldMail.EVERYTHING)
    proxy.refuses = {3}

    polled = poll(mailbox, settings)

    assert (polled.kept, polled.refused) == (4, 1)
    refused = kept(mailbox)[2]
    assert (refused.uid, refused.state, refused.raw_sha256) == (3, "failed", None)
    assert "[SERVERBUG] This mail cannot be read" in refused.error
    assert dovecot.uids(user, "UNSEEN") == [3]
    assert mailbox_of(mailbox).last_error == ""

    proxy.fetches.clear()
    assert poll(mailbox, settings).kept == 0
    assert proxy.fetches == []

    proxy.refuses = set()
    with clock.stopped_at(datetime.now(UTC) + timedelta(minutes=6)):
        assert poll(mailbox, settings).kept == 1

    mended = kept(mailbox)[2]
    assert (mended.state, mended.error, mended.attempts) == ("waiting", "", 0)
    assert storage().read(mended.raw_sha256 or "") == letter(3)
    assert dovecot.uids(user, "UNSEEN") == []


def test_a_refused_mail_that_has_vanished_is_not_asked_for_for_ever(
    settings: Settings, dovecot: Dovecot, proxy: Proxy
) -> None:
    user, mailbox = through(proxy, dovecot, 1, old_mail=OldMail.EVERYTHING)
    proxy.refuses = {1}
    poll(mailbox, settings)
    with dovecot.client(user) as client:
        client.delete_messages([1])
        client.expunge()
    for hours in (1, 48):
        with clock.stopped_at(datetime.now(UTC) + timedelta(hours=hours)):
            poll(mailbox, settings)

    assert kept(mailbox)[0].error == "The server does not have it any more."


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("how", ["drops", "hangs"])
def test_a_mail_over_which_the_connection_breaks_stops_no_other(
    settings: Settings,
    dovecot: Dovecot,
    proxy: Proxy,
    how: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, mailbox = through(proxy, dovecot, 4, old_mail=OldMail.EVERYTHING)
    setattr(proxy, how, {2})

    polled = poll(mailbox, settings)

    assert (polled.kept, polled.refused) == (3, 1)
    assert [row.state for row in kept(mailbox)] == ["waiting", "failed", "waiting", "waiting"]


def test_a_server_that_breaks_over_every_mail_is_ill_and_nothing_is_blamed_on_the_mail(
    settings: Settings, dovecot: Dovecot, proxy: Proxy
) -> None:
    _, mailbox = through(proxy, dovecot, 30, old_mail=OldMail.EVERYTHING)
    proxy.drops = set(range(1, 31))

    with pytest.raises(Exception, match=r"EOF|abort|reset|broken"):
        poll(mailbox, settings)

    assert len(kept(mailbox)) <= 3
    assert mailbox_of(mailbox).failing_since is not None
    proxy.drops = set()
    poll(mailbox, settings)
    with clock.stopped_at(datetime.now(UTC) + timedelta(hours=1)):
        poll(mailbox, settings)
    assert numbers_kept(mailbox) == [str(number) for number in range(1, 31)]
    assert mailbox_of(mailbox).failing_since is None


def test_a_server_without_move_and_uidplus_is_served_too(
    settings: Settings, dovecot: Dovecot, proxy: Proxy
) -> None:
    proxy.hides = (b"MOVE", b"UIDPLUS")
    user, mailbox = through(
        proxy, dovecot, 2, old_mail=OldMail.EVERYTHING, after_keeping=AfterKeeping.MOVE
    )
    with dovecot.client(user) as client:
        client.append("INBOX", letter("somebody else's"))
        client.delete_messages([3])

    poll(mailbox, settings)

    # Only marked: an EXPUNGE would have taken what somebody else has marked as well.
    assert dovecot.uids(user, "DELETED") == [1, 2, 3]
    assert len(dovecot.uids(user, folder="Processed")) == 3
    assert poll(mailbox, settings).kept == 0
    assert len(dovecot.uids(user, folder="Processed")) == 3


def test_a_server_without_move_expunges_only_what_was_kept(
    settings: Settings, dovecot: Dovecot, proxy: Proxy
) -> None:
    proxy.hides = (b"MOVE",)
    user, mailbox = through(proxy, dovecot, 2, after_keeping=AfterKeeping.MOVE)
    poll(mailbox, settings)
    dovecot.put(user, [letter("new")])
    with dovecot.client(user) as client:
        client.delete_messages([1])

    poll(mailbox, settings)

    assert dovecot.uids(user) == [1, 2]
    assert len(dovecot.uids(user, folder="Processed")) == 1


@pytest.mark.usefixtures("impatient")
def test_a_server_that_says_nothing_is_left_soon(settings: Settings, dovecot: Dovecot) -> None:
    with silent_server() as port:
        mailbox = imap_mailbox(dovecot, "user@example.org", port=port)
        began = time.monotonic()
        with pytest.raises(NoAnswer):
            poll(mailbox, settings)

    assert time.monotonic() - began < 4
    assert mailbox_of(mailbox).last_error == (
        f"127.0.0.1:{port} gives no answer (no answer within 1 seconds)."
    )


@pytest.mark.usefixtures("impatient")
def test_a_server_that_says_a_little_for_ever_is_left_too(
    settings: Settings, dovecot: Dovecot
) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as door:

        def drip() -> None:
            client, _ = door.accept()
            try:
                while True:
                    client.sendall(b"* ")
                    time.sleep(0.2)
            except OSError:
                client.close()

        thread = threading.Thread(target=drip)
        thread.start()
        mailbox = imap_mailbox(dovecot, "user@example.org", port=door.getsockname()[1])
        began = time.monotonic()
        with pytest.raises(NoAnswer):
            poll(mailbox, settings)
        assert time.monotonic() - began < 5
        thread.join()
