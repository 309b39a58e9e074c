from __future__ import annotations

import io
from datetime import datetime

import pytest
from flask.testing import FlaskClient

from helpdesk.core.db import db
from helpdesk.domain.tickets.models import Attachment, Message
from tests.web.conftest import SignIn
from tests.web.tickets import a_file, a_note, a_ticket, an_original, harmless
from tests.world import World

pytestmark = pytest.mark.one_database

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x28\0\0\0\x14\x08\x02\0\0\0" + b"\0" * 20
HTML = (
    '<p>Look: <img src="cid:shot@example.com"></p><script>alert(1)</script>'
    '<img src="https://tracker.example.net/p.png"><table><tr><td>1</td></tr></table>'
)


@pytest.fixture
def agnes(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.agnes_id)


@pytest.fixture
def number(world: World, now: datetime) -> int:
    """A ticket whose mail has HTML with a picture of its own, and files of four kinds."""
    files = (
        a_file(PNG, "shot.png", "image/png", inline=True, content_id="shot@example.com"),
        a_file(b"<script>alert(1)</script>", "räkning <1>.html", "text/html"),
        a_file(b"<svg onload='alert(1)'/>", "logo.svg", "image/svg+xml"),
        a_file(b"%PDF-1.4", "x.pdf", "application/pdf"),
    )
    return a_ticket(world, now, text="Look:", html=harmless(HTML), files=files)


def attachments() -> dict[str, int]:
    db.session.rollback()
    return {file.filename: file.id for file in db.session.scalars(db.select(Attachment))}


def test_only_a_plain_picture_is_shown_and_everything_else_saved(
    agnes: FlaskClient, number: int
) -> None:
    for name, file_id in attachments().items():
        answer = agnes.get(f"/desk/attachments/{file_id}/{name}")
        kept = "inline" if name == "shot.png" else "attachment"
        assert answer.headers["Content-Disposition"].startswith(kept), name
        assert answer.mimetype == (
            "image/png" if name == "shot.png" else "application/octet-stream"
        )
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_file_name_stays_in_its_header(agnes: FlaskClient, number: int) -> None:
    file_id = attachments()["räkning <1>.html"]
    header = agnes.get(f"/desk/attachments/{file_id}/anything").headers["Content-Disposition"]
    assert "filename*=UTF-8''r%C3%A4kning%20%3C1%3E.html" in header


def test_the_html_has_a_policy_of_its_own_and_no_picture_from_elsewhere(
    agnes: FlaskClient, number: int
) -> None:
    message_id = db.session.scalars(db.select(Message.id)).one()
    answer = agnes.get(f"/desk/messages/{message_id}/html")
    policy = answer.headers["Content-Security-Policy"]
    assert policy == (
        "default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        "form-action 'none'; frame-ancestors 'self'; "
        "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
    )
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "<script" not in answer.text
    assert ' src="https://tracker' not in answer.text
    assert f'src="/desk/attachments/{attachments()["shot.png"]}/shot.png"' in answer.text

    asked = agnes.get(f"/desk/messages/{message_id}/html?images=1")
    assert "img-src 'self' data: https:;" in asked.headers["Content-Security-Policy"]
    assert ' src="https://tracker.example.net/p.png"' in asked.text


def test_pictures_from_elsewhere_wait_until_somebody_asks(agnes: FlaskClient, number: int) -> None:
    message_id = db.session.scalars(db.select(Message.id)).one()
    page = agnes.get(f"/desk/tickets/{number}").text
    assert f'src="/desk/messages/{message_id}/html"' in page
    assert f'href="/desk/tickets/{number}?images={message_id}#message-{message_id}"' in page
    asked = agnes.get(f"/desk/tickets/{number}?images={message_id}").text
    assert f'src="/desk/messages/{message_id}/html?images=1"' in asked
    assert "Pictures from elsewhere are not shown." not in asked


def test_words_that_need_no_looks_are_shown_plain(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(
        world,
        now,
        text="Hello there\n-- \nEva, Ltd",
        newest="Hello there",
        html=harmless("<p>Hello there</p><table><tr><td>Eva, Ltd</td></tr></table>"),
    )
    page = agnes.get(f"/desk/tickets/{number}").text
    assert '<div class="message-words">Hello there</div>' in page
    assert '<details class="as-sent"><summary>Show as it was sent' in page


def test_a_requester_gets_none_of_it(
    sign_in: SignIn, world: World, number: int, now: datetime
) -> None:
    note_id = a_note(world, number, now, "internal")
    eva = sign_in(world.eva_id)
    message_id = db.session.scalars(db.select(Message.id).limit(1)).one()
    for url in (
        *(f"/desk/attachments/{file_id}/x" for file_id in attachments().values()),
        f"/desk/messages/{message_id}/html",
        f"/desk/messages/{note_id}/html",
        f"/desk/messages/{message_id}/original",
        f"/desk/messages/{message_id}/original.eml",
    ):
        assert eva.get(url).status_code == 403, url


def test_what_is_not_there_is_not_found(agnes: FlaskClient, world: World, number: int) -> None:
    for url in (
        "/desk/attachments/999/x",
        "/desk/messages/999/html",
        "/desk/messages/999/original",
        # It came by mail only in this test: no inbound mail is behind it.
        "/desk/messages/1/original",
        "/desk/tickets/999",
    ):
        assert agnes.get(url).status_code == 404, url


def test_the_original_is_readable_and_can_be_saved(
    agnes: FlaskClient, world: World, now: datetime, number: int
) -> None:
    raw = (
        b"From: =?utf-8?q?Eva_=C3=85?= <eva@example.com>\r\nSubject: =?x-unknown?q?odd?=\r\n"
        b"To: R\xc3\xa4kning <helpdesk@example.org>\r\n"
        b"Message-ID: <a@example.com>\r\n\r\n<b>to the letter</b> \xff\r\n"
    )
    message_id = db.session.scalars(db.select(Message.id)).one()
    an_original(world, number, message_id, raw, now)
    page = agnes.get(f"/desk/messages/{message_id}/original").text
    assert "Eva Å &lt;eva@example.com&gt;" in page
    assert "<dd>Räkning &lt;helpdesk@example.org&gt;</dd>" in page
    assert "&lt;b&gt;to the letter&lt;/b&gt; \ufffd" in page
    assert f"Became ticket #{number}" in page
    saved = agnes.get(f"/desk/messages/{message_id}/original.eml")
    assert saved.data == raw
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert saved.mimetype == "application/octet-stream"


def test_an_uploaded_file_is_on_the_ticket_under_a_safe_name(
    agnes: FlaskClient, number: int
) -> None:
    agnes.post(
        f"/desk/tickets/{number}/reply",
        data={
            "reply-seen": "1",
            "reply-text": "",
            "reply-files": [
                (io.BytesIO(b"one"), "../../etc/passwd"),
                (io.BytesIO(b"two"), "bild\u202egpj.exe"),
            ],
        },
    )
    assert {"passwd", "bildgpj.exe"} <= set(attachments())


def test_a_file_over_the_limit_is_refused_with_the_limit_named(
    agnes: FlaskClient, number: int
) -> None:
    agnes.application.config["MAX_CONTENT_LENGTH"] = 1000
    answer = agnes.post(
        f"/desk/tickets/{number}/reply",
        data={
            "reply-seen": "1",
            "reply-text": "x",
            "reply-files": (io.BytesIO(b"0" * 5000), "big.bin"),
        },
    )
    assert answer.status_code == 413
    assert "25" in answer.text
