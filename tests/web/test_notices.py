"""What is broken right now: published from a ticket, updated, joined, ended, and told once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.notices.models import ServiceNotice
from helpdesk.domain.notifications.letters import Letter, letters
from helpdesk.domain.tickets.models import TicketEvent
from helpdesk.mail.compose.words import words_of
from tests.web.conftest import SignIn
from tests.web.portal_stage import Stage
from tests.web.portal_stage import stage as stage


def filled(stage: Stage, **more: object) -> dict[str, object]:
    return {
        "title_en": "Mail does not arrive",
        "title_sv": "E-posten kommer inte fram",
        "words_en": "We look for the cause.",
        "words_sv": "Vi letar efter orsaken.",
        "service": str(stage.world.email_id),
        "since_at": "2026-11-24T08:00",
        "expected_at": "2026-11-24T12:00",
        "public": "y",
        **more,
    }


def published(stage: Stage, agnes: FlaskClient, **more: object) -> int:
    path = f"/desk/tickets/{stage.number}/notice"
    answer = agnes.post(path, data=filled(stage, **more))
    assert answer.status_code == 303, answer.text
    with stage.inside():
        return db.session.scalars(
            select(ServiceNotice.id).order_by(ServiceNotice.id.desc()).limit(1)
        ).one()


def test_from_publishing_to_one_mail_when_it_works_again(
    stage: Stage, sign_in: SignIn, now: datetime
) -> None:
    agnes, eva, nils = (
        sign_in(each) for each in (stage.world.agnes_id, stage.world.eva_id, stage.nils_id)
    )
    stranger = stage.app.test_client()
    new = f"/desk/tickets/{stage.number}/notice"
    assert 'value="The printer prints twice"' in agnes.get(new).text
    preview = agnes.post(new, data=filled(stage, preview="1")).text
    assert "Nobody else sees this yet." in preview
    assert "Mail does not arrive" not in eva.get("/").text
    notice_id = published(stage, agnes)
    home = eva.get("/").text
    assert "Mail does not arrive" in home
    assert "12:00" in home
    assert "Mail does not arrive" in stranger.get("/").text
    assert "me-too" not in stranger.get("/").text

    for client in (eva, eva, nils):
        assert client.post(f"/notices/{notice_id}/me-too").status_code == 303
    assert "You are hit too" in eva.get("/").text
    assert "2 people are hit" in agnes.get(f"/desk/notices/{notice_id}").text

    path = f"/desk/notices/{notice_id}"
    told = {"update-words_en": "A disk is being changed.", "update-expected_at": "2026-11-24T15:00"}
    assert agnes.post(f"{path}/update", data=told).status_code == 303
    assert "A disk is being changed." in eva.get("/").text
    assert "15:00" in eva.get("/").text
    assert stage.mails("it-works-again") == []

    last = {"end-words_en": "The disk is new.", "end-words_sv": "Disken är ny."}
    for _ in range(2):
        assert agnes.post(f"{path}/end", data=last).status_code == 303
    mails = stage.mails("it-works-again")
    assert mails == [
        ("eva@example.com", {"title": "Mail does not arrive", "words": "The disk is new."}),
        ("nils@example.com", {"title": "E-posten kommer inte fram", "words": "Disken är ny."}),
    ]
    with stage.inside():
        ids = db.session.scalars(
            select(OutboundMail.id).where(OutboundMail.notification == "it-works-again")
        ).all()
        for letter in letters(ids):
            assert isinstance(letter, Letter)
            # Each alone: nobody is shown who else was hit, or the ticket.
            assert (len(letter.to_header), letter.cc_header, letter.topic) == (1, (), None)
            words = words_of(letter, stage.app.extensions["helpdesk_settings"])
            assert letter.facts["title"] in words.subject
            assert letter.facts["words"] in words.text
            assert not words.remark
        lines = db.session.scalars(
            select(TicketEvent.kind).where(
                TicketEvent.ticket_id == stage.number, TicketEvent.kind.like("notice%")
            )
        ).all()
    assert lines == ["notice published", "notice updated", "notice ended"]
    history = agnes.get(f"/desk/tickets/{stage.number}").text
    assert "Service notice published: “Mail does not arrive”" in history
    # It is seen as ended for a day, and nobody can be hit by it any more.
    assert "Works again" in eva.get("/").text
    assert eva.post(f"/notices/{notice_id}/me-too").status_code == 400
    with clock.stopped_at(now + timedelta(hours=25)):
        assert "Mail does not arrive" not in eva.get("/").text


def test_a_notice_that_should_be_over_reminds_the_desk(
    stage: Stage, sign_in: SignIn, now: datetime
) -> None:
    agnes = sign_in(stage.world.agnes_id)
    notice_id = published(stage, agnes)
    assert "Should be over" not in agnes.get("/desk/notices").text
    with clock.stopped_at(now + timedelta(hours=6)):
        assert "Should be over" in agnes.get("/desk/notices").text
        assert "It should have been over" in agnes.get(f"/desk/notices/{notice_id}").text
        rail = agnes.get("/desk/mine").text
        assert '<span class="label">Service notices</span> <span class="count">1</span>' in rail
        assert "takes longer than we thought" in sign_in(stage.world.eva_id).get("/").text
        # Anything else can be changed without inventing a new end.
        changed = filled(stage, title_en="Mail is slow")
        assert agnes.post(f"/desk/notices/{notice_id}", data=changed).status_code == 303
    with stage.inside():
        line = db.session.scalars(
            select(TicketEvent).where(TicketEvent.kind == "notice changed")
        ).one()
        assert line.facts["changes"] == {"title_en": ["Mail does not arrive", "Mail is slow"]}


@pytest.mark.one_database
def test_what_is_not_public_is_only_for_people_who_are_signed_in(
    stage: Stage, sign_in: SignIn, now: datetime
) -> None:
    agnes = sign_in(stage.world.agnes_id)
    published(stage, agnes, public="")
    assert "Mail does not arrive" not in stage.app.test_client().get("/").text
    assert "Mail does not arrive" in sign_in(stage.world.eva_id).get("/").text


@pytest.mark.one_database
def test_faults_are_told_at_their_fields_and_nothing_is_published(
    stage: Stage, sign_in: SignIn
) -> None:
    agnes = sign_in(stage.world.agnes_id)
    path = f"/desk/tickets/{stage.number}/notice"
    for wrong, words in (
        ({"title_en": "", "title_sv": " "}, "Write a title in at least one language."),
        ({"since_at": "2026-11-24T23:00"}, "This is in the future."),
        ({"since_at": ""}, "Write since when it has been broken."),
        ({"since_at": "soon"}, "Write a day and a time"),
        ({"expected_at": "2026-11-24T07:00"}, "It cannot be over before it began."),
        ({"expected_at": "2026-11-24T08:30"}, "This time has passed."),
    ):
        answer = agnes.post(path, data=filled(stage, **wrong))
        assert answer.status_code == 422, wrong
        assert words in answer.text
        assert "We look for the cause." in answer.text
    with stage.inside():
        assert db.session.scalar(select(ServiceNotice.id)) is None


@pytest.mark.one_database
def test_a_ticket_has_one_notice_at_a_time(stage: Stage, sign_in: SignIn) -> None:
    agnes = sign_in(stage.world.agnes_id)
    notice_id = published(stage, agnes)
    again = agnes.post(f"/desk/tickets/{stage.number}/notice", data=filled(stage))
    assert again.location == f"/desk/notices/{notice_id}"
    agnes.post(f"/desk/notices/{notice_id}/end", data={})
    late = agnes.post(f"/desk/notices/{notice_id}/update", data={"update-words_en": "More"})
    assert late.status_code == 409
    assert "This service notice has ended." in late.text
    assert published(stage, agnes) != notice_id
    page = agnes.get("/desk/notices").text
    assert page.count("Mail does not arrive") >= 2


@pytest.mark.one_database
def test_requesters_and_owners_publish_nothing(stage: Stage, sign_in: SignIn) -> None:
    agnes = sign_in(stage.world.agnes_id)
    notice_id = published(stage, agnes)
    eva = sign_in(stage.world.eva_id)
    for method, path in (
        ("GET", "/desk/notices"),
        ("POST", f"/desk/tickets/{stage.number}/notice"),
        ("POST", f"/desk/notices/{notice_id}"),
        ("POST", f"/desk/notices/{notice_id}/update"),
        ("POST", f"/desk/notices/{notice_id}/end"),
    ):
        assert eva.open(path, method=method, data=filled(stage)).status_code == 403, path
    assert eva.post("/notices/999/me-too").status_code == 404


@pytest.mark.one_database
def test_a_reader_of_one_language_reads_what_there_is(stage: Stage, sign_in: SignIn) -> None:
    agnes = sign_in(stage.world.agnes_id)
    published(stage, agnes, title_en="", words_en="")
    assert "E-posten kommer inte fram" in sign_in(stage.world.eva_id).get("/").text
    with stage.inside(), unit_of_work():
        stage.world.eva.language = "sv"
    assert "Vi letar efter orsaken." in sign_in(stage.world.eva_id).get("/").text
