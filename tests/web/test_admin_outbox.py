"""The outbox and the captured mail: what left, what did not, and what can be done about it."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.storage import storage
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.notifications.actions import send_sign_in_help
from helpdesk.domain.tickets.actions import KeptFile
from helpdesk.mail.deliver import deliver_due
from tests.mail.letters import Road, letter
from tests.mail.outbox import answer, ask
from tests.web.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.one_database

REFUSED = "550 5.1.1 <b>no such user</b>"


@pytest.fixture
def admin(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.admin_id)


def only_mail() -> OutboundMail:
    db.session.rollback()
    return db.session.scalars(select(OutboundMail)).one()


def in_state(state: str, **more: object) -> int:
    with unit_of_work():
        mail = db.session.scalars(select(OutboundMail)).one()
        mail.state = state
        for name, value in more.items():
            setattr(mail, name, value)
        return mail.id


@pytest.fixture
def waiting(world: World, now: datetime, settings: Settings) -> int:
    Road(settings).take(letter())
    return only_mail().id


def test_what_waits_is_shown_and_what_is_elsewhere_is_not(admin: FlaskClient, waiting: int) -> None:
    assert "eva@example.com" in admin.get("/admin/outbox").text
    for state in ("failed", "sent", "cancelled"):
        assert "eva@example.com" not in admin.get(f"/admin/outbox?state={state}").text
    assert "Nothing failed" in admin.get("/admin/outbox?state=failed").text


def test_a_failed_mail_shows_the_servers_answer_and_is_sent_again(
    admin: FlaskClient, waiting: int
) -> None:
    in_state("failed", last_error=REFUSED, attempts=3)
    for path in ("/admin/outbox?state=failed", f"/admin/outbox/{waiting}"):
        text = admin.get(path).text
        assert "550 5.1.1 &lt;b&gt;no such user" in text
        assert "<b>no such user" not in text
    shown = admin.post(f"/admin/outbox/{waiting}/send-again", follow_redirects=True).text
    assert "It is sent again within moments." in shown
    assert "Ada Admin" in shown
    mail = only_mail()
    assert (mail.state, mail.attempts, mail.last_error) == ("waiting", 0, "")


def test_a_waiting_mail_is_cancelled(admin: FlaskClient, waiting: int) -> None:
    shown = admin.post(f"/admin/outbox/{waiting}/cancel", follow_redirects=True).text
    assert "It will not be sent." in shown
    assert only_mail().state == "cancelled"
    assert "eva@example.com" in admin.get("/admin/outbox?state=cancelled").text


def test_what_has_left_can_neither_be_sent_nor_cancelled(admin: FlaskClient, waiting: int) -> None:
    in_state("sent")
    text = admin.get(f"/admin/outbox/{waiting}").text
    assert "/send-again" not in text
    assert "/cancel" not in text
    for verb in ("send-again", "cancel"):
        shown = admin.post(f"/admin/outbox/{waiting}/{verb}", follow_redirects=True)
        assert "alert-danger" in shown.text
    assert only_mail().state == "sent"


@pytest.mark.parametrize("words", ["eva@", "#1", "EVA@EXAMPLE.COM"])
def test_the_outbox_is_searched(admin: FlaskClient, waiting: int, words: str) -> None:
    assert "eva@example.com" in admin.get("/admin/outbox", query_string={"q": words}).text


@pytest.mark.parametrize("words", ["nobody", "#2", "#999999999999"])
def test_other_words_find_nothing(admin: FlaskClient, waiting: int, words: str) -> None:
    assert "No such mail" in admin.get("/admin/outbox", query_string={"q": words}).text


def test_trouble_with_the_server_is_seen_at_once(admin: FlaskClient, waiting: int) -> None:
    in_state("waiting", fault="server", last_error="451 4.7.1 try later")
    for path in ("/admin/", "/admin/outbox"):
        assert "451 4.7.1 try later" in admin.get(path).text


def test_the_link_to_a_new_password_is_not_shown_in_the_outbox(
    admin: FlaskClient, world: World, now: datetime
) -> None:
    with unit_of_work():
        send_sign_in_help(world.agnes, link="https://example.org/secret-token", now=now)
    mail = only_mail()
    for path in ("/admin/outbox", f"/admin/outbox/{mail.id}"):
        assert "secret-token" not in admin.get(path).text


def test_nothing_captured_teaches_why(admin: FlaskClient, world: World) -> None:
    text = admin.get("/admin/captured").text
    assert "Nothing was written yet" in text
    assert "HELPDESK_SMTP_HOST" in text


def captured(world: World, settings: Settings, now: datetime, text: str) -> int:
    number = ask(world, now, text=text, subject="Greyed & <i>odd</i>")
    deliver_due(settings)
    files = (KeptFile("evil.html", "text/html", 25, storage().keep(b"<script>alert(9)</script>")),)
    answer(world, number, now, text, files=files)
    deliver_due(settings)
    db.session.rollback()
    return db.session.scalars(select(OutboundMail.id).order_by(OutboundMail.id.desc())).first() or 0


def test_a_captured_mail_is_read_as_its_reader_would(
    admin: FlaskClient, world: World, settings: Settings, now: datetime
) -> None:
    mail_id = captured(world, settings, now, "<script>alert(1)</script> Hello <b>you</b>")
    assert f"/admin/captured/{mail_id}" in admin.get("/admin/captured").text
    page = admin.get(f"/admin/captured/{mail_id}").text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "evil.html" in page
    assert f'src="/admin/captured/{mail_id}/html"' in page


def test_the_html_of_a_captured_mail_may_do_nothing(
    admin: FlaskClient, world: World, settings: Settings, now: datetime
) -> None:
    mail_id = captured(world, settings, now, "<script>alert(1)</script>")
    frame = admin.get(f"/admin/captured/{mail_id}/html")
    assert "<script" not in frame.text
    policy = frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "script-src" not in policy
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_file_of_a_captured_mail_is_only_saved(
    admin: FlaskClient, world: World, settings: Settings, now: datetime
) -> None:
    mail_id = captured(world, settings, now, "Hello")
    found = [admin.get(f"/admin/captured/{mail_id}/files/{place}") for place in range(5)]
    evil = next(each for each in found if b"alert(9)" in each.data)
    assert evil.headers["Content-Disposition"].startswith("attachment")
    assert evil.mimetype == "application/octet-stream"
    assert "sandbox" in evil.headers["Content-Security-Policy"]
    assert found[-1].status_code == 404


def test_the_whole_captured_mail_is_saved(
    admin: FlaskClient, world: World, settings: Settings, now: datetime
) -> None:
    mail_id = captured(world, settings, now, "Hello")
    raw = admin.get(f"/admin/captured/{mail_id}/mail.eml")
    assert raw.data.startswith(
        (b"From:", b"Return", b"MIME", b"Date", b"To", b"Subject", b"Message")
    )
    assert raw.headers["Content-Disposition"].startswith("attachment")


def test_a_mail_that_was_not_captured_has_no_such_page(admin: FlaskClient, waiting: int) -> None:
    for path in ("", "/html", "/mail.eml", "/files/0"):
        assert admin.get(f"/admin/captured/{waiting}{path}").status_code == 404
