"""Functions, queues and services; and the page of all changes."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.models import Function
from helpdesk.domain.configuration.actions import Thing, What, record_change
from helpdesk.domain.configuration.models import ConfigurationChange
from helpdesk.domain.services.models import Service
from helpdesk.domain.tickets.models import Queue
from helpdesk.domain.tickets.queries import history, ticket_by_number
from tests.mail.outbox import ask
from tests.web.admin_forms import send
from tests.web.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.one_database

NAMES = {"name_en": "Networks", "name_sv": "Nätverk"}


@pytest.fixture
def admin(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.admin_id)


def deeds() -> list[tuple[str, str, str]]:
    db.session.rollback()
    found = db.session.scalars(select(ConfigurationChange).order_by(ConfigurationChange.id))
    return [(change.kind, change.what, change.name) for change in found]


def row(model: type, key: str):  # type: ignore[no-untyped-def]
    db.session.rollback()
    return db.session.scalars(select(model).where(model.key == key)).one_or_none()


@pytest.mark.parametrize(
    ("kind", "model", "more"),
    [("function", Function, {}), ("queue", Queue, {}), ("service", Service, {})],
)
def test_each_is_added_renamed_and_deleted_while_unused(
    admin: FlaskClient, world: World, kind: str, model: type, more: dict[str, str]
) -> None:
    assert "Saved." in send(admin, f"/admin/{kind}s/new", key="networks", **NAMES, **more).text
    made = row(model, "networks")
    path = f"/admin/{kind}s/{made.id}"
    assert "Saved." in send(admin, path, name_en="The network", key="forged").text
    made = row(model, "networks")
    assert (made.name_en, made.name_sv) == ("The network", "Nätverk")
    assert "Deleted." in admin.post(f"{path}/delete", follow_redirects=True).text
    assert row(model, "networks") is None
    assert deeds() == [
        (kind, "added", "Networks"),
        (kind, "changed", "The network"),
        (kind, "deleted", "The network"),
    ]


@pytest.mark.parametrize("kind", ["function", "queue", "service"])
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"key": ""}, "Give it a key."),
        ({"key": "Two Words"}, "Small letters, digits and hyphens"),
        ({"name_sv": " "}, "Write the Swedish name."),
    ],
)
def test_what_is_wrong_is_said(
    admin: FlaskClient, world: World, kind: str, wrong: dict[str, str], words: str
) -> None:
    given = {"key": "networks", **NAMES, **wrong}
    assert words in send(admin, f"/admin/{kind}s/new", **given).text
    assert deeds() == []


@pytest.mark.parametrize(
    ("kind", "key"),
    [("function", "technical"), ("queue", "technical"), ("service", "email")],
)
def test_a_key_is_given_once(admin: FlaskClient, world: World, kind: str, key: str) -> None:
    answer = send(admin, f"/admin/{kind}s/new", key=key, **NAMES)
    assert f"There is a {kind} with this key already." in answer.text


def test_what_is_used_stays(admin: FlaskClient, world: World, now: datetime) -> None:
    ask(world, now)
    for path in (
        f"/admin/functions/{world.desk_id}",
        f"/admin/functions/{world.technical_id}",
        f"/admin/queues/{world.queue_id}",
        f"/admin/queues/{world.requests_id}",
    ):
        answer = admin.post(f"{path}/delete", follow_redirects=True)
        assert "It is used, so it cannot be deleted." in answer.text, path
    assert deeds() == []
    assert row(Queue, "technical") is not None


def test_a_queue_says_what_moves_with_it(admin: FlaskClient, world: World, now: datetime) -> None:
    ask(world, now)
    path = f"/admin/queues/{world.queue_id}"
    assert "One unfinished ticket lies here" in admin.get(path).text
    assert "Saved." in send(admin, path, function=str(world.technical_id)).text
    assert row(Queue, "service-desk-incidents").function_id == world.technical_id
    text = admin.get("/admin/changes").text
    assert "Technical operations" in text


def test_a_queue_keeps_room_for_the_tickets_in_it(
    admin: FlaskClient, world: World, now: datetime
) -> None:
    ask(world, now)
    path = f"/admin/queues/{world.queue_id}"
    answer = send(admin, path, process_name="request")
    assert "Tickets of other processes lie in this queue" in answer.text
    assert row(Queue, "service-desk-incidents").process == "incident"
    assert "Saved." in send(admin, path, process_name="").text
    assert row(Queue, "service-desk-incidents").process is None


def test_a_service_gets_its_owner(admin: FlaskClient, world: World) -> None:
    path = f"/admin/services/{world.email_id}"
    send(admin, path, owner=str(world.technical_id), kind="product")
    service = row(Service, "email")
    assert (service.owner_id, service.kind) == (world.technical_id, "product")
    assert "Technical operations" in admin.get("/admin/services").text


def test_the_changes_page_by_key_and_tell_of_one_thing(admin: FlaskClient, world: World) -> None:
    with unit_of_work():
        for number in range(60):
            record_change(
                Thing.RULE,
                thing_id=number,
                name=f"Rule {number:02}",
                what=What.ADDED,
                by=None,
                now=clock.now(),
            )
    first = admin.get("/admin/changes").text
    assert "from the command line" in first
    assert "Rule 10" in first
    assert "Rule 09" not in first
    older = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "Rule 09" in admin.get(older).text
    one = admin.get("/admin/changes?kind=rule&thing=7").text
    assert "Rule 07" in one
    assert "Rule 08" not in one
    assert "No change like that" in admin.get("/admin/changes?kind=mailbox").text


def test_a_queue_is_emptied_into_one_that_can_take_its_tickets(
    admin: FlaskClient, world: World, now: datetime
) -> None:
    numbers = [ask(world, now) for _ in range(2)]
    path = f"/admin/queues/{world.queue_id}/empty"
    page = admin.get(path).text
    assert "2 unfinished tickets lie here." in page
    # The other queue of the service desk is for requests only.
    assert "Beställningar" not in page
    assert "Requests" not in page.split("<form", 2)[-1]
    assert "2 tickets were handed over." in send(admin, path, to=str(world.technical_queue_id)).text
    db.session.rollback()
    for number in numbers:
        ticket = ticket_by_number(number)
        assert ticket is not None
        assert ticket.queue_id == world.technical_queue_id
        assert history(ticket)[-1].kind == "placed"
    line = db.session.scalars(
        select(ConfigurationChange).order_by(ConfigurationChange.id.desc())
    ).first()
    assert line is not None
    assert line.facts == {"tickets": ["Incidents", "Technical operations"]}
