"""The log of changes: every door that changes how things are set up leaves a line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.models import BusinessUnit, Function, Person
from helpdesk.domain.configuration.actions import Thing
from helpdesk.domain.correspondence.models import BouncingAddress, Mailbox, MailboxSetup, MailGrant
from helpdesk.domain.replies.models import CannedReply
from helpdesk.domain.routing.models import RoutingRule
from helpdesk.domain.services.models import Service
from helpdesk.domain.tickets.models import Queue
from helpdesk.web.admin.words import THINGS
from tests.web.admin_forms import fields_of, send
from tests.web.admin_mailboxes import changes, fetched
from tests.web.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.one_database

# Doors that change nothing of how the helpdesk is set up, each with what they do instead.
LEAVES_NO_LINE = {
    "file_again": "files one mail; it is in the trace of the mail",
    "file_as_new": "files one mail; it is in the trace of the mail",
    "attach": "files one mail; it is in the trace of the mail",
    "mail_log_decide": "files mails; it is in the trace of each",
    "send_again": "sends one mail; it is in the outbox",
    "cancel": "does not send one mail; it is in the outbox",
    "grant_test": "asks for a token and keeps it; nothing is set up otherwise",
    "mailbox_test": "only asks a server",
    "mailbox_guide": "writes down what is not in use; the last step leaves the line",
    "mailbox_guide_address": "writes down what is not in use",
    "mailbox_guide_sign_in": "writes down what is not in use",
    "mailbox_guide_incoming": "writes down what is not in use",
    "mailbox_guide_outgoing": "writes down what is not in use",
    "mailbox_guide_round_trip": "writes down what is not in use",
    "mailbox_guide_discard": "forgets what was not in use",
}

NAMES = {"key": "networks", "name_en": "Networks", "name_sv": "Nätverk"}
GRANT = {"name": "Google", "client_id": "an-id", "client_secret": "a secret", "scope": ""}


def newest(table: type) -> int:
    db.session.rollback()
    found = db.session.scalar(db.select(db.func.max(table.id)))  # type: ignore[attr-defined]
    assert found is not None, table
    return int(found)


def posts(
    client: FlaskClient, now: datetime, world: World
) -> dict[str, Callable[[], TestResponse]]:
    """How each door is used, in an order in which what is needed is there."""

    def go(path: str, **given: object) -> TestResponse:
        return send(client, path, **given)

    def press(path: str, **given: str) -> TestResponse:
        return client.post(path, data=given, follow_redirects=True)

    def a_bouncing_address() -> str:
        with unit_of_work() as session:
            session.add(
                BouncingAddress(
                    address="gone@example.com",
                    soft_bounces=0,
                    hard_bounces=1,
                    first_at=now,
                    last_at=now,
                    suppressed_since=now,
                )
            )
        return f"/admin/addresses/{newest(BouncingAddress)}/free"

    def a_ready_mailbox() -> str:
        press("/admin/mailboxes/guide", address="x@example.org", name="x", provider="own")
        return f"/admin/mailboxes/guide/{newest(MailboxSetup)}/ready"

    def connected(path: str) -> str:
        with unit_of_work():
            db.session.get_one(MailGrant, newest(MailGrant)).sealed_refresh_token = "sealed"
        return path

    def one(table: type, path: str) -> str:
        return path.format(newest(table))

    rule, text = "/admin/rules/{}", "/admin/notifications/answered/en"
    return {
        "address_free": lambda: press(a_bouncing_address()),
        "appearance": lambda: go("/admin/appearance", name="Example"),
        "canned_new": lambda: go("/admin/canned-replies/new", name="Thanks", words_en="Thanks"),
        "canned_one": lambda: go(one(CannedReply, "/admin/canned-replies/{}"), name="Hello"),
        "canned_delete": lambda: press(one(CannedReply, "/admin/canned-replies/{}/delete")),
        "grant_new": lambda: go("/admin/sign-ins/new?provider=google", **GRANT),
        "grant_edit": lambda: go(one(MailGrant, "/admin/sign-ins/{}/edit"), client_id="other"),
        "grant_disconnect": lambda: press(
            connected(one(MailGrant, "/admin/sign-ins/{}/disconnect"))
        ),
        "grant_delete": lambda: press(one(MailGrant, "/admin/sign-ins/{}/delete")),
        "mailbox_guide_ready": lambda: go(a_ready_mailbox(), later=None),
        "mailbox_new": lambda: go("/admin/mailboxes/new", **fetched(test=None)),
        "mailbox_edit": lambda: go(one(Mailbox, "/admin/mailboxes/{}/edit"), name="y", test=None),
        "mailbox_old_mail": lambda: press(
            one(Mailbox, "/admin/mailboxes/{}/old-mail"), policy="everything"
        ),
        "function_new": lambda: go("/admin/functions/new", **NAMES),
        "function": lambda: go(one(Function, "/admin/functions/{}"), name_en="Nets"),
        "function_delete": lambda: press(one(Function, "/admin/functions/{}/delete")),
        "queue_new": lambda: go("/admin/queues/new", **NAMES),
        "queue": lambda: go(one(Queue, "/admin/queues/{}"), name_en="Nets"),
        "queue_delete": lambda: press(one(Queue, "/admin/queues/{}/delete")),
        "queue_empty": lambda: go(
            f"/admin/queues/{world.queue_id}/empty", to=str(world.technical_queue_id)
        ),
        "unit_new": lambda: (
            go("/admin/units/new", **NAMES | {"key": "offices"}, senders="@example.com"),
            go("/admin/units/new", **NAMES),
        )[1],
        "unit": lambda: go(one(BusinessUnit, "/admin/units/{}"), name_en="Nets"),
        "unit_delete": lambda: press(one(BusinessUnit, "/admin/units/{}/delete")),
        "unit_take_in": lambda: press(one(BusinessUnit, "/admin/units/{}/take-in")),
        "service_new": lambda: go("/admin/services/new", **NAMES),
        "service": lambda: go(one(Service, "/admin/services/{}"), name_en="Nets"),
        "service_delete": lambda: press(one(Service, "/admin/services/{}/delete")),
        "person_new": lambda: go("/admin/people/new", name="Nils", addresses="nils@example.com"),
        "person_edit": lambda: go(one(Person, "/admin/people/{}/edit"), name="Nils Nilsson"),
        "person_invite": lambda: press(f"/admin/people/{world.agnes_id}/invite"),
        "person_deactivate": lambda: go(
            one(Person, "/admin/people/{}/deactivate"), tickets="nobody"
        ),
        "person_activate": lambda: press(one(Person, "/admin/people/{}/activate")),
        "rule_new": lambda: (
            go("/admin/rules/new", name="first", words="one", **{"try": None}),
            go("/admin/rules/new", name="second", words="two", **{"try": None}),
        )[1],
        "rule": lambda: go(one(RoutingRule, rule), words="three", **{"try": None}),
        "rule_move": lambda: press(one(RoutingRule, rule) + "/move", way="up"),
        "rule_switch": lambda: press(one(RoutingRule, rule) + "/switch", active="0"),
        "rule_delete": lambda: press(one(RoutingRule, rule) + "/delete"),
        "text": lambda: go(text, first_line="Hello", ticket="", **{"try": None}),
        "text_ours": lambda: press(text + "/ours"),
    }


def test_every_door_that_changes_how_things_are_set_up_leaves_a_line(
    app: Flask, sign_in: SignIn, world: World, now: datetime
) -> None:
    doors = {
        rule.endpoint.removeprefix("admin.")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("admin.") and "POST" in (rule.methods or ())
    }
    client = sign_in(world.admin_id)
    used = posts(client, now, world)
    # A new door has to be named: here with how it is used, or above with why it leaves no line.
    assert doors == used.keys() | LEAVES_NO_LINE.keys()
    assert used.keys() & LEAVES_NO_LINE.keys() == set()
    for name, use in used.items():
        before = len(changes())
        answer = use()
        assert answer.status_code == 200, name
        lines = changes()[before:]
        assert lines, (name, fields_of(answer.text))
        assert {line.by_id for line in lines} == {world.admin_id}, name
    page = client.get("/admin/changes").text
    assert "gone@example.com" in page
    # All of it can be read: kinds, deeds and fields have words, and each thing that is left a page.
    assert {line.kind for line in changes()} <= THINGS.keys()
    assert {thing.value for thing in Thing} == THINGS.keys()
    kinds = {line.kind for line in changes()}
    assert kinds == {thing.value for thing in Thing}


def test_the_log_is_narrowed_by_person_thing_and_day(
    sign_in: SignIn, world: World, now: datetime
) -> None:
    client = sign_in(world.admin_id)
    send(client, "/admin/services/new", **NAMES)
    path = "/admin/changes?"
    assert "Networks" in client.get(f"{path}who={world.admin_id}&kind=service").text
    assert "No change like that" in client.get(f"{path}who={world.agnes_id}").text
    assert "No change like that" in client.get(f"{path}who=0").text
    assert "Networks" in client.get(f"{path}first=2026-11-24&last=2026-11-24").text
    assert "No change like that" in client.get(f"{path}last=2026-11-23").text
    assert "No change like that" in client.get(f"{path}first=2026-11-25").text
    assert "Networks" in client.get(f"{path}first=nonsense&last=9999-12-31").text
    service = newest(Service)
    page = client.get(f"/admin/services/{service}").text
    assert f"/admin/changes?kind=service&amp;thing={service}" in page
