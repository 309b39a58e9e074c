"""Who may open the doors of administration, and that nothing secret comes out of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import unit_of_work
from helpdesk.core.heartbeat import beat
from helpdesk.domain.accounts.actions import grant
from helpdesk.domain.accounts.permissions import Action, Role, may
from tests.mail.letters import Road, letter
from tests.statements import statements
from tests.web.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.one_database


def doors(app: Flask) -> Iterator[tuple[str, str]]:
    """Method and path of every view of administration, with the number 1 for every id."""
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("admin."):
            continue
        path = "".join("1" if is_place else part for is_place, part in rule._trace)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, path.replace("admin|", "").lstrip("|")


def test_every_door_is_shut_for_agents_and_requesters(
    app: Flask, sign_in: SignIn, world: World
) -> None:
    found = list(doors(app))
    assert len(found) > 50
    for person_id in (world.agnes_id, world.eva_id):
        client = sign_in(person_id)
        opened = [door for door in found if client.open(door[1], method=door[0]).status_code != 403]
        assert opened == []


def test_strangers_are_sent_to_the_sign_in(app: Flask, world: World) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    for method, path in doors(app):
        answer = client.open(path, method=method)
        assert answer.status_code == (302 if method == "GET" else 401), (method, path)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.OWNER])
def test_no_other_role_administers(app: Flask, sign_in: SignIn, world: World, role: Role) -> None:
    with unit_of_work():
        grant(world.oskar, role=role)
    client = sign_in(world.oskar_id)
    assert client.get("/admin/").status_code == 403
    assert not any(
        may(world.oskar, action)
        for action in (Action.MANAGE_OUTBOX, Action.MANAGE_ORGANISATION, Action.SEE_ADMINISTRATION)
    )


def test_every_change_asks_for_its_token(app: Flask, sign_in: SignIn, world: World) -> None:
    client = sign_in(world.admin_id)
    app.config["WTF_CSRF_ENABLED"] = True
    for method, path in doors(app):
        if method == "POST":
            assert client.post(path).status_code == 400, path


PAGES = (
    *("/admin/", "/admin/mailboxes", "/admin/mailboxes/new", "/admin/mail", "/admin/outbox"),
    *("/admin/outbox?state=failed", "/admin/outbox?state=sent", "/admin/outbox?state=cancelled"),
    *("/admin/captured", "/admin/rules", "/admin/rules/new", "/admin/rules/try?history=1"),
    *("/admin/people", "/admin/people?who=all", "/admin/people?who=inactive", "/admin/people/new"),
    *("/admin/functions", "/admin/functions/new", "/admin/queues", "/admin/queues/new"),
    *("/admin/services", "/admin/services/new", "/admin/changes"),
    *("/admin/canned-replies", "/admin/canned-replies/new"),
    *("/admin/mailboxes/guide", "/admin/notifications", "/admin/appearance"),
)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_for_an_administrator(sign_in: SignIn, world: World, path: str) -> None:
    client: FlaskClient = sign_in(world.admin_id)
    answer = client.get(path)
    assert answer.status_code == 200
    assert "<h1>" in answer.text


@pytest.mark.parametrize(
    "path", ["/admin/mail", "/admin/outbox", "/admin/captured", "/admin/people"]
)
@pytest.mark.parametrize(
    "odd",
    [
        "before=x",
        "before=-1",
        "q=%00",
        "q=%27%22%5C%25_",
        "after=99999999999999999999",
        "before=99999999999999999999",
    ],
)
def test_odd_questions_are_answered_all_the_same(
    sign_in: SignIn, world: World, path: str, odd: str
) -> None:
    assert sign_in(world.admin_id).get(f"{path}?{odd}").status_code == 200


def test_an_impossible_number_leads_nowhere(app: Flask, sign_in: SignIn, world: World) -> None:
    client = sign_in(world.admin_id)
    for method, path in doors(app):
        if "/1" in path and method == "GET":
            odd = path.replace("/1", "/99999999999999999999")
            assert client.get(odd).status_code == 404, odd


def test_a_worker_that_is_gone_is_missed_and_one_at_work_is_named(
    sign_in: SignIn, settings: Settings, world: World, now: datetime
) -> None:
    client = sign_in(world.admin_id)
    assert "No worker is at work" in client.get("/admin/").text
    beat(settings.data_dir, now=now - timedelta(minutes=10))
    text = client.get("/admin/").text
    assert "No worker is at work" in text
    assert "Tue 24 Nov 08:31" in text
    beat(settings.data_dir, now=now)
    text = client.get("/admin/").text
    assert "No worker is at work" not in text
    assert f"process {os.getpid()}" in text


def test_mail_that_nobody_takes_up_is_told_of(
    sign_in: SignIn, settings: Settings, world: World, now: datetime
) -> None:
    Road(settings).keep(letter())
    beat(settings.data_dir, now=now + timedelta(minutes=10))
    client = sign_in(world.admin_id)
    assert "nobody takes it up" not in client.get("/admin/").text
    with clock.stopped_at(now + timedelta(minutes=10)):
        assert "Mail waits and nobody takes it up" in client.get("/admin/").text


@pytest.mark.parametrize("path", ["/admin/", "/admin/mailboxes"])
def test_a_page_and_its_frame_ask_once_what_stands_still(
    sign_in: SignIn, world: World, path: str
) -> None:
    with unit_of_work():
        world.helpdesk.silent_after_hours = 1
        world.helpdesk.created_at = clock.now() - timedelta(hours=2)
    admin = sign_in(world.admin_id)

    with statements() as sent:
        assert "No mail has come to" in admin.get(path).text

    last_mails = "SELECT inbound_mails.mailbox_id, inbound_mails.kept_at"
    assert len([each for each in sent if each.startswith(last_mails)]) == 2
