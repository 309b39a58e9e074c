"""What an agent sees of senders who are not proven, of viruses, and of spam."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask.testing import FlaskClient

from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.correspondence.models import InboundMail, InboundState
from helpdesk.domain.correspondence.tokens import follow_token
from helpdesk.domain.tickets.actions import Words, add_note
from helpdesk.domain.tickets.models import Attachment, Message
from helpdesk.domain.tickets.queries import ticket_by_number
from helpdesk.web.desk.spam import PAGE
from tests.mail.letters import Road, letter, mail_row, outbox
from tests.web.conftest import SignIn
from tests.web.tickets import a_file, a_ticket, an_original, harmless
from tests.world import World

pytestmark = pytest.mark.one_database

DOUBT = "Sender not proven"
EXPLAINED = "Before you act on it, ask in another way."
VIRUS = "Eicar-Test-Signature"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture
def agnes(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.agnes_id)


@pytest.fixture
def road(world: World, settings: Settings, now: datetime) -> Road:
    with unit_of_work():
        world.helpdesk.spam_header = "X-Spam-Flag: YES"
    return Road(settings)


def test_a_sender_who_is_not_proven_is_named_calmly_and_explained(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now, verified=False)
    page = agnes.get(f"/desk/tickets/{number}").text
    assert page.count(DOUBT) == 1
    assert EXPLAINED in page


def test_a_note_that_is_not_proven_says_so_too(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket is not None
        words = Words("Restart it.", sender="agnes@example.org", channel="mail", verified=False)
        add_note(ticket, words, by=world.agnes, now=now)
    page = agnes.get(f"/desk/tickets/{number}").text
    assert DOUBT in page
    assert EXPLAINED in page


def test_a_proven_sender_is_not_remarked_on(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    assert DOUBT not in agnes.get(f"/desk/tickets/{a_ticket(world, now)}").text


@pytest.fixture
def infected(world: World, now: datetime) -> int:
    """A ticket with a picture in its words and a file, in both of which there is a virus."""
    files = (
        a_file(PNG, "shot.png", "image/png", inline=True, content_id="a@b", infected_with=VIRUS),
        a_file(b"%PDF", "invoice.pdf", "application/pdf", infected_with=VIRUS),
        a_file(b"%PDF-", "clean.pdf", "application/pdf"),
    )
    html = harmless('<p>Look: <img src="cid:a@b"></p>')
    return a_ticket(world, now, text="Look:", html=html, files=files)


def files() -> dict[str, int]:
    db.session.rollback()
    return {file.filename: file.id for file in db.session.scalars(db.select(Attachment))}


def message_id() -> int:
    return db.session.scalars(db.select(Message.id)).one()


def test_an_agent_reads_of_a_virus_and_gets_no_file(agnes: FlaskClient, infected: int) -> None:
    page = agnes.get(f"/desk/tickets/{infected}").text
    assert f"Not handed out: the virus scanner found {VIRUS}" in page
    assert f'href="/desk/attachments/{files()["invoice.pdf"]}/' not in page
    assert f'href="/desk/attachments/{files()["clean.pdf"]}/' in page
    for name in ("invoice.pdf", "shot.png"):
        answer = agnes.get(f"/desk/attachments/{files()[name]}/{name}")
        assert answer.status_code == 400
        assert f"the virus scanner found {VIRUS} in it" in answer.text
    assert agnes.get(f"/desk/attachments/{files()['clean.pdf']}/clean.pdf").data == b"%PDF-"


def test_a_picture_with_a_virus_is_not_shown_inside_the_words(
    agnes: FlaskClient, infected: int
) -> None:
    frame = agnes.get(f"/desk/messages/{message_id()}/html").text
    assert "Look:" in frame
    assert "/desk/attachments/" not in frame


def test_the_mail_with_a_virus_is_saved_by_administrators_only(
    sign_in: SignIn, world: World, infected: int, now: datetime
) -> None:
    an_original(world, infected, message_id(), b"From: eva@example.com\r\n\r\nLook.\r\n", now)
    path = f"/desk/messages/{message_id()}/original.eml"
    refused = sign_in(world.agnes_id).get(path)
    assert refused.status_code == 400
    assert VIRUS in refused.text
    assert sign_in(world.admin_id).get(path).status_code == 200


def test_a_requester_reads_of_a_virus_and_gets_no_file(
    agnes: FlaskClient, world: World, infected: int
) -> None:
    token = follow_token(infected, world.eva_id)
    page = agnes.get(f"/follow/{token}").text
    assert f"Not handed out: the virus scanner found {VIRUS}" in page
    answer = agnes.get(f"/follow/{token}/attachments/{files()['invoice.pdf']}/invoice.pdf")
    assert answer.status_code in (400, 404)
    assert b"%PDF" not in answer.data


def test_an_agent_looks_through_spam_and_lets_a_mail_through(
    agnes: FlaskClient, road: Road
) -> None:
    row = road.take(letter(X_Spam_Flag="YES", subject="Cheap <b>watches</b>", text="Only today."))
    page = agnes.get("/desk/spam").text
    assert "Cheap &lt;b&gt;watches&lt;/b&gt;" in page
    one = agnes.get(f"/desk/spam/{row.id}").text
    assert "Only today." in one
    assert "It was marked as spam (X-Spam-Flag: YES)" in one
    answer = agnes.post(f"/desk/spam/{row.id}/let-through", follow_redirects=True)
    assert "It is being filed" in answer.text
    assert "Cheap" not in answer.text
    db.session.rollback()
    road.file()
    assert mail_row(row.id).state == InboundState.FILED.value
    assert outbox() == [("received", "eva@example.com")]
    again = agnes.post(f"/desk/spam/{row.id}/let-through", follow_redirects=True)
    assert "Somebody has let this mail through already." in again.text
    assert agnes.get(f"/desk/spam/{row.id}").status_code == 404


def test_a_page_of_spam_shows_no_html_and_loads_nothing(agnes: FlaskClient, road: Road) -> None:
    html = '<p>Press <a href="https://evil.example">here</a><img src="https://evil.example/p"></p>'
    raw = (
        b"From: eva@example.com\r\nTo: helpdesk@example.org\r\nX-Spam-Flag: YES\r\n"
        b"Content-Type: text/html; charset=no-such\r\n\r\n" + html.encode() + b"\r\n"
    )
    page = agnes.get(f"/desk/spam/{road.take(raw).id}").text
    assert "Press" in page
    assert 'href="https://evil.example' not in page
    assert "<img" not in page.partition("<main")[2]


def test_spam_whose_parts_lie_within_each_other_has_no_words(
    agnes: FlaskClient, road: Road
) -> None:
    head = b"From: eva@example.com\r\nTo: helpdesk@example.org\r\nX-Spam-Flag: YES\r\n"
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (each, each)
        for each in range(2_000)
    )
    assert "It has no words." in agnes.get(f"/desk/spam/{road.take(head + nested).id}").text


def test_spam_comes_page_by_page(agnes: FlaskClient, road: Road) -> None:
    for each in range(PAGE + 1):
        road.keep(letter(X_Spam_Flag="YES", subject=f"Offer number {each:03}"))
    road.file()
    first = agnes.get("/desk/spam").text
    assert first.count("Offer number") == PAGE
    assert "Offer number 000" not in first
    oldest = db.session.scalars(db.select(InboundMail.id).order_by(InboundMail.id)).all()[1]
    assert "Offer number 000" in agnes.get(f"/desk/spam?before={oldest}").text


def test_an_empty_page_of_spam_tells_what_it_is_for(agnes: FlaskClient) -> None:
    assert "it lies here until somebody says that it is none" in agnes.get("/desk/spam").text


def test_nothing_but_spam_is_read_or_let_through_here(agnes: FlaskClient, road: Road) -> None:
    aside = road.take(letter(Auto_Submitted="auto-replied"))
    assert agnes.get(f"/desk/spam/{aside.id}").status_code == 404
    agnes.post(f"/desk/spam/{aside.id}/let-through")
    assert mail_row(aside.id).state == InboundState.SET_ASIDE.value
    assert agnes.get("/desk/spam/99999999999").status_code == 404
    assert agnes.get("/desk/spam?before=99999999999").status_code == 200


def test_requesters_have_no_way_to_spam(sign_in: SignIn, world: World, road: Road) -> None:
    row = road.take(letter(X_Spam_Flag="YES"))
    eva = sign_in(world.eva_id)
    assert eva.get("/desk/spam").status_code == 403
    assert eva.get(f"/desk/spam/{row.id}").status_code == 403
    assert eva.post(f"/desk/spam/{row.id}/let-through").status_code == 403


def test_the_frame_leads_to_spam_where_there_can_be_some(
    agnes: FlaskClient, world: World, road: Road
) -> None:
    link = 'href="/desk/spam"'
    assert link in agnes.get("/desk/mine").text
    with unit_of_work():
        world.helpdesk.spam_header = ""
    assert link not in agnes.get("/desk/mine").text
    # Who comes by another way sees where he is.
    assert link in agnes.get("/desk/spam").text


def test_the_frame_leads_to_spam_as_long_as_some_lies_there(
    agnes: FlaskClient, world: World, road: Road
) -> None:
    road.take(letter(X_Spam_Flag="YES"))
    with unit_of_work():
        world.helpdesk.spam_header = ""
    assert 'href="/desk/spam"' in agnes.get("/desk/mine").text


def test_what_gave_spam_away_is_told_in_the_readers_language(
    sign_in: SignIn, world: World, road: Road
) -> None:
    row = road.take(letter(X_Spam_Flag="YES"))
    page = sign_in(world.oskar_id).get(f"/desk/spam/{row.id}").text
    assert "Det var märkt som skräppost (X-Spam-Flag: YES)" in page
