"""The guide that sets a mailbox up: every step asks real servers, and nothing is in use before."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.core.config import Settings
from helpdesk.core.db import db
from helpdesk.core.signing import unseal
from helpdesk.domain.correspondence.models import Mailbox, MailboxSetup
from tests.mail.outbox import settings_towards
from tests.peers.dovecot import PASSWORD, Dovecot
from tests.peers.smtp import Manner, Sink, smtp_sink
from tests.web.admin_forms import send
from tests.web.admin_mailboxes import changes, mailbox_named
from tests.web.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.one_database

GUIDE = "/admin/mailboxes/guide"


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with smtp_sink() as sink:
        yield sink


@pytest.fixture
def settings(sink: Sink, database: str, tmp_path: Path) -> Settings:
    sink.mails.clear()
    sink.manner = Manner.ACCEPT
    return settings_towards(sink.port, database, tmp_path)


@pytest.fixture
def admin(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.admin_id)


def begun(admin: FlaskClient, **more: str) -> str:
    """The address of a mailbox on its way, after the first step."""
    given = {"address": "Support@Example.org", "name": "support", "provider": "own"} | more
    answer = send(admin, GUIDE, **given)
    assert "how does it know us" in answer.text, answer.text
    return f"{GUIDE}/{the_setup().id}"


def the_setup() -> MailboxSetup:
    db.session.rollback()
    return db.session.scalars(select(MailboxSetup)).one()


def sign_in_at(admin: FlaskClient, path: str, at: int, user: str, **more: str | None) -> None:
    given: dict[str, str | None] = {
        "host": "127.0.0.1",
        "port": str(at),
        "security": "none",
        "username": user,
        "password": PASSWORD,
    }
    assert "Does mail come in?" in send(admin, f"{path}/sign-in", **(given | more)).text


def test_a_wrong_password_is_told_in_the_servers_own_words_and_then_all_works(
    app: Flask, admin: FlaskClient, world: World, dovecot: Dovecot, sink: Sink
) -> None:
    user = dovecot.new_user()
    path = begun(admin)
    sign_in_at(admin, path, dovecot.imap, user, password="quite wrong")
    text = send(admin, f"{path}/incoming", test="1").text
    assert "<code>[AUTHENTICATIONFAILED] Authentication failed.</code>" in text
    assert "Type user name and password again." in text
    assert "quite wrong" not in text
    assert "quite wrong" not in str(the_setup().results)
    assert db.session.scalar(select(Mailbox).where(Mailbox.name == "support")) is None

    sign_in_at(admin, path, dovecot.imap, user)
    assert "Something was changed since this test." in admin.get(f"{path}/incoming").text
    text = send(admin, f"{path}/incoming", test="1").text
    assert "It holds 0 mails" in text
    assert "tells at once when mail comes" in text
    assert PASSWORD not in text
    send(admin, f"{path}/incoming", old_mail="since", since="2026-01-31", test=None)

    text = send(admin, f"{path}/outgoing", test="1", send=None).text
    assert "250 2.1.0 OK" in text
    assert "250 2.1.5 OK" in text
    assert sink.mails == []
    send(admin, f"{path}/outgoing", send="1", test=None)
    to_me = sink.wait_for(1)[0]
    assert (to_me.mail_from, to_me.rcpt_tos) == ("support@example.org", ("admin@example.org",))

    send(admin, f"{path}/round-trip", send="1", look=None)
    there = sink.wait_for(2)[1]
    assert there.rcpt_tos == ("support@example.org",)
    assert "It is not there yet" in send(admin, f"{path}/round-trip", look="1", send=None).text
    client = dovecot.client(user)
    client.append("INBOX", b"Subject: Somebody else's\r\n\r\nStays.\r\n")
    client.append("INBOX", there.raw)
    text = send(admin, f"{path}/round-trip", look="1", send=None).text
    assert "The mail came back." in text
    client.noop()
    assert len(client.search("ALL")) == 1
    client.logout()

    text = admin.get(f"{path}/ready").text
    assert "Not everything was tested" not in text
    assert changes() == []
    answer = send(admin, f"{path}/ready", later=None, queue=str(world.queue_id))
    assert "The mailbox is in use." in answer.text
    box = mailbox_named("support")
    assert (box.active, box.address, box.old_mail) == (True, "support@example.org", "since")
    assert unseal(box.sealed_password or "") == PASSWORD
    assert db.session.scalars(select(MailboxSetup)).all() == []
    line = changes()[-1]
    assert (line.what, line.name) == ("added", "support")
    assert PASSWORD not in str(line.facts)


def test_each_fault_of_a_server_is_named_with_what_to_do(
    admin: FlaskClient, world: World, dovecot: Dovecot, sink: Sink
) -> None:
    user = dovecot.new_user()
    path = begun(admin)
    tries = (
        ({"host": "imap.invalid"}, "There is no server imap.invalid", "a letter may be wrong"),
        ({"port": "1"}, "does not listen on port 1", "993 with TLS"),
        ({"port": str(dovecot.imaps), "security": "tls"}, "cannot be trusted", "Write the name"),
        ({"port": str(dovecot.imap), "security": "tls"}, "No encrypted connection", "STARTTLS"),
    )
    for given, words, advice in tries:
        sign_in_at(admin, path, dovecot.imap, user, **given)
        text = send(admin, f"{path}/incoming", test="1").text
        assert words in text
        assert advice in text
    sign_in_at(admin, path, dovecot.imaps, user, security="tls", verify_tls=None)
    text = send(admin, f"{path}/incoming", test="1").text
    assert "nobody knows with whom" in text
    assert "Valid until" in text
    sink.manner = Manner.REFUSE_RECIPIENT
    text = send(admin, f"{path}/outgoing", test="1", send=None).text
    assert "<code>550 5.1.1 No such person here</code>" in text
    text = admin.get(f"{path}/ready").text
    assert "Not everything was tested" in text


def test_a_server_that_says_nothing_keeps_nobody_waiting(admin: FlaskClient, world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        # Somebody answers the door and never speaks.
        held: list[socket.socket] = []

        def open_the_door() -> None:
            held.append(silent.accept()[0])

        threading.Thread(target=open_the_door, daemon=True).start()
        path = begun(admin)
        sign_in_at(admin, path, silent.getsockname()[1], "support")
        begin = time.monotonic()
        text = send(admin, f"{path}/incoming", test="1").text
        assert "gives no answer" in text
        assert time.monotonic() - begin < 30
        for each in held:
            each.close()


def test_the_password_goes_nowhere_but_where_it_was_typed_for(
    admin: FlaskClient, world: World
) -> None:
    path = begun(admin)
    sign_in_at(admin, path, 143, "support")
    assert PASSWORD not in admin.get(f"{path}/sign-in").text
    answer = send(admin, f"{path}/sign-in", host="evil.example.com", password="")
    assert "it would go to another place than before" in answer.text
    assert the_setup().sealed_password is None
    assert "Thrown away" in admin.post(f"{path}/discard", follow_redirects=True).text
    assert admin.get(f"{path}/sign-in").status_code == 404


def test_a_guide_is_left_and_taken_up_and_knows_microsoft_wants_no_password(
    admin: FlaskClient, world: World
) -> None:
    path = begun(admin, provider="microsoft")
    text = admin.get(f"{path}/sign-in").text
    assert "Microsoft 365 takes no password for mail" in text
    assert 'value="outlook.office365.com"' in text
    assert "support@example.org" in admin.get("/admin/mailboxes").text
    assert "A mailbox is on its way" in admin.get("/admin/").text
    assert "Back to the mailbox that you set up" in admin.get("/admin/sign-ins").text
    send(admin, f"{path}/address", name="other", provider="google")
    assert 'value="imap.gmail.com"' in admin.get(f"{path}/sign-in").text
    taken = send(admin, GUIDE, address="helpdesk@example.org", name="x", provider="own")
    assert "This address leads to another mailbox already." in taken.text
