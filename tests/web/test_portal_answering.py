"""What requesters write on the page of their ticket, and what its buttons do."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db
from helpdesk.domain.tickets.models import Attachment, Ticket, TicketLink
from tests.conftest import settings_for
from tests.web.conftest import SignIn
from tests.web.portal_stage import Stage, send
from tests.web.portal_stage import stage as stage

pytestmark = pytest.mark.one_database


def test_an_answer_joins_the_ticket_and_wakes_it(stage: Stage) -> None:
    client, link = stage.app.test_client(), stage.link()
    answer = send(client, link, f"{link}/answer", text="Yes,\r\ntoday too.", wish="send")
    assert answer.status_code == 303
    assert answer.location.startswith(f"{link}#message-")
    assert stage.messages()[-1] == ("in", "Yes,\ntoday too.", stage.world.eva_id)
    assert stage.state() == "open"
    page = client.get(link).text
    assert "Your answer is with us." in page
    assert "today too." in page
    assert [address for address, _ in stage.mails("requester-answered")] == ["agnes@example.org"]


def test_signed_in_people_answer_on_the_same_page(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in(stage.world.eva_id)
    answer = client.post(f"/tickets/{stage.number}/answer", data={"text": "Yes."})
    assert answer.location.startswith(f"/tickets/{stage.number}#message-")
    assert stage.messages()[-1][1] == "Yes."


def test_a_watcher_answers_under_their_own_name(stage: Stage) -> None:
    client, link = stage.app.test_client(), stage.link(stage.nils_id)
    send(client, link, f"{link}/answer", text="Hos mig med.")
    assert stage.messages()[-1] == ("in", "Hos mig med.", stage.nils_id)


def test_files_come_with_the_answer(stage: Stage) -> None:
    client, link = stage.app.test_client(), stage.link()
    file = (io.BytesIO(b"what it said"), "../../log\u202e.txt")
    assert send(client, link, f"{link}/answer", text="", files=file).status_code == 303
    with stage.inside():
        kept = db.session.scalars(select(Attachment).order_by(Attachment.id.desc())).first()
        assert kept is not None
        assert (kept.filename, kept.content_type) == ("log.txt", "text/plain")
    page = client.get(link).text
    assert "log.txt" in page


def test_an_empty_answer_is_asked_for_words(stage: Stage) -> None:
    client, link = stage.app.test_client(), stage.link()
    answer = send(client, link, f"{link}/answer", text="  \n ")
    assert answer.status_code == 422
    assert "Write something, or choose a file." in answer.text
    assert len(stage.messages()) == 3


def test_a_refused_answer_keeps_its_words_and_its_files(stage: Stage) -> None:
    client, link = stage.app.test_client(), stage.link()
    file = (io.BytesIO(b"kept"), "kept.txt")
    answer = send(client, link, f"{link}/answer", text="word " * 30_000, files=file)
    assert answer.status_code == 422
    assert "word word word" in answer.text
    assert "kept.txt" in answer.text


def test_an_answer_without_the_token_of_its_page_is_not_taken_but_given_back(stage: Stage) -> None:
    client, link = stage.app.test_client(), stage.link()
    words = "I wrote this for half an hour & do not want to lose it."
    answer = client.post(f"{link}/answer", data={"text": words})
    assert answer.status_code == 400
    assert "I wrote this for half an hour &amp; do not want" in answer.text
    assert len(stage.messages()) == 3
    cross = client.post(
        f"{link}/answer", data={"text": words}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert "half an hour" not in cross.text


def test_it_works_now_solves_the_ticket(stage: Stage) -> None:
    client, link = stage.app.test_client(), stage.link()
    assert "It works now" in client.get(link).text
    answer = send(client, link, f"{link}/answer", text="", wish="solved")
    assert answer.status_code == 303
    assert stage.state() == "resolved"
    page = client.get(link).text
    assert "Good that it works." in page
    assert "Reopen the ticket" in page
    # Who pressed the button need not be told; who watches is.
    assert [address for address, _ in stage.mails("resolved")] == ["nils@example.com"]


def test_it_works_now_keeps_words_that_came_with_it(stage: Stage) -> None:
    client, link = stage.app.test_client(), stage.link()
    send(client, link, f"{link}/answer", text="A new cable helped.", wish="solved")
    assert stage.messages()[-1][1] == "A new cable helped."
    assert stage.state() == "resolved"


def test_solved_meanwhile_is_solved_once(stage: Stage, now: datetime) -> None:
    client, link = stage.app.test_client(), stage.link()
    client.get(link)
    stage.move_to("resolved", now=now)
    answer = send(client, link, f"{link}/answer", text="", wish="solved")
    assert answer.status_code == 303
    assert stage.state() == "resolved"


@pytest.mark.parametrize("text", ["", "It does it again."])
def test_a_solved_ticket_is_reopened(stage: Stage, now: datetime, text: str) -> None:
    stage.move_to("resolved", now=now)
    client, link = stage.app.test_client(), stage.link()
    answer = send(client, link, f"{link}/answer", text=text, wish="reopen")
    assert answer.status_code == 303
    assert stage.state() == "open"
    assert len(stage.messages()) == (4 if text else 3)


def test_thanks_leave_a_solved_ticket_solved(stage: Stage, now: datetime) -> None:
    stage.move_to("resolved", now=now)
    client, link = stage.app.test_client(), stage.link()
    send(client, link, f"{link}/answer", text="Thank you!", wish="thank")
    assert stage.messages()[-1][1] == "Thank you!"
    assert stage.state() == "resolved"


def test_an_answer_that_was_begun_before_it_was_solved_reopens(stage: Stage, now: datetime) -> None:
    client, link = stage.app.test_client(), stage.link()
    client.get(link)
    stage.move_to("resolved", now=now)
    send(client, link, f"{link}/answer", text="But it still does it.", wish="send")
    assert stage.state() == "open"


def test_what_comes_too_late_becomes_a_new_ticket_that_leads_back(
    stage: Stage, now: datetime
) -> None:
    stage.move_to("resolved", now=now)
    client, link = stage.app.test_client(), stage.link()
    with clock.stopped_at(now + timedelta(days=15)):
        page = client.get(link).text
        assert "Send as a new ticket" in page
        assert "Reopen" not in page
        answer = send(client, link, f"{link}/answer", text="It is back.", wish="reopen")
        assert answer.status_code == 303
        there = client.get(answer.location)
    assert stage.state() == "resolved"
    with stage.inside():
        new = db.session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
        assert new is not None
        number = new.id
        assert new.requester_id == stage.world.eva_id
        assert new.subject == "The printer prints twice"
        # A mail would have been placed by the mailbox too, wherever the old ticket had gone.
        assert new.queue_id == stage.world.queue_id
        link_row = db.session.scalars(select(TicketLink)).one()
        assert (link_row.ticket_id, link_row.other_id) == (number, stage.number)
    assert stage.messages(number) == [("in", "It is back.", stage.world.eva_id)]
    assert there.status_code == 200
    assert "It goes on from" in there.text
    assert f"#{stage.number}" in there.text


def test_late_thanks_make_no_new_ticket(stage: Stage, now: datetime) -> None:
    stage.move_to("resolved", now=now)
    client, link = stage.app.test_client(), stage.link()
    with clock.stopped_at(now + timedelta(days=15)):
        send(client, link, f"{link}/answer", text="Thank you.", wish="thank")
    assert stage.messages()[-1][1] == "Thank you."


def test_a_closed_ticket_is_not_reopened(stage: Stage, now: datetime) -> None:
    stage.move_to("resolved", now=now)
    stage.move_to("closed", now=now)
    client, link = stage.app.test_client(), stage.link()
    assert "Reopen" not in client.get(link).text
    send(client, link, f"{link}/answer", text="", wish="reopen")
    assert stage.state() == "closed"


class TestWithSmallUploads:
    @pytest.fixture
    def settings(self, database: str, tmp_path: Path) -> Settings:
        return settings_for(tmp_path, database, max_upload_mb="1")

    def test_a_file_over_the_limit_is_told_the_limit(self, stage: Stage) -> None:
        client, link = stage.app.test_client(), stage.link()
        part = b'--x\r\nContent-Disposition: form-data; name="files"; filename="big"\r\n\r\n'
        answer = client.post(
            f"{link}/answer",
            data=part + b"x" * 1_200_000 + b"\r\n--x--\r\n",
            content_type="multipart/form-data; boundary=x",
        )
        assert answer.status_code == 413
        assert "1 MB" in answer.text


def test_too_many_answers_meet_a_calm_page(stage: Stage) -> None:
    client, link = stage.app.test_client(), stage.link()
    # An address of its own, so that no other test is counted.
    here = {"REMOTE_ADDR": "192.0.2.77"}
    statuses = [
        client.post(f"{link}/answer", data={"text": ""}, environ_base=here).status_code
        for _ in range(22)
    ]
    stage.app.config["WTF_CSRF_ENABLED"] = False
    statuses += [
        client.post(f"{link}/answer", data={"text": ""}, environ_base=here).status_code
        for _ in range(22)
    ]
    assert statuses[-1] == 429
    page = client.post(f"{link}/answer", data={"text": ""}, environ_base=here)
    assert "That was a bit too fast" in page.text
    assert "Retry-After" in page.headers
