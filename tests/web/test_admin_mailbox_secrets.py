"""A mailbox's password: kept sealed, never shown, tried before it is saved, sent to one place."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.core import signing
from helpdesk.core.db import db
from helpdesk.domain.correspondence.models import Mailbox
from tests.mail.letters import letter
from tests.peers.dovecot import PASSWORD, Dovecot
from tests.web.admin_forms import fields_of, send
from tests.web.admin_mailboxes import SECRET, changes, fetched, mailbox_named
from tests.web.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def admin(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.admin_id)


def test_the_password_is_in_no_answer_and_no_record(admin: FlaskClient, world: World) -> None:
    seen = send(admin, "/admin/mailboxes/new", **fetched()).text
    box = mailbox_named("support")
    send(admin, f"/admin/mailboxes/{box.id}/edit", password=SECRET + "2")
    for path in (
        *("/admin/", "/admin/mailboxes", "/admin/changes", f"/admin/mailboxes/{box.id}"),
        *(f"/admin/mailboxes/{box.id}/edit", f"/admin/changes?kind=mailbox&thing={box.id}"),
    ):
        seen += admin.get(path).text
    assert SECRET not in seen
    assert (mailbox_named("support").sealed_password or "?") not in seen
    assert not any(SECRET in str(change.facts) for change in changes())
    assert "a new one" in admin.get("/admin/changes").text


def test_saving_without_a_password_keeps_the_one_that_is_kept(
    admin: FlaskClient, world: World
) -> None:
    send(admin, "/admin/mailboxes/new", **fetched())
    box = mailbox_named("support")
    answer = send(admin, f"/admin/mailboxes/{box.id}/edit", display_name="Support")
    assert "Saved." in answer.text
    box = mailbox_named("support")
    assert (box.display_name, signing.unseal(box.sealed_password or "")) == ("Support", SECRET)
    assert changes()[-1].facts == {"display_name": ["", "Support"]}


@pytest.mark.parametrize(
    "place",
    [
        {"host": "imap.attacker.example"},
        {"username": "somebody"},
        {"security": "none"},
        {"port": "1143"},
        {"verify_tls": None},
    ],
)
@pytest.mark.parametrize("button", [{}, {"test": "1"}])
def test_the_kept_password_never_goes_to_another_place(
    admin: FlaskClient, world: World, place: dict[str, str | None], button: dict[str, str]
) -> None:
    send(admin, "/admin/mailboxes/new", **fetched())
    box = mailbox_named("support")
    answer = send(admin, f"/admin/mailboxes/{box.id}/edit", **place, **button)
    assert "Type the password again" in answer.text
    assert mailbox_named("support").host == "imap.example.org"


def test_a_connection_is_tested_before_it_is_saved(
    admin: FlaskClient, world: World, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    given = fetched(
        host="127.0.0.1", port=str(dovecot.imap), security="none", username=user, password=PASSWORD
    )
    answer = send(admin, "/admin/mailboxes/new", **given, test="1")
    assert "Nothing is saved yet." in answer.text
    assert "It holds 0 mails" in answer.text
    assert PASSWORD not in answer.text
    db.session.rollback()
    assert len(db.session.scalars(select(Mailbox)).all()) == 2
    # What was typed for the test need not be typed again to save it.
    values = fields_of(answer.text)
    assert values["password"] == [""]
    saved = admin.post("/admin/mailboxes/new", data=values, follow_redirects=True)
    assert "The mailbox is there." in saved.text
    assert signing.unseal(mailbox_named("support").sealed_password or "") == PASSWORD


def test_the_carried_password_is_of_no_use_for_another_server(
    admin: FlaskClient, world: World
) -> None:
    shown = send(admin, "/admin/mailboxes/new", **fetched(name=""))
    values = fields_of(shown.text) | {"name": "support", "host": "imap.attacker.example"}
    assert values["kept"][0]
    answer = admin.post("/admin/mailboxes/new", data=values)
    assert "Write the password that the server wants." in answer.text


def test_a_test_that_fails_shows_the_servers_answer(
    admin: FlaskClient, world: World, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    given = fetched(
        host="127.0.0.1", port=str(dovecot.imap), security="none", username=user, password="wrong"
    )
    answer = send(admin, "/admin/mailboxes/new", **given, test="1")
    assert "The server refuses the sign-in" in answer.text
    assert "AUTHENTICATIONFAILED" in answer.text


def test_what_is_kept_can_be_tested_from_its_page(
    admin: FlaskClient, world: World, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    dovecot.put(user, [letter(), letter()])
    given = fetched(
        host="127.0.0.1", port=str(dovecot.imap), security="none", username=user, password=PASSWORD
    )
    send(admin, "/admin/mailboxes/new", **given)
    box = mailbox_named("support")
    answer = admin.post(f"/admin/mailboxes/{box.id}/test")
    assert "It holds 2 mails" in answer.text


def test_a_mailbox_that_is_not_fetched_has_nothing_to_test(
    admin: FlaskClient, world: World
) -> None:
    assert admin.post(f"/admin/mailboxes/{world.helpdesk_id}/test").status_code == 400
