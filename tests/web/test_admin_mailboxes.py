"""Mailboxes: set up and changed by an administrator, with what is wrong said at its field."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.core import signing
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.correspondence.models import Mailbox
from tests.web.admin_forms import send
from tests.web.admin_mailboxes import SECRET, changes, fetched, mailbox_named
from tests.web.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def admin(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.admin_id)


def test_a_mailbox_is_added_and_its_password_is_sealed(admin: FlaskClient, world: World) -> None:
    answer = send(admin, "/admin/mailboxes/new", **fetched(aliases="a@example.org, B@example.org"))
    assert "The mailbox is there." in answer.text
    new = mailbox_named("support")
    assert (new.address, new.kind, new.port) == ("support@example.org", "imap", 993)
    assert new.aliases == ["a@example.org", "b@example.org"]
    assert new.position == 2
    assert signing.unseal(new.sealed_password or "") == SECRET
    (change,) = changes()
    assert (change.kind, change.what, change.by_id) == ("mailbox", "added", world.admin_id)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "Give the mailbox a name."),
        ({"name": "helpdesk"}, "There is a mailbox with this name already."),
        ({"address": "nobody"}, "“nobody” is no e-mail address."),
        ({"address": "orders@example.org"}, "This address leads to another mailbox already."),
        ({"address": "eva@example.com"}, "This is the address of a person."),
        ({"aliases": "a@example.org, b"}, "“b” is no e-mail address."),
        ({"aliases": "helpdesk@example.org"}, "This address leads to another mailbox already."),
        ({"host": ""}, "Write the name of the mail server."),
        ({"host": "a\tb"}, "Write it on one line."),
        ({"username": ""}, "Write the name that the server knows us by."),
        ({"password": ""}, "Write the password that the server wants."),
        ({"port": "99999"}, "A port lies between 1 and 65535."),
        ({"after_keeping": "move"}, "Write the folder that mail is moved to."),
        ({"after_keeping": "move", "move_to": "INBOX"}, "would be fetched again"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    admin: FlaskClient, world: World, wrong: dict[str, str], words: str
) -> None:
    answer = send(admin, "/admin/mailboxes/new", **fetched(**wrong))
    assert words in answer.text
    assert "error-summary" in answer.text
    db.session.rollback()
    assert len(db.session.scalars(select(Mailbox)).all()) == 2


def test_other_addresses_are_shown_in_the_form_and_kept(admin: FlaskClient, world: World) -> None:
    with unit_of_work():
        world.helpdesk.aliases = ["it@example.org", "support@example.org"]
    path = f"/admin/mailboxes/{world.helpdesk_id}/edit"
    assert 'value="it@example.org, support@example.org"' in admin.get(path).text
    assert "Saved." in send(admin, path, display_name="Helpdesk").text
    assert mailbox_named("helpdesk").aliases == ["it@example.org", "support@example.org"]


def test_a_mailbox_that_is_handed_its_mail_needs_no_server(
    admin: FlaskClient, world: World
) -> None:
    answer = send(
        admin,
        "/admin/mailboxes/new",
        **fetched(kind="door", host="", username="", password=""),
    )
    assert "The mailbox is there." in answer.text
    assert mailbox_named("support").sealed_password is None


def test_a_mailbox_that_fails_shows_since_when_and_why(admin: FlaskClient, world: World) -> None:
    with unit_of_work():
        box = world.helpdesk
        box.kind, box.host = "imap", "imap.example.org"
        box.failing_since = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
        box.last_error = "<b>no</b> answer"
    for path in ("/admin/", "/admin/mailboxes", f"/admin/mailboxes/{world.helpdesk_id}"):
        text = admin.get(path).text
        assert "&lt;b&gt;no&lt;/b&gt; answer" in text
        assert "<b>no</b>" not in text


def test_there_is_no_such_mailbox(admin: FlaskClient, world: World) -> None:
    for path in ("/admin/mailboxes/4711", "/admin/mailboxes/4711/edit"):
        assert admin.get(path).status_code == 404
