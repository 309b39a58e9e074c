"""Mail is fetched by OAuth 2 from a real Dovecot, which asks the authority about each token."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from imapclient.exceptions import LoginError

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import unit_of_work
from helpdesk.core.signing import seal, unseal
from helpdesk.domain.correspondence.models import OldMail
from helpdesk.mail.fetch import check, poll
from helpdesk.mail.grants import TokensRefused
from tests.mail.grants.signing_in import a_connected_grant, a_grant, grant_row
from tests.mail.mailboxes import imap_mailbox, letters, mailbox_of, numbers_kept
from tests.peers.authority import CLIENT_SECRET, Authority, Mood
from tests.peers.dovecot import Dovecot
from tests.peers.imap_proxy import Proxy

pytestmark = pytest.mark.usefixtures("context")


def by_token(dovecot: Dovecot, user: str, grant: int, **more: object) -> int:
    return imap_mailbox(
        dovecot,
        user,
        old_mail=OldMail.EVERYTHING,
        **({"grant_id": grant, "sealed_password": None} | more),  # type: ignore[arg-type]
    )


def in_an_hour(hours: int = 1) -> datetime:
    return datetime.now(UTC) + timedelta(hours=hours)


def test_mail_is_fetched_by_the_credentials_of_the_application(
    settings: Settings, dovecot: Dovecot, desk: Authority, user: str
) -> None:
    dovecot.put(user, letters(3))
    mailbox = by_token(dovecot, user, a_grant(desk))

    assert poll(mailbox, settings).kept == 3

    assert numbers_kept(mailbox) == ["1", "2", "3"]
    assert [asked["grant_type"] for asked in desk.asked] == ["client_credentials"]
    assert dovecot.uids(user, "UNSEEN") == []
    dovecot.put(user, letters(1, start=4))
    assert poll(mailbox, settings).kept == 1
    assert len(desk.asked) == 1


def test_mail_is_fetched_hour_after_hour_while_refresh_tokens_change(
    settings: Settings, dovecot: Dovecot, desk: Authority, user: str
) -> None:
    grant = a_connected_grant(desk)
    mailbox = by_token(dovecot, user, grant)
    kept = 0
    for hour in range(3):
        dovecot.put(user, letters(1, start=hour + 1))
        with clock.stopped_at(in_an_hour(hour)):
            kept += poll(mailbox, settings).kept

    assert kept == 3
    assert len({asked["refresh_token"] for asked in desk.asked}) == 3
    newest = unseal(grant_row(grant).sealed_refresh_token or "")
    assert newest not in [asked["refresh_token"] for asked in desk.asked]


@pytest.mark.one_database
def test_a_server_that_knows_only_the_other_mechanism_is_spoken_to_in_that(
    settings: Settings, dovecot: Dovecot, desk: Authority, user: str, proxy: Proxy
) -> None:
    proxy.hides = (b"AUTH=XOAUTH2",)
    dovecot.put(user, letters(1))
    mailbox = by_token(dovecot, user, a_grant(desk), port=proxy.port)

    assert poll(mailbox, settings).kept == 1


@pytest.mark.one_database
def test_a_token_that_ends_early_is_replaced_within_the_same_attempt(
    settings: Settings, dovecot: Dovecot, desk: Authority, user: str
) -> None:
    dovecot.put(user, letters(1))
    mailbox = by_token(dovecot, user, a_connected_grant(desk))
    poll(mailbox, settings)
    desk.end_access_tokens()
    dovecot.put(user, letters(1, start=2))

    with clock.stopped_at(datetime.now(UTC) + timedelta(minutes=5)):
        assert poll(mailbox, settings).kept == 1

    assert len(desk.asked) == 2
    assert mailbox_of(mailbox).last_error == ""


@pytest.mark.one_database
@pytest.mark.parametrize("hidden", ["AUTH=OAUTHBEARER", "AUTH=XOAUTH2"])
def test_a_refused_token_is_told_with_the_servers_own_complaint(
    settings: Settings, dovecot: Dovecot, desk: Authority, user: str, proxy: Proxy, hidden: str
) -> None:
    proxy.hides = (hidden.encode(),)
    desk.username = "somebody.else@example.org"
    mailbox = by_token(dovecot, user, a_grant(desk), port=proxy.port)

    with pytest.raises(LoginError):
        poll(mailbox, settings)

    said = mailbox_of(mailbox).last_error
    assert said.startswith("The server refuses the sign-in: ")
    assert "Authentication failed" in said
    assert '{"status":"' in said
    assert desk.introspected
    assert not any(token in said for token in desk.introspected)


@pytest.mark.one_database
def test_a_dead_grant_stops_only_the_mailboxes_that_sign_in_by_it(
    settings: Settings, dovecot: Dovecot, desk: Authority, user: str
) -> None:
    dead = a_connected_grant(desk, name="dead")
    with unit_of_work():
        grant_row(dead).sealed_refresh_token = seal("worthless")
    others = [dovecot.new_user() for _ in range(2)]
    by_password = imap_mailbox(dovecot, others[0], old_mail=OldMail.EVERYTHING)
    bad = [by_token(dovecot, user, dead), by_token(dovecot, others[1], dead)]
    good_user = dovecot.new_user()
    dovecot.put(good_user, letters(1))
    dovecot.put(others[0], letters(1, start=2))

    for mailbox in bad:
        with pytest.raises(TokensRefused):
            poll(mailbox, settings)
    assert poll(by_password, settings).kept == 1
    desk.username = good_user
    assert poll(by_token(dovecot, good_user, a_grant(desk, name="good")), settings).kept == 1

    words = "The endpoint answers: HTTP 400 invalid_grant: The refresh token is unknown."
    assert [mailbox_of(mailbox).last_error for mailbox in bad] == [words, words]
    assert grant_row(dead).refused


@pytest.mark.one_database
def test_a_check_has_a_step_for_the_token(
    settings: Settings, dovecot: Dovecot, desk: Authority, user: str
) -> None:
    dovecot.put(user, letters(2))
    grant = a_grant(desk)
    mailbox = by_token(dovecot, user, grant)

    steps = check(mailbox_of(mailbox))

    assert [(step.name, step.ok) for step in steps] == [
        ("Find the server", True),
        ("Connect", True),
        ("Encrypt", True),
        ("Get a token", True),
        ("Sign in", True),
        ("Open the folder", True),
        ("Count the mail", True),
    ]
    desk.mood = Mood.ECHO
    with clock.stopped_at(in_an_hour(2)):
        last = check(mailbox_of(mailbox))[-1]
    assert (last.name, last.ok) == ("Get a token", False)
    assert str(last).startswith("The endpoint answers: HTTP 400 invalid_grant: ")
    assert CLIENT_SECRET not in str(last)
