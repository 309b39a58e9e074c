"""The look of the pages: a colour that nobody could read is refused, and a logo is a picture."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from helpdesk.core.config import Settings
from helpdesk.mail.deliver import deliver_due
from tests.core.test_colours import png
from tests.mail.outbox import ask, captured, html_of, outbox
from tests.web.admin_forms import send
from tests.web.admin_mailboxes import changes
from tests.web.conftest import Browser, SignIn
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def admin(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.admin_id)


def test_name_logo_and_colour_are_on_pages_sign_in_and_mails(
    app: Flask,
    admin: FlaskClient,
    world: World,
    settings: Settings,
    now: datetime,
) -> None:
    picture = png(96, 48)
    admin.get("/admin/appearance")
    answer = send(
        admin,
        "/admin/appearance",
        name="Exempelstad <IT>",
        accent="7A1FA2",
        logo=(BytesIO(picture), "logo.svg"),
    )
    assert "Saved." in answer.text
    stranger = Browser(app, app.response_class)
    page = stranger.get("/account/login").text
    assert "Exempelstad &lt;IT&gt;" in page
    logo = page.split('class="brand-logo" src="')[1].split('"')[0]
    sheet = page.split('href="/appearance.css')[1].split('"')[0]
    css = stranger.get("/appearance.css" + sheet)
    assert "--accent: #7a1fa2;" in css.text
    assert css.mimetype == "text/css"
    assert "immutable" in css.headers["Cache-Control"]
    assert "immutable" not in stranger.get("/appearance.css?v=0").headers["Cache-Control"]
    shown = stranger.get(logo)
    assert shown.data == picture
    # Whatever its name said.
    assert shown.content_type == "image/png"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown.headers["Content-Security-Policy"]

    ask(world, now)
    deliver_due(settings)
    mail = html_of(captured(outbox("received")[-1]))
    assert "Exempelstad &lt;IT&gt;" in mail
    assert "background:#7a1fa2" in mail
    assert "#0c6470" not in mail

    told = {field: pair for line in changes() for field, pair in line.facts.items()}
    assert told["accent"] == ["", "#7a1fa2"]
    assert told["logo_sha256"][0] is None
    assert "Take the logo away" in admin.get("/admin/appearance").text
    send(admin, "/admin/appearance", no_logo="y", logo=None)
    assert "brand-logo" not in stranger.get("/account/login").text
    assert stranger.get("/appearance/logo").status_code == 404
    assert "picture " in admin.get("/admin/changes?kind=appearance").text


def test_a_colour_that_reads_badly_is_refused_with_the_nearest_that_would_do(
    admin: FlaskClient, world: World
) -> None:
    text = send(admin, "/admin/appearance", accent="#ff9900").text
    assert "4.5 : 1 is needed" in text
    nearest = text.split("The nearest that would do is ")[1][:7]
    assert "Saved." in send(admin, "/admin/appearance", accent=nearest).text
    assert "4.5 : 1 is needed" in send(admin, "/admin/appearance", accent_dark="#222222").text
    assert "Write a colour as" in send(admin, "/admin/appearance", accent="red; }").text
    assert len(changes()) == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<svg onload='alert(1)'/>", "no PNG, JPEG or WebP"),
        (png(8, 8), "8 × 8 pixels"),
        (png(24, 24) + b"\x00" * 200_000, "the limit is 200 kB"),
    ],
)
def test_what_is_no_small_picture_is_no_logo(
    admin: FlaskClient, world: World, data: bytes, words: str
) -> None:
    text = send(admin, "/admin/appearance", logo=(BytesIO(data), "logo.png")).text
    assert words in text
    assert changes() == []
