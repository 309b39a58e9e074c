"""Suppliers on the ticket page, without JavaScript: asked in a conversation of their own."""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.queries import person_by_address
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.replies.models import Draft
from helpdesk.domain.tickets.actions import Words, merge, receive_from_supplier
from helpdesk.domain.tickets.models import Attachment, Conversation, Message, Ticket
from helpdesk.domain.tickets.queries import ticket_by_number
from tests.statements import statements
from tests.web.conftest import SignIn
from tests.web.tickets import a_ticket, an_answer
from tests.world import World

pytestmark = pytest.mark.one_database
SARA = "sara@cables.example"
# With the one that begins the reading.
MOST_ON_A_TICKET = 16


@pytest.fixture
def agnes(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.agnes_id)


def asking(**more: object) -> dict[str, object]:
    return {
        "supplier-seen": "1",
        "supplier-to": f"Sara Sund <{SARA}>",
        "supplier-subject": "Cables",
        "supplier-text": "When can you come?",
    } | more


def test_a_supplier_is_asked_and_the_requester_sees_nothing_of_it(
    agnes: FlaskClient, sign_in: SignIn, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    url = f"/desk/tickets/{number}"
    files = {"supplier-files": (io.BytesIO(b"%PDF-1.4 plan"), "plan.pdf")}
    answer = agnes.post(
        f"{url}/suppliers",
        data=asking(**{"supplier-then": "supplier"}) | files,
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303, answer.text
    page = agnes.get(url).text
    assert "The requester does not see this" in page
    assert "Waits to be sent to sara@cables.example" in page
    # It can be taken back, and the conversation goes on in a composer of its own.
    assert 'class="take-back"' in page
    about = db.session.scalars(db.select(Conversation)).one()
    assert f'name="s{about.id}-text"' in page
    assert db.session.get_one(Ticket, number).state == "supplier"
    mail = db.session.scalars(db.select(OutboundMail).order_by(OutboundMail.id.desc())).first()
    assert mail
    assert (mail.notification, mail.to_address) == ("asked-of-you", SARA)

    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket is not None
        said = Words("On Monday.", sender=SARA, channel="mail")
        receive_from_supplier(
            ticket,
            said,
            conversation=db.session.get_one(Conversation, about.id),
            by=person_by_address(SARA),
            now=now,
        )
    page = agnes.get(url).text
    assert "On Monday." in page
    assert "Sara Sund answered, as a supplier" not in page

    eva = sign_in(world.eva_id)
    theirs = eva.get(f"/tickets/{number}").text
    for word in ("On Monday", "When can you come", "Sara", "Cables", "plan.pdf"):
        assert word not in theirs, word
    # So nothing says that the requester's page was opened with it.
    with clock.stopped_at(now + timedelta(minutes=5)):
        eva.get(f"/tickets/{number}", headers={"Sec-Fetch-Dest": "document"}, buffered=True)
        assert "page was opened" not in agnes.get(url).text
    file_id = db.session.scalars(db.select(Attachment.id)).one()
    for way in (
        f"/tickets/{number}/files/{file_id}/plan.pdf",
        f"/desk/attachments/{file_id}/plan.pdf",
    ):
        assert eva.get(way).status_code in (403, 404)


def test_a_conversation_with_faults_comes_back_with_all_that_was_written(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    url = f"/desk/tickets/{number}/suppliers"
    for field, value, words in (
        ("supplier-subject", "", "Write in a few words what you ask"),
        ("supplier-to", "eva@example.com", "reads what the requester reads"),
        ("supplier-to", "oskar@example.org", "sees the ticket here"),
        ("supplier-to", "helpdesk@example.org", "is an address of ours"),
    ):
        answer = agnes.post(url, data=asking(**{field: value}))
        assert answer.status_code == 422
        assert words in answer.text
        assert "When can you come?" in answer.text
    assert db.session.scalars(db.select(Conversation)).all() == []


def test_the_requesters_words_go_along_only_when_the_agent_puts_them_there(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now, text="Every page is grey.\nOn the left.")
    url = f"/desk/tickets/{number}"
    page = agnes.get(url).text
    place = re.search(r'<textarea[^>]*id="supplier-text"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL)
    assert place
    assert place[1].strip() == ""
    quoted = agnes.post(f"{url}/canned?kind=supplier&quote=1", data=asking()).text
    assert "When can you come?\n\n&gt; Every page is grey.\n&gt; On the left." in quoted
    assert db.session.scalars(db.select(Message)).all()[-1].conversation_id is None


def test_drafts_to_suppliers_are_kept_apart(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    url = f"/desk/tickets/{number}"
    agnes.post(f"{url}/draft?kind=supplier", data=asking())
    page = agnes.get(url).text
    assert 'value="Cables"' in page
    assert SARA in page
    agnes.post(f"{url}/suppliers", data=asking())
    assert db.session.scalars(db.select(Draft)).all() == []
    about = db.session.scalars(db.select(Conversation)).one()
    agnes.post(f"{url}/draft?kind=s{about.id}", data={f"s{about.id}-text": "And then?"})
    assert "And then?" in agnes.get(url).text
    other = a_ticket(world, now)
    strange = f"/desk/tickets/{other}/draft?kind=s{about.id}"
    assert agnes.post(strange, data={f"s{about.id}-text": "x"}).status_code == 404
    there = agnes.post(
        f"/desk/tickets/{other}/suppliers/{about.id}", data={f"s{about.id}-text": "x"}
    )
    assert there.status_code == 404


def test_a_ticket_with_suppliers_costs_no_more_statements_for_each(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    url = f"/desk/tickets/{number}"
    for place in range(3):
        seen = db.session.get_one(Ticket, number).version
        db.session.rollback()
        answer = agnes.post(
            f"{url}/suppliers",
            data=asking(**{"supplier-seen": str(seen), "supplier-to": f"a{place}@cables.example"}),
        )
        assert answer.status_code == 303
    agnes.get(url)
    with statements() as sent:
        assert agnes.get(url).status_code == 200
    assert len(sent) <= MOST_ON_A_TICKET, "\n".join(sent)


def test_a_conversation_goes_on_from_the_ticket_that_its_own_was_merged_into(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number, into = a_ticket(world, now), a_ticket(world, now, subject="Stripes, again")
    agnes.post(f"/desk/tickets/{number}/suppliers", data=asking())
    about = db.session.scalars(db.select(Conversation.id)).one()
    with unit_of_work():
        ticket, other = (ticket_by_number(each, lock=True) for each in (number, into))
        assert ticket is not None
        assert other is not None
        merge(ticket, into=other, by=world.agnes, now=now)
    # However much was said since: what is left out of the page leaves no conversation out.
    for turn in range(20):
        an_answer(world, into, now, f"Stripes, {turn}.")
    page = agnes.get(f"/desk/tickets/{into}").text
    assert f'name="s{about}-text"' in page
    version = db.session.scalar(db.select(Ticket.version).where(Ticket.id == into))
    words = {"seen": str(version), "to": SARA, "text": "Still nothing?"}
    words = {f"s{about}-{name}": value for name, value in words.items()}
    answer = agnes.post(f"/desk/tickets/{into}/suppliers/{about}", data=words)
    assert answer.status_code == 303, answer.text
    db.session.rollback()
    asked = db.select(OutboundMail.ticket_id).where(OutboundMail.to_address == SARA)
    assert db.session.scalars(asked.order_by(OutboundMail.id)).all() == [number, into]
