from __future__ import annotations

import pytest
from imapclient.exceptions import LoginError

from helpdesk.core.config import Settings
from helpdesk.core.db import unit_of_work
from helpdesk.core.signing import seal
from helpdesk.domain.correspondence.models import OldMail
from helpdesk.mail.fetch import check, poll
from tests.mail.mailboxes import imap_mailbox, kept, letters, mailbox_of
from tests.peers.dovecot import PASSWORD, Dovecot
from tests.peers.imap_proxy import Proxy

pytestmark = [
    pytest.mark.usefixtures("context"),
    # These are about servers, not about databases.
    pytest.mark.one_database,
]


def test_a_wrong_password_is_told_in_the_servers_words_and_never_shown(
    settings: Settings, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, sealed_password=seal("hemligt123"))

    with pytest.raises(LoginError):
        poll(mailbox, settings)

    row = mailbox_of(mailbox)
    assert row.last_error == (
        "The server refuses the sign-in: [AUTHENTICATIONFAILED] Authentication failed."
    )
    assert "hemligt123" not in row.last_error
    assert row.failing_since is not None
    assert row.polled_at is not None
    assert row.worked_at is None
    since = row.failing_since
    with pytest.raises(LoginError):
        poll(mailbox, settings)
    assert mailbox_of(mailbox).failing_since == since
    with unit_of_work():
        mailbox_of(mailbox).sealed_password = seal(PASSWORD)
    poll(mailbox, settings)
    assert mailbox_of(mailbox).failing_since is None


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_that_nobody_has_signed_is_refused(
    settings: Settings, dovecot: Dovecot, security: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = dovecot.new_user()
    port = dovecot.imaps if security == "tls" else dovecot.imap
    mailbox = imap_mailbox(
        dovecot, user, port=port, security=security, host="localhost", old_mail=OldMail.EVERYTHING
    )
    dovecot.put(user, letters(1))

    with pytest.raises(OSError, match="certificate"):
        poll(mailbox, settings)

    assert "The certificate of localhost cannot be trusted" in mailbox_of(mailbox).last_error
    assert kept(mailbox) == []

    with monkeypatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(dovecot.certificate.cert))
        assert poll(mailbox, settings).kept == 1

    with unit_of_work():
        mailbox_of(mailbox).verify_tls = False
    poll(mailbox, settings)


def test_a_server_without_encryption_is_refused_where_it_is_asked_for(
    settings: Settings, dovecot: Dovecot, proxy: Proxy
) -> None:
    proxy.hides = (b"STARTTLS",)
    user = dovecot.new_user()
    mailbox = imap_mailbox(dovecot, user, port=proxy.port, security="starttls")

    with pytest.raises(Exception, match="STARTTLS"):
        poll(mailbox, settings)

    assert "STARTTLS" in mailbox_of(mailbox).last_error


def test_a_check_goes_step_by_step(settings: Settings, dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    dovecot.put(user, letters(3))
    mailbox = mailbox_of(imap_mailbox(dovecot, user))

    steps = check(mailbox)

    assert [(step.name, step.ok) for step in steps] == [
        ("Find the server", True),
        ("Connect", True),
        ("Encrypt", True),
        ("Sign in", True),
        ("Open the folder", True),
        ("Count the mail", True),
    ]
    assert str(steps[-1]) == "It holds 3 mails"
    assert dovecot.uids(user, "UNSEEN") == [1, 2, 3]


def test_a_check_ends_with_the_step_that_fails(settings: Settings, dovecot: Dovecot) -> None:
    user = dovecot.new_user()

    def last(password: str | None = None, **changes: object) -> tuple[str, bool, str]:
        with unit_of_work():
            row = mailbox_of(mailbox)
            for name, value in changes.items():
                setattr(row, name, value)
        step = check(mailbox_of(mailbox), password)[-1]
        return step.name, step.ok, str(step)

    mailbox = imap_mailbox(dovecot, user)
    assert last(password="wrong") == (
        "Sign in",
        False,
        "The server refuses the sign-in: [AUTHENTICATIONFAILED] Authentication failed.",
    )
    name, ok, words = last(folder="No such folder")
    assert (name, ok) == ("Open the folder", False)
    assert "doesn't exist" in words
    assert last(security="tls")[:2] == ("Encrypt", False)
    assert last(port=1)[:2] == ("Connect", False)
    assert last(host="nowhere.invalid")[0::2] == (
        "Find the server",
        "There is no server nowhere.invalid (Name or service not known).",
    )
