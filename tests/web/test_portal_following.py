"""Who follows a ticket sees it by link or signed in, and never more than is theirs."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.core import clock, signing
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.tickets.actions import unwatch
from helpdesk.domain.tickets.models import Attachment, Message, Ticket
from tests.web.conftest import SignIn
from tests.web.portal_stage import SECRET_WORD, Stage, send
from tests.web.portal_stage import stage as stage

pytestmark = pytest.mark.one_database


def test_a_link_shows_the_ticket_without_an_account(stage: Stage) -> None:
    page = stage.app.test_client().get(stage.link())
    assert page.status_code == 200
    assert "The printer prints twice" in page.text
    assert "Does it do so today too?" in page.text
    assert "We have asked you something and wait for your answer." in page.text
    assert "You write as Eva Ek." in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_the_line_of_progress_speaks_the_requesters_words(stage: Stage) -> None:
    text = stage.app.test_client().get(stage.link()).text
    line = text[text.index("progress-line") : text.index("</ol>", text.index("progress-line"))]
    words = ["Received", "Being worked on", "Waiting for you", "Solved"]
    assert [line.index(word) for word in words] == sorted(line.index(word) for word in words)
    assert 'class="asks" aria-current="step">Waiting for you' in line


def test_a_watcher_sees_the_ticket_in_their_own_language(stage: Stage) -> None:
    page = stage.app.test_client().get(stage.link(stage.nils_id))
    assert page.status_code == 200
    assert '<html lang="sv"' in page.text


def test_whoever_follows_no_more_is_let_in_no_more(stage: Stage, now: datetime) -> None:
    link = stage.link(stage.nils_id)
    with stage.inside(), unit_of_work():
        ticket, nils = db.session.get_one(Ticket, stage.number), stage.nils_id
        unwatch(ticket, person=db.session.get_one(Person, nils), by=stage.world.agnes, now=now)
    page = stage.app.test_client().get(link)
    assert page.status_code == 404
    assert "The printer" not in page.text


def test_an_agents_link_shows_only_what_the_agent_follows(stage: Stage) -> None:
    # Agnes may see all tickets when signed in; a link in her name must not.
    page = stage.app.test_client().get(stage.link(stage.world.agnes_id))
    assert page.status_code == 404
    assert "The printer" not in page.text


def test_a_deactivated_person_is_shut_out_with_and_without_a_link(
    stage: Stage, sign_in: SignIn
) -> None:
    signed_in = sign_in(stage.world.eva_id)
    with stage.inside(), unit_of_work():
        stage.world.eva.active = False
    assert stage.app.test_client().get(stage.link()).status_code == 404
    assert signed_in.get(f"/tickets/{stage.number}").status_code in (302, 403)
    assert "The printer" not in signed_in.get("/").text


def test_the_link_of_one_ticket_opens_no_other(stage: Stage) -> None:
    client = stage.app.test_client()
    with stage.inside():
        foreign = db.session.scalars(
            select(Message.id).where(Message.ticket_id == stage.other_number)
        ).one()
    assert client.get(stage.link(number=stage.other_number)).status_code == 404
    assert client.get(f"{stage.link()}/messages/{foreign}/html").status_code == 404


def test_a_ticket_that_is_not_mine_is_not_there(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in(stage.world.eva_id)
    assert client.get(f"/tickets/{stage.number}").status_code == 200
    assert client.get(f"/tickets/{stage.other_number}").status_code == 404
    assert client.post(f"/tickets/{stage.other_number}/answer").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/follow/nonsense", "/follow/W1ssMV0.aaaa.bbbb", "/follow/%00", "/follow/" + "A" * 4000],
)
def test_a_forged_link_ends_on_a_calm_page(stage: Stage, path: str) -> None:
    page = stage.app.test_client().get(path)
    assert page.status_code == 404
    assert "This link leads nowhere" in page.text


def test_a_token_that_was_signed_for_something_else_is_forged(stage: Stage) -> None:
    token = signing.token("kept file", [stage.number, stage.world.eva_id])
    assert stage.app.test_client().get(f"/follow/{token}").status_code == 404


def test_strangers_are_sent_to_sign_in(stage: Stage) -> None:
    client = stage.app.test_client()
    for path in (f"/tickets/{stage.number}", "/me"):
        page = client.get(path)
        assert page.status_code == 302
        assert page.location.startswith("/account/login?next=")


def test_notes_and_events_are_in_no_page_of_the_portal(
    stage: Stage, sign_in: SignIn, app: Flask
) -> None:
    outside, inside = app.test_client(), sign_in(stage.world.eva_id)
    with stage.inside():
        messages = db.session.scalars(select(Message.id)).all()
        files = db.session.scalars(select(Attachment.id)).all()
    found = []
    for base, client in (
        (stage.link(), outside),
        (stage.link(stage.nils_id), outside),
        (f"/tickets/{stage.number}", inside),
    ):
        paths = [base, "/", "/me"]
        paths += [f"{base}/messages/{number}/html" for number in messages]
        paths += [f"{base}/files/{number}/name" for number in files]
        answers = [client.get(path) for path in paths]
        answers.append(client.post(f"{base}/answer", data={"text": ""}))
        found += [answer for answer in answers if SECRET_WORD.encode() in answer.data]
        assert client.get(f"{base}/messages/{stage.message_id}/html").status_code == 200
        assert client.get(f"{base}/messages/{stage.note_id}/html").status_code == 404
        assert client.get(f"{base}/files/{stage.note_file_id}/x").status_code == 404
    assert found == []


def test_no_address_of_an_agent_is_shown(stage: Stage) -> None:
    with stage.inside(), unit_of_work():
        stage.world.agnes.name = ""
    page = stage.app.test_client().get(stage.link()).text
    assert "agnes" not in page
    assert "IT helpdesk" in page


def test_a_file_is_saved_and_never_run(stage: Stage) -> None:
    response = stage.app.test_client().get(f"{stage.link()}/files/{stage.file_id}/log.html")
    assert response.data == b"<b>!"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "no-store"


def test_the_mails_html_comes_in_a_frame_that_can_do_nothing(stage: Stage) -> None:
    client = stage.app.test_client()
    link = stage.link()
    frame = client.get(f"{link}/messages/{stage.message_id}/html")
    policy = frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-same-origin" in policy
    assert "allow-scripts" not in policy
    assert "https:" not in policy
    assert f'src="{link}/files/' in frame.text
    assert frame.headers["Referrer-Policy"] == "no-referrer"
    with_pictures = client.get(f"{link}/messages/{stage.message_id}/html?images=1")
    assert "https:" in with_pictures.headers["Content-Security-Policy"]


def test_an_expired_link_says_so_and_mails_a_new_one_to_its_own_person(
    stage: Stage,
) -> None:
    client, old = stage.app.test_client(), stage.old_link()
    page = client.get(old)
    assert page.status_code == 410
    assert "This link has expired" in page.text
    assert "printer" not in page.text
    answer = send(client, old, f"{old}/renew")
    assert answer.status_code == 303
    assert stage.mails("new-link")[0][0] == "eva@example.com"
    assert "a new link is on its way" in client.get(old).text


def test_a_new_link_is_mailed_once_an_hour_and_the_words_never_differ(
    stage: Stage, now: datetime
) -> None:
    client, old = stage.app.test_client(), stage.old_link()
    said = set()
    for _ in range(3):
        send(client, old, f"{old}/renew")
        page = client.get(old).text
        said.add(
            page[page.index("alert-success") : page.index("</div>", page.index("alert-success"))]
        )
    strangers = stage.old_link(stage.world.oskar_id)
    send(client, strangers, f"{strangers}/renew")
    page = client.get(strangers).text
    said.add(page[page.index("alert-success") : page.index("</div>", page.index("alert-success"))])
    assert len(said) == 1
    assert [address for address, _ in stage.mails("new-link")] == ["eva@example.com"]
    with clock.stopped_at(now + timedelta(hours=1)):
        send(client, old, f"{old}/renew")
    assert len(stage.mails("new-link")) == 2


def test_an_expired_link_neither_answers_nor_opens_files(stage: Stage) -> None:
    client, old = stage.app.test_client(), stage.old_link()
    words = "These are words that took me a while to write."
    answer = send(client, old, f"{old}/answer", text=words)
    assert answer.status_code == 410
    assert words in answer.text
    assert client.get(f"{old}/files/{stage.file_id}/log.html").status_code == 410
    assert not [m for m in stage.messages() if m[1] == words]


def test_a_new_link_cannot_be_asked_for_without_proof(stage: Stage) -> None:
    client = stage.app.test_client()
    answer = send(client, stage.old_link(), "/follow/forged/renew")
    assert answer.status_code == 404
    assert stage.mails("new-link") == []


def test_a_visitor_chooses_the_language_below_the_page(stage: Stage) -> None:
    client = stage.app.test_client()
    answer = send(client, "/", "/language/sv", next="/")
    assert answer.location == "/"
    assert '<html lang="sv"' in client.get("/").text


@pytest.mark.parametrize(
    "away", ["//example.net", "/\\example.net", "https://example.net", "/\t/example.net"]
)
def test_the_choice_of_language_leads_nowhere_else(stage: Stage, away: str) -> None:
    answer = send(stage.app.test_client(), "/", "/language/sv", next=away)
    assert answer.location == "/"
