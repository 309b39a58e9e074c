"""Settings of one's own: mail that one wants, absence, and times where one lives."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.models import Absence, Person
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.notifications.letters import Letter, letters
from helpdesk.domain.tickets.actions import assign
from helpdesk.domain.tickets.models import Ticket
from helpdesk.mail.compose.words import words_of
from helpdesk.web.portal.way import follow_token
from tests.statements import statements
from tests.web.conftest import SignIn
from tests.web.tickets import a_ticket
from tests.world import World

pytestmark = pytest.mark.one_database

MOST_ON_A_PAGE = 15


@pytest.fixture
def agnes(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.agnes_id)


def away(client: FlaskClient, **changes: Any) -> str:
    """Send the form of absence; what the page says then."""
    fields = {
        "from_on": "2026-11-24",
        "back_on": "2026-12-07",
        "substitute": "0",
        "note": "",
        "tickets": "keep",
        "where": "substitute",
    }
    return client.post("/me/absence", data=fields | changes, follow_redirects=True).text


def hers(world: World, now: datetime) -> int:
    number = a_ticket(world, now)
    with unit_of_work():
        assign(db.session.get_one(Ticket, number), to=world.agnes, by=world.admin, now=now)
    return number


def test_a_requester_chooses_their_mail_and_has_no_absence(sign_in: SignIn, world: World) -> None:
    eva = sign_in(world.eva_id)
    page = eva.get("/me").text
    assert "A ticket that you asked for or follow is solved" in page
    assert "It is the answer itself." in page
    assert "A ticket is assigned to you" not in page
    assert "/me/absence" not in page
    eva.post("/me/mail", data={"wanted": ["received"]})
    db.session.rollback()
    assert db.session.get_one(Person, world.eva_id).unwanted_mail == [
        "goes-on-together",
        "resolved",
    ]
    # What must come cannot be turned off by a form that was made up.
    eva.post("/me/mail", data={"wanted": []})
    db.session.rollback()
    assert db.session.get_one(Person, world.eva_id).unwanted_mail == [
        "goes-on-together",
        "received",
        "resolved",
    ]
    for path in ("/me/absence", "/me/return"):
        assert eva.post(path, data={}).status_code == 403


def test_the_page_of_settings_asks_few_questions(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    away(agnes, substitute=str(world.oskar_id))
    with statements() as sent:
        assert agnes.get("/me").status_code == 200
    assert len(sent) <= MOST_ON_A_PAGE, "\n".join(sent)


def test_somebody_goes_away_and_the_desk_shows_it(
    agnes: FlaskClient, sign_in: SignIn, world: World, now: datetime
) -> None:
    number = hers(world, now)
    said = away(agnes, substitute=str(world.oskar_id), note="In the mountains")
    assert "Your absence is saved." in said
    assert "You are away and back on Mon 7 Dec." in said
    admin = sign_in(world.admin_id)
    page = admin.get(f"/desk/tickets/{number}").text
    assert "Agnes Agent (back on Mon 7 Dec)" in page
    words = "Agnes Agent is away and back on Mon 7 Dec. Oskar Operator stands in. In the mountains"
    assert words in page
    other = a_ticket(world, now)
    version = db.session.get_one(Ticket, other).version
    answer = admin.post(
        f"/desk/tickets/{other}/assign",
        data={"assign-person": world.agnes_id, "assign-seen": version},
        follow_redirects=True,
    )
    assert f"{words}</p>" in answer.text.split("<main")[1].split("ticket-side")[0]
    db.session.rollback()
    assert db.session.get_one(Ticket, other).assignee_id == world.agnes_id
    assert "Agnes Agent (back on Mon 7 Dec)" in admin.get("/desk/all").text
    many = admin.post(
        "/desk/many", data={"do": f"assign:{world.agnes_id}", "ticket": [a_ticket(world, now)]}
    )
    assert "Oskar Operator stands in" in many.text
    assert "You stand in for Agnes Agent" not in sign_in(world.oskar_id).get("/me").text
    assert "Du är ersättare för Agnes Agent" in sign_in(world.oskar_id).get("/me").text
    assert "You are here again" in agnes.post("/me/return", follow_redirects=True).text
    assert "back on Mon 7 Dec" not in admin.get(f"/desk/tickets/{number}").text


def test_tickets_go_to_who_stands_in_or_back_to_their_queues(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = hers(world, now)
    assert "Choose who stands in, or let" in away(agnes, tickets="all")
    assert db.session.scalars(select(Absence)).all() == []
    said = away(agnes, tickets="all", substitute=str(world.oskar_id))
    assert "One ticket was handed over." in said
    db.session.rollback()
    assert db.session.get_one(Ticket, number).assignee_id == world.oskar_id
    second = hers(world, now)
    away(agnes, tickets="all", where="queue")
    db.session.rollback()
    assert db.session.get_one(Ticket, second).assignee_id is None
    page = agnes.get(f"/desk/tickets/{second}").text
    assert "Agnes Agent is away, so anybody can take it by Agnes Agent" in page


def test_what_makes_no_absence_comes_back_with_words(agnes: FlaskClient, world: World) -> None:
    said = away(agnes, back_on="2026-11-24", note="Kept")
    assert "You would be back already" in said
    assert 'value="Kept"' in said
    assert "Choose the first day away." in away(agnes, from_on="")


def test_the_last_line_of_a_mail_leads_to_the_settings_where_it_can_be_turned_off(
    world: World, now: datetime, settings: Settings
) -> None:
    hers(world, now)
    said = {}
    for mail in db.session.scalars(select(OutboundMail)):
        (written,) = letters([mail.id])
        assert isinstance(written, Letter)
        words = words_of(written, settings)
        assert words.remark == ""
        said[mail.notification] = (words.text, words.html or "")
    assert set(said) == {"received", "assigned-to-you"}
    for text, html in said.values():
        assert text.rstrip().endswith("/me#mail")
        assert '/me#mail"' in html


def test_times_are_told_where_the_reader_lives_also_behind_a_link(
    sign_in: SignIn, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    eva = sign_in(world.eva_id)
    eva.post("/me", data={"name": "Eva", "language": "en", "time_zone": "Asia/Tokyo"})
    link = f"/follow/{follow_token(number, world.eva_id)}"
    for client in (eva, eva.application.test_client()):
        page = client.get(link).text
        assert "Tue 24 Nov 16:41" in page
