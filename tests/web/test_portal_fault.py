"""Reporting a fault, and finding on the first page what is known already."""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.notices.actions import publish_notice
from helpdesk.domain.routing.actions import add_rule
from helpdesk.domain.services.models import Service
from helpdesk.domain.tickets.actions import place
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries import conversation, ticket_by_number
from tests.statements import statements
from tests.web.conftest import SignIn
from tests.web.portal_stage import SECRET_WORD, Stage
from tests.web.portal_stage import stage as stage

MOST_STATEMENTS = 15


def filled(**more: object) -> dict[str, object]:
    return {
        "service": "0",
        "subject": "The scanner is dead",
        "text": "It says E-42.",
        "since": "today",
        "hit": "several",
        "hinders": "stopped",
        **more,
    }


def hidden(page: TestResponse) -> dict[str, Any]:
    """What the page that asks "is this right" brings back."""
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    return {name: value for name, value in pairs if name != "next"}


def sent(client: FlaskClient, **more: object) -> TestResponse:
    review = client.post("/fault", data=filled(step="review", **more))
    assert review.status_code == 200, review.text
    return client.post("/fault", data={**hidden(review), "step": "send"})


def newest(stage: Stage) -> Ticket:
    return db.session.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()


def a_notice(stage: Stage, now: datetime, **more: object) -> int:
    with stage.inside(), unit_of_work():
        ticket = ticket_by_number(stage.other_number, lock=True)
        assert ticket
        values = {
            "title_en": "Mail does not arrive",
            "title_sv": "E-posten kommer inte fram",
            "words_en": "We look for the cause.",
            "words_sv": "",
            "service_id": stage.world.email_id,
            "since_at": now,
            "expected_at": None,
            "public": True,
        }
        return publish_notice(ticket, values=values | more, by=stage.world.agnes, now=now).id


def test_a_fault_becomes_a_ticket_like_a_mail_does(
    stage: Stage, sign_in: SignIn, now: datetime
) -> None:
    eva = sign_in(stage.world.eva_id)
    file = (io.BytesIO(b"a picture"), "screen.png")
    review = eva.post(
        "/fault",
        data=filled(step="review", service=str(stage.world.email_id), files=file),
        content_type="multipart/form-data",
    )
    assert "Is this right?" in review.text
    assert "screen.png" in review.text
    with stage.inside():
        assert newest(stage).id == stage.other_number
    answer = eva.post("/fault", data={**hidden(review), "step": "send"})
    assert answer.status_code == 303
    with stage.inside():
        ticket = newest(stage)
        assert answer.location == f"/fault/received/{ticket.id}"
        assert (ticket.subject, ticket.process, ticket.queue_id) == (
            "The scanner is dead",
            "incident",
            stage.world.queue_id,
        )
        assert (ticket.requester_id, ticket.service_id, ticket.mailbox_id) == (
            stage.world.eva_id,
            stage.world.email_id,
            stage.world.helpdesk_id,
        )
        assert (ticket.impact, ticket.urgency, ticket.priority) == (2, 1, 2)
        (message,) = conversation(ticket, internal=False)
        assert message.text.startswith("It says E-42.")
        assert "Since some time today" in message.text
        assert [each.filename for each in message.attachments] == ["screen.png"]
    receipt = eva.get(answer.location).text
    assert f"#{ticket.id}" in receipt
    assert "eva@example.com" in receipt
    assert [to for to, _ in stage.mails("received")][-1] == "eva@example.com"


def test_what_is_sent_twice_is_one_ticket(stage: Stage, sign_in: SignIn) -> None:
    eva = sign_in(stage.world.eva_id)
    review = eva.post("/fault", data=filled(step="review"))
    first = eva.post("/fault", data={**hidden(review), "step": "send"})
    second = eva.post("/fault", data={**hidden(review), "step": "send"})
    assert first.location == second.location
    with stage.inside():
        assert db.session.scalar(select(func.count(Ticket.id))) == 3
    # Somebody else's mark is none: nothing is sent, all of it is shown once more.
    nils = sign_in(stage.nils_id)
    again = nils.post("/fault", data={**hidden(review), "step": "send"})
    assert again.status_code == 200
    with stage.inside():
        assert db.session.scalar(select(func.count(Ticket.id))) == 3


@pytest.mark.one_database
def test_nothing_typed_is_lost_on_the_way(stage: Stage, sign_in: SignIn) -> None:
    eva = sign_in(stage.world.eva_id)
    faulty = eva.post(
        "/fault",
        data=filled(step="review", hit="", subject="", files=(io.BytesIO(b"x"), "a.txt")),
        content_type="multipart/form-data",
    )
    assert faulty.status_code == 422
    assert "Write in a few words what does not work." in faulty.text
    assert "It says E-42." in faulty.text
    assert "a.txt" in faulty.text
    review = eva.post("/fault", data=filled(step="review"))
    back = eva.post("/fault", data={**hidden(review), "step": "change"})
    assert 'value="The scanner is dead"' in back.text
    assert re.search(r"<input checked[^>]*value=\"several\"", back.text)


