from __future__ import annotations

import io
import re
from datetime import datetime

import pytest
from flask.testing import FlaskClient

from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.actions import know
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.tickets.models import Attachment, Message, Ticket
from tests.web.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def agnes(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.agnes_id)


def filled(world: World, **values: str) -> dict[str, str]:
    return {
        "how": "write",
        "to": "Nils Lund <nils@example.com>",
        "subject": "Your new laptop",
        "text": "It has come.",
        "process_name": "incident",
        "queue": str(world.queue_id),
        "mailbox": str(world.helpdesk_id),
    } | values


def the_ticket() -> tuple[Ticket, Message]:
    db.session.rollback()
    ticket = db.session.scalars(db.select(Ticket)).one()
    return ticket, db.session.scalars(db.select(Message)).one()


def test_writing_first_mails_the_words_and_leaves_the_ticket_with_the_agent(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    answer = agnes.post("/desk/new", data=filled(world), follow_redirects=True)
    ticket, message = the_ticket()
    assert (message.direction, message.text) == ("out", "It has come.")
    assert ticket.assignee_id == world.agnes_id
    mail = db.session.scalars(db.select(OutboundMail)).one()
    assert (mail.notification, mail.to_address) == ("we-wrote-to-you", "nils@example.com")
    assert f"Ticket #{ticket.number} is there. Nils Lund will get a mail." in answer.text


def test_registering_for_a_caller_keeps_their_words_as_theirs(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    page = agnes.post(
        "/desk/new", data=filled(world, how="called", to="Eva Ek"), follow_redirects=True
    ).text
    ticket, message = the_ticket()
    assert (message.direction, message.channel, message.author_id) == ("in", "phone", world.eva_id)
    assert ticket.assignee_id is None
    assert "Registered by Agnes Agent for somebody who called or came by" in page
    assert db.session.scalars(db.select(OutboundMail.notification)).all() == ["received"]


def test_faults_stand_in_the_summary_and_at_their_fields_and_nothing_is_lost(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    with unit_of_work():
        know("nils.a@example.com", name="Nils Alm", now=now)
        know("nils.b@example.com", name="Nils Berg", now=now)
    answer = agnes.post(
        "/desk/new",
        data=filled(world, to="Nils", text="", queue=str(world.requests_id))
        | {"files": (io.BytesIO(b"x"), "plan.txt")},
    )
    assert answer.status_code == 422
    for fault in (
        "Several people are called “Nils”",
        "Write what you want to tell.",
        "This queue is only for the process Request.",
    ):
        assert answer.text.count(fault) == 2, fault
    assert 'value="Your new laptop"' in answer.text
    mark = re.search(r'name="carried" value="([^"]+)"', answer.text)
    assert mark
    agnes.post("/desk/new", data=filled(world) | {"carried": mark[1]})
    assert db.session.scalars(db.select(Attachment.filename)).all() == ["plan.txt"]


def test_our_own_address_is_nobody_to_write_to(agnes: FlaskClient, world: World) -> None:
    answer = agnes.post("/desk/new", data=filled(world, to="orders@example.org"))
    assert "orders@example.org is an address of ours" in answer.text


def test_people_are_offered_while_one_types(agnes: FlaskClient, world: World) -> None:
    assert agnes.get("/desk/people?to=ev").text.strip() == (
        '<option value="Eva Ek &lt;eva@example.com&gt;"></option>'
    )
    assert agnes.get("/desk/people?to=e").text.strip() == ""


def test_the_page_begins_with_what_is_usual_for_the_agent(sign_in: SignIn, world: World) -> None:
    page = sign_in(world.oskar_id).get("/desk/new?to=eva@example.com").text
    assert f'selected value="{world.technical_queue_id}"' in page
    assert 'value="eva@example.com"' in page
