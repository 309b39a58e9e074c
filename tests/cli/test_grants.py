"""Sign-ins by OAuth 2 from the command line."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.signing import unseal
from helpdesk.domain.correspondence.models import Mailbox, MailGrant
from tests.cli.conftest import Command
from tests.peers.authority import CLIENT_ID, CLIENT_SECRET, Authority, Mood
from tests.peers.dovecot import Dovecot
from tests.peers.smtp import smtp_sink
from tests.world import World

pytestmark = pytest.mark.one_database


def kept() -> MailGrant:
    db.session.rollback()
    return db.session.scalars(select(MailGrant)).one()


def added(helpdesk: Command, desk: Authority, *more: str, stdin: str = "") -> str:
    said = helpdesk(
        *("grant", "add", "Office", "--provider", "other", "--token-url", desk.token_url),
        *("--authorize-url", desk.authorize_url, "--client-id", CLIENT_ID),
        *("--client-secret", "-", *more),
        stdin=f"{CLIENT_SECRET}\n{stdin}".encode(),
    )
    assert said.code == 0, said.err
    return said.out


def test_a_mailbox_signs_in_by_the_credentials_of_an_application(
    helpdesk: Command, world: World, dovecot: Dovecot, desk: Authority, user: str
) -> None:
    assert "Try it with `helpdesk grant test Office`." in added(helpdesk, desk)
    assert unseal(kept().sealed_client_secret or "") == CLIENT_SECRET
    assert helpdesk("grant", "test", "Office").code == 0
    helpdesk(
        *("mailbox", "add", "real", "--address", user, "--username", user, "--grant", "Office"),
        *("--host", "127.0.0.1", "--port", str(dovecot.imap), "--security", "none"),
    )

    said = helpdesk("mailbox", "test", "real")
    assert said.code == 0, said.out
    assert "ok   Get a token: There is a token that can be used now" in said.out
    said = helpdesk("check")
    assert said.code == 0, said.out
    assert "ok   mailbox real, Get a token: " in said.out
    (line,) = helpdesk("grant", "list", "--json").lines
    assert (line["connected"], line["mailboxes"]) == (True, ["real"])
    assert helpdesk("mailbox", "list", "--json").lines[-1]["grant"] == "Office"
    assert CLIENT_SECRET not in helpdesk("grant", "list", "--json").out

    desk.mood = Mood.INVALID_GRANT
    helpdesk("grant", "set", "Office", "--client-secret", CLIENT_SECRET)
    said = helpdesk("check")
    assert said.code == 1
    words = "The endpoint answers: HTTP 400 invalid_grant: The password was changed."
    assert f"FAIL mailbox real, Get a token: {words}" in said.out
    said = helpdesk("grant", "test", "Office")
    assert (said.code, words in said.out) == (1, True)


def test_a_refresh_token_that_was_got_elsewhere_is_brought_along(
    helpdesk: Command, world: World, desk: Authority
) -> None:
    token = desk.new_refresh_token()

    added(helpdesk, desk, "--flow", "code", "--refresh-token", "-", stdin=f"{token}\n")

    assert helpdesk("grant", "test", "Office").code == 0
    assert desk.asked[-1]["refresh_token"] == token
    assert unseal(kept().sealed_refresh_token or "") != token


def test_without_one_it_has_to_be_connected_in_the_pages(
    helpdesk: Command, world: World, desk: Authority
) -> None:
    assert "Connect it in the pages" in added(helpdesk, desk, "--flow", "code")
    assert "not connected" in helpdesk("grant", "list").out
    assert helpdesk("grant", "test", "Office").code == 1


def test_a_password_takes_the_place_of_a_sign_in(
    helpdesk: Command, world: World, desk: Authority
) -> None:
    added(helpdesk, desk)
    helpdesk(
        *("mailbox", "add", "x", "--address", "x@example.org", "--host", "imap.example.org"),
        *("--username", "x", "--grant", "Office", "--silent-after-hours", "24"),
    )
    helpdesk("mailbox", "set", "x", "--password", "hush hush")

    db.session.rollback()
    box = db.session.scalars(select(Mailbox).where(Mailbox.name == "x")).one()
    assert (box.grant_id, box.silent_after_hours) == (None, 24)
    assert unseal(box.sealed_password or "") == "hush hush"


def test_a_check_signs_in_to_the_outgoing_server_by_it(
    helpdesk: Command, world: World, desk: Authority, user: str
) -> None:
    added(helpdesk, desk)
    with smtp_sink(is_good=lambda name, token: name == user and desk.is_good(token)) as sink:
        way = {
            "HELPDESK_SMTP_HOST": "127.0.0.1",
            "HELPDESK_SMTP_PORT": str(sink.port),
            "HELPDESK_SMTP_SECURITY": "none",
            "HELPDESK_SMTP_USERNAME": user,
            "HELPDESK_SMTP_GRANT": "Office",
        }
        said = helpdesk("check", **way)
        assert said.code == 0, said.out
        assert "ok   outgoing mail, Get a token: Office" in said.out
        assert f"ok   outgoing mail, Sign in: {user}" in said.out
        said = helpdesk("check", **(way | {"HELPDESK_SMTP_GRANT": "Ofice"}))
        assert said.code == 1
        assert "FAIL outgoing mail, Get a token: Ofice: There is no sign-in “Ofice”." in said.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "x", "--provider", "microsoft", "--client-id", "i"), "the directory’s id"),
        (
            (
                "add",
                "x",
                "--provider",
                "google",
                "--client-id",
                "i",
                "--flow",
                "client-credentials",
            ),
            "does not give mail to an application",
        ),
        (("add", "x", "--provider", "google"), "Write the id that the provider gave"),
        (
            ("add", "x", "--provider", "other", "--client-id", "i", "--token-url", "http://a/"),
            "begins with https://",
        ),
        (("test", "nobody"), "there are: none."),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    helpdesk: Command, world: World, arguments: tuple[str, ...], words: str
) -> None:
    said = helpdesk("grant", *arguments)

    assert said.code == 1
    assert words in said.err
    assert helpdesk("grant", "list").out == ""
