"""Mailboxes: set up by an administrator, tested before anything is saved, accounted for."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime
from urllib.parse import quote_plus

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.core import signing
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.configuration.models import ConfigurationChange
from helpdesk.domain.correspondence.models import InboundMail, Mailbox
from helpdesk.domain.reconciliation import PLACES, reconciled
from tests.mail.letters import Road, letter
from tests.peers.dovecot import PASSWORD, Dovecot
from tests.web.admin_forms import fields_of, send
from tests.web.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.one_database

SECRET = "hemligt lösenord 4711"


@pytest.fixture
def admin(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.admin_id)


@pytest.fixture
def road(world: World, settings: Settings, now: datetime) -> Road:
    return Road(settings)


def mailbox_named(name: str) -> Mailbox:
    db.session.rollback()
    return db.session.scalars(select(Mailbox).where(Mailbox.name == name)).one()


def changes() -> list[ConfigurationChange]:
    db.session.rollback()
    return list(db.session.scalars(select(ConfigurationChange).order_by(ConfigurationChange.id)))


def fetched(**more: object) -> dict[str, object]:
    return {
        "name": "support",
        "address": "Support@Example.org",
        "host": "imap.example.org",
        "username": "support",
        "password": SECRET,
    } | more


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


def asks_about_old_mail(world: World) -> None:
    with unit_of_work():
        box = world.helpdesk
        box.kind, box.host, box.username = "imap", "imap.example.org", "helpdesk"
        box.first_seen_at = datetime(2026, 11, 20, tzinfo=UTC)
        box.first_count, box.first_uidnext, box.old_uid = 1432, 1500, 1499


def test_old_mail_is_decided_about_with_its_number_shown(admin: FlaskClient, world: World) -> None:
    asks_about_old_mail(world)
    assert "1432 mails lay there before us." in admin.get("/admin/").text
    path = f"/admin/mailboxes/{world.helpdesk_id}"
    assert "1432 mails lay here before us" in admin.get(path).text
    answer = admin.post(
        f"{path}/old-mail", data={"policy": "since", "since": "2026-01-31"}, follow_redirects=True
    )
    assert "Decided." in answer.text
    box = mailbox_named("helpdesk")
    assert (box.old_mail, box.old_mail_since, box.old_uid) == ("since", date(2026, 1, 31), 0)
    assert changes()[-1].facts == {
        "old_mail": ["ask", "since"],
        "old_mail_since": [None, "2026-01-31"],
    }
    assert "lay here before us" not in admin.get(path).text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Choose what should become of the old mail."),
        ({"policy": "since"}, "Write a day, like 2026-01-31."),
        ({"policy": "ask"}, "Not a valid choice"),
    ],
)
def test_a_decision_that_is_none_changes_nothing(
    admin: FlaskClient, world: World, given: dict[str, str], words: str
) -> None:
    asks_about_old_mail(world)
    answer = admin.post(f"/admin/mailboxes/{world.helpdesk_id}/old-mail", data=given)
    assert words in answer.text
    assert mailbox_named("helpdesk").old_mail == "ask"


def some_of_each(road: Road) -> None:
    first = road.take(letter())
    again = f"<{db.session.get_one(InboundMail, first.id).rfc_message_id}>"
    road.take(letter(subject="Re: The printer is dead", In_Reply_To=again))
    road.take(letter(subject="Out of office", Auto_Submitted="auto-replied"))
    road.take(letter("alarm@example.com", "Alarm", Auto_Submitted="auto-generated"))
    twice = letter(subject="Twice")
    road.take(twice)
    road.take(twice)
    road.keep(letter(subject="Not filed yet"))


def test_the_account_of_a_mailbox_adds_up_and_each_number_leads_to_its_mail(
    admin: FlaskClient, road: Road, world: World
) -> None:
    some_of_each(road)
    account = reconciled(world.helpdesk_id)
    assert account.places == {
        "new": 2,
        "answer": 1,
        "quietly": 1,
        "copy": 1,
        "report": 0,
        "set-aside": 1,
        "failed": 0,
        "waiting": 1,
    }
    assert (account.kept, account.adds_up) == (7, True)
    text = admin.get(f"/admin/mailboxes/{world.helpdesk_id}").text
    assert "do not add up" not in text
    for place, number in account.places.items():
        path = f"/admin/mail?mailbox={world.helpdesk_id}&place={place}"
        assert path.replace("&", "&amp;") in text
        rows = re.findall(r'href="/admin/mail/\d+"', admin.get(path).text)
        assert len(rows) == number, place


def test_what_is_set_aside_is_counted_by_reason_and_each_number_leads_to_its_mail(
    admin: FlaskClient, road: Road, world: World
) -> None:
    some_of_each(road)
    road.take(letter(subject="Away too", Auto_Submitted="auto-replied"))
    other = road.take(letter(subject="Not ours", Auto_Submitted="auto-replied"), mailbox="orders")
    odd = road.take(letter(subject="Odd")).id
    with unit_of_work():
        row = db.session.get_one(InboundMail, odd)
        row.state, row.reason, row.message_id = "set aside", "Another reason", None
    account = reconciled(world.helpdesk_id)
    assert [number for _, number in account.set_aside] == [2, 1]
    assert account.adds_up
    text = html.unescape(admin.get(f"/admin/mailboxes/{world.helpdesk_id}").text)
    for reason, number in account.set_aside:
        path = (
            f"/admin/mail?mailbox={world.helpdesk_id}&place=set-aside&reason={quote_plus(reason)}"
        )
        assert path in text
        rows = re.findall(r'href="/admin/mail/(\d+)"', admin.get(path).text)
        assert len(rows) == number, reason
        assert str(other.id) not in rows


def test_a_fetched_mailbox_shows_what_is_on_the_server_and_when_that_was_counted(
    admin: FlaskClient, world: World
) -> None:
    with unit_of_work():
        box = world.helpdesk
        box.kind, box.host = "imap", "imap.example.org"
    assert "not counted yet" in admin.get(f"/admin/mailboxes/{world.helpdesk_id}").text
    with unit_of_work():
        box = world.helpdesk
        box.on_server, box.counted_at = 4711, datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    text = admin.get(f"/admin/mailboxes/{world.helpdesk_id}").text
    assert "4711" in text
    assert "On the server, counted Tue 24 Nov 06:00" in text


def test_every_mail_is_in_exactly_one_place(road: Road, world: World) -> None:
    some_of_each(road)
    everything = db.session.scalars(select(InboundMail.id)).all()
    found = [
        inbound_id
        for condition in PLACES.values()
        for inbound_id in db.session.scalars(select(InboundMail.id).where(condition))
    ]
    assert sorted(found) == sorted(everything)


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
