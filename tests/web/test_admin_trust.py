"""Whom a mailbox believes is set up by administrators; helpers that are silent are seen."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.pool import Pool

from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.configuration.models import ConfigurationChange
from helpdesk.domain.correspondence.models import Mailbox
from helpdesk.domain.correspondence.trusting import USUAL_SPAM_HEADERS
from tests.conftest import settings_for
from tests.mail.letters import Road, letter
from tests.peers.clamd import running_clamd
from tests.peers.rspamd import running_rspamd
from tests.web.admin_forms import send
from tests.web.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.one_database

SILENT = "127.0.0.1:9"


@pytest.fixture
def settings(database: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation whose helpers are away."""
    folder = tmp_path_factory.mktemp("data")
    return settings_for(folder, database, clamd=SILENT, rspamd_url=f"http://{SILENT}")


@pytest.fixture
def admin(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.admin_id)


def helpdesk_mailbox(world: World) -> Mailbox:
    db.session.rollback()
    return db.session.get_one(Mailbox, world.helpdesk_id)


def test_servers_and_header_are_set_shown_and_recorded(admin: FlaskClient, world: World) -> None:
    path = f"/admin/mailboxes/{world.helpdesk_id}/edit"
    answer = send(
        admin, path, authserv="MX.example.org, mx.google.com", spam_header="X-Spam-Flag: YES"
    )
    assert "Saved." in answer.text
    known = helpdesk_mailbox(world)
    assert known.authserv_ids == ["mx.example.org", "mx.google.com"]
    assert known.spam_header == "X-Spam-Flag: YES"
    assert "mx.example.org, mx.google.com" in answer.text
    form = admin.get(path).text
    assert 'value="mx.example.org, mx.google.com"' in form
    assert all(each.replace(">", "&gt;") in form for each in USUAL_SPAM_HEADERS)
    (change,) = db.session.scalars(select(ConfigurationChange)).all()
    assert change.facts["authserv_ids"] == [[], ["mx.example.org", "mx.google.com"]]
    assert "Servers that vouch for senders" in admin.get("/admin/changes").text


def test_what_cannot_be_read_is_refused_with_its_reason(admin: FlaskClient, world: World) -> None:
    path = f"/admin/mailboxes/{world.helpdesk_id}/edit"
    answer = send(admin, path, authserv="mx;dmarc=pass", spam_header="nonsense")
    assert "“mx;dmarc=pass” is no name of a mail server." in answer.text
    assert "Write a header, a colon and how it says spam" in answer.text
    assert helpdesk_mailbox(world).authserv_ids == []


def test_helpers_that_do_not_answer_are_named_on_the_overview(admin: FlaskClient) -> None:
    page = admin.get("/admin/").text
    assert "No answer from the virus scanner (HELPDESK_CLAMD)" in page
    assert "No answer from the spam filter (HELPDESK_RSPAMD_URL)" in page
    assert "Connection refused" in page


def test_no_connection_to_the_database_is_held_while_helpers_are_waited_for(
    app: Flask,
    admin: FlaskClient,
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = 0
    held_meanwhile: list[int] = []

    def taken(*_: object) -> None:
        nonlocal held
        held += 1

    def given_back(*_: object) -> None:
        nonlocal held
        held -= 1

    with running_clamd() as clamd, running_rspamd() as rspamd:
        clamd.heard = lambda: held_meanwhile.append(held)
        asking = settings_for(tmp_path, database, clamd=str(clamd.place), rspamd_url=rspamd.url)
        monkeypatch.setitem(app.extensions, "helpdesk_settings", asking)
        event.listen(Pool, "checkout", taken)
        event.listen(Pool, "checkin", given_back)
        try:
            page = admin.get("/admin/").text
        finally:
            event.remove(Pool, "checkout", taken)
            event.remove(Pool, "checkin", given_back)
    assert "No answer from" not in page
    assert held_meanwhile == [0]


def test_spam_is_counted_on_the_overview_and_found_from_there(
    admin: FlaskClient, world: World, now: datetime, database: str, tmp_path: object
) -> None:
    with unit_of_work():
        world.helpdesk.spam_header = "X-Spam-Flag: YES"
    with running_clamd() as clamd, running_rspamd() as rspamd:
        from_outside = settings_for(
            tmp_path,  # type: ignore[arg-type]
            database,
            clamd=str(clamd.place),
            rspamd_url=rspamd.url,
        )
        Road(from_outside).take(letter(X_Spam_Flag="YES"))
    page = admin.get("/admin/").text
    assert "marked as spam in the last seven days" in page
    assert 'href="/desk/spam"' in page


def test_spam_is_let_through_from_its_page_in_the_log(
    admin: FlaskClient, world: World, settings: Settings, now: datetime
) -> None:
    with unit_of_work():
        world.helpdesk.spam_header = "X-Spam-Flag: YES"
    spam = Road(settings).take(letter(X_Spam_Flag="YES"))
    absence = Road(settings).take(letter(Auto_Submitted="auto-replied"))
    way = "/desk/spam/{}/let-through"
    assert way.format(spam.id) in admin.get(f"/admin/mail/{spam.id}").text
    assert way.format(absence.id) not in admin.get(f"/admin/mail/{absence.id}").text
