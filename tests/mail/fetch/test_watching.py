from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from helpdesk.core.config import Settings
from helpdesk.core.db import unit_of_work
from helpdesk.core.signing import seal
from helpdesk.domain.correspondence.models import OldMail
from helpdesk.mail.fetch import Watcher, watching
from tests.mail.mailboxes import imap_mailbox, letters, mailbox_of, numbers_kept
from tests.peers.dovecot import PASSWORD, Dovecot
from tests.peers.imap_proxy import imap_proxy, silent_server

pytestmark = pytest.mark.usefixtures("context")

Watch = Callable[[int], Watcher]


@pytest.fixture
def watch(app: Flask, settings: Settings) -> Iterator[Watch]:
    """Watch a mailbox until the end of the test."""
    watchers: list[Watcher] = []

    def begin(mailbox_id: int) -> Watcher:
        watcher = Watcher(app, mailbox_id, settings)
        watcher.start()
        watchers.append(watcher)
        return watcher

    yield begin
    for watcher in watchers:
        watcher.stop()
    for watcher in watchers:
        watcher.join(5)
        assert not watcher.is_alive()


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> float:
    """How long it took until the condition held; AssertionError when it never did."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "it did not happen"
        time.sleep(0.02)
    return time.monotonic() - began


def test_a_mail_is_here_within_two_seconds_where_the_server_tells_of_it(
    dovecot: Dovecot, watch: Watch
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, poll_seconds=3600)
    watch(mailbox)
    wait_until(lambda: mailbox_of(mailbox).worked_at is not None)

    for number in (1, 2, 3):
        dovecot.put(user, letters(1, start=number))
        assert wait_until(lambda number=number: len(numbers_kept(mailbox)) == number) < 2

    assert numbers_kept(mailbox) == ["1", "2", "3"]


@pytest.mark.one_database
def test_a_server_that_does_not_tell_of_mail_is_asked_for_it(
    dovecot: Dovecot, watch: Watch
) -> None:
    user = dovecot.new_user()
    with imap_proxy(dovecot.imap) as proxy:
        proxy.hides = (b"IDLE",)
        mailbox = imap_mailbox(dovecot, user, poll_seconds=1, port=proxy.port)
        watch(mailbox)
        wait_until(lambda: mailbox_of(mailbox).worked_at is not None)
        dovecot.put(user, letters(1))

        wait_until(lambda: numbers_kept(mailbox) == ["1"])


@pytest.mark.one_database
def test_a_server_that_hangs_delays_no_other_mailbox(dovecot: Dovecot, watch: Watch) -> None:
    user = dovecot.new_user()
    with silent_server() as port:
        for number in range(5):
            name = f"hangs{number}@example.org"
            watch(imap_mailbox(dovecot, user, name=name, address=name, port=port))
        mailbox = imap_mailbox(dovecot, user)
        watcher = watch(mailbox)
        wait_until(lambda: mailbox_of(mailbox).worked_at is not None)
        dovecot.put(user, letters(1))

        assert wait_until(lambda: numbers_kept(mailbox) == ["1"]) < 2
        assert watcher.is_alive()


@pytest.mark.one_database
def test_a_watcher_stops_at_once_wherever_it_waits(
    dovecot: Dovecot, app: Flask, settings: Settings
) -> None:
    user = dovecot.new_user()
    with silent_server() as port:
        hangs = imap_mailbox(dovecot, user, name="x", address="x@example.org", port=port)
        idles = imap_mailbox(dovecot, user)
        watchers = [Watcher(app, mailbox_id, settings) for mailbox_id in (hangs, idles)]
        for watcher in watchers:
            watcher.start()
        wait_until(lambda: mailbox_of(idles).worked_at is not None)
        began = time.monotonic()
        for watcher in watchers:
            watcher.stop()
        for watcher in watchers:
            watcher.join(5)

        assert time.monotonic() - began < 2
    assert mailbox_of(idles).leased_by is None


@pytest.mark.one_database
def test_a_connection_that_breaks_is_made_anew(
    dovecot: Dovecot, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "pause_after", lambda failures, chance: 0.1)
    user = dovecot.new_user()
    with imap_proxy(dovecot.imap) as proxy:
        mailbox = imap_mailbox(dovecot, user, port=proxy.port)
        watch(mailbox)
        wait_until(lambda: mailbox_of(mailbox).worked_at is not None)
        proxy.shut = True
        proxy.cut()
        wait_until(lambda: mailbox_of(mailbox).failing_since is not None)
        dovecot.put(user, letters(1))
        proxy.shut = False

        wait_until(lambda: numbers_kept(mailbox) == ["1"])
        wait_until(lambda: mailbox_of(mailbox).failing_since is None)


@pytest.mark.one_database
def test_a_wrong_password_is_not_tried_again_and_again(
    dovecot: Dovecot, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "pause_after", lambda failures, chance: 0.1)
    mailbox = imap_mailbox(dovecot, dovecot.new_user(), sealed_password=seal("wrong"))
    watch(mailbox)
    wait_until(lambda: mailbox_of(mailbox).failing_since is not None)
    tried_at = mailbox_of(mailbox).polled_at
    with unit_of_work():
        mailbox_of(mailbox).sealed_password = seal(PASSWORD)
    time.sleep(0.5)

    assert mailbox_of(mailbox).polled_at == tried_at


def test_two_watchers_on_one_mailbox_take_each_mail_once(dovecot: Dovecot, watch: Watch) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, old_mail=OldMail.EVERYTHING)
    dovecot.put(user, letters(60))
    watch(mailbox)
    watch(mailbox)

    wait_until(lambda: len(numbers_kept(mailbox)) >= 60)
    dovecot.put(user, letters(5, start=61))
    wait_until(lambda: len(numbers_kept(mailbox)) >= 65)
    time.sleep(0.3)

    assert numbers_kept(mailbox) == [str(number) for number in range(1, 66)]
    assert threading.active_count() > 1