@pytest.mark.one_database
def test_a_rule_that_says_how_urgent_it_is_knows_better(
    stage: Stage, sign_in: SignIn, now: datetime
) -> None:
    with stage.inside(), unit_of_work():
        add_rule(
            {"name": "Scanners", "subject": "scanner", "priority": 4, "process": "request"},
            by=None,
            now=now,
        )
    sent(sign_in(stage.world.eva_id))
    with stage.inside():
        assert (newest(stage).priority, newest(stage).process) == (4, "request")


@pytest.mark.one_database
def test_strangers_have_no_form_and_come_back_to_it_signed_in(stage: Stage) -> None:
    stranger = stage.app.test_client()
    answer = stranger.get("/fault?service=email")
    assert answer.status_code == 302
    assert answer.location.startswith("/account/login?next=")
    login = stranger.get(answer.location).text
    assert "/account/link?next=/fault?service%3Demail" in login
    stage.app.config["WTF_CSRF_ENABLED"] = False
    assert stranger.post("/fault", data=filled(step="send")).status_code == 401
    for path in ("/search?q=mail", "/notices/1/me-too"):
        assert stranger.get(path).status_code in (302, 405)


@pytest.mark.one_database
def test_what_is_known_already_is_offered_before_sending(
    stage: Stage, sign_in: SignIn, now: datetime
) -> None:
    a_notice(stage, now)
    eva = sign_in(stage.world.eva_id)
    by_service = eva.post("/fault", data=filled(step="review", service=str(stage.world.email_id)))
    by_words = eva.post("/fault", data=filled(step="review", subject="Mails go nowhere"))
    other = eva.post("/fault", data=filled(step="review"))
    assert "Mail does not arrive" in by_service.text
    assert "Mail does not arrive" in by_words.text
    assert "Mail does not arrive" not in other.text
    # And the tickets that are open.
    assert f'href="/tickets/{stage.number}"' in other.text
    assert "Mail does not arrive" in eva.get("/fault?service=email").text


def test_the_search_finds_what_is_mine_and_nothing_else(
    stage: Stage, sign_in: SignIn, now: datetime
) -> None:
    a_notice(stage, now)
    eva, agnes = sign_in(stage.world.eva_id), sign_in(stage.world.agnes_id)

    def tickets(client: FlaskClient, query: str) -> list[int]:
        page = client.get("/search", query_string={"q": query}).text
        return [int(number) for number in re.findall(r'href="/tickets/(\d+)"', page)]

    assert tickets(eva, "printer") == [stage.number]
    assert tickets(eva, "printed pages") == [stage.number]
    assert tickets(eva, f"#{stage.number}") == [stage.number]
    assert tickets(eva, "matter") == []
    assert tickets(eva, SECRET_WORD) == []
    assert tickets(eva, '"') == tickets(eva, "") == tickets(eva, "9" * 30) == []
    # An agent's own tickets, not all that they may see on the desk.
    assert tickets(agnes, "printer") == []
    page = eva.get("/search?q=mail").text
    assert "Mail does not arrive" in page
    assert "/fault?service=email" in page
    assert "Nothing here has all" in eva.get("/search?q=zebra").text


@pytest.mark.one_database
def test_the_first_page_offers_what_people_ask_about(
    stage: Stage, sign_in: SignIn, now: datetime
) -> None:
    with stage.inside(), unit_of_work() as session:
        session.add(Service(key="vpn", name_en="VPN", name_sv="VPN"))
        ticket = ticket_by_number(stage.number, lock=True)
        assert ticket
        place(ticket, service=session.get_one(Service, stage.world.email_id), by=None, now=now)
    page = sign_in(stage.world.eva_id).get("/").text
    assert "/fault?service=email" in page
    assert "/fault?service=vpn" not in page


@pytest.mark.one_database
def test_the_requesters_pages_ask_few_questions(
    stage: Stage, sign_in: SignIn, now: datetime
) -> None:
    a_notice(stage, now)
    eva = sign_in(stage.world.eva_id)
    for path in ("/", "/search?q=printer", "/fault?service=email", f"/tickets/{stage.number}"):
        eva.get(path)
        with statements() as asked:
            assert eva.get(path).status_code == 200
        assert len(asked) <= MOST_STATEMENTS, (path, len(asked), asked)


@pytest.mark.one_database
def test_colleagues_are_named_and_never_by_address(stage: Stage, sign_in: SignIn) -> None:
    page = sign_in(stage.world.eva_id).get(f"/tickets/{stage.number}").text
    assert "Also follow this: Nils Ny" in page
    theirs = sign_in(stage.nils_id).get(f"/tickets/{stage.number}").text
    assert "Eva Ek" in theirs
    assert "@example.com" not in re.sub(r"nils@example\.com", "", theirs)
