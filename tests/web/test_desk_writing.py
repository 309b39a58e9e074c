"""The reply editor without JavaScript: drafts, canned replies, signature, taking back."""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.replies.actions import add_canned_reply
from helpdesk.domain.replies.models import Draft
from helpdesk.domain.tickets.models import Attachment, Message, Ticket
from tests.web.conftest import SignIn
from tests.web.tickets import a_ticket, an_answer
from tests.world import World

pytestmark = pytest.mark.one_database

QUIETLY = {"Accept": "application/json"}


@pytest.fixture
def agnes(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.agnes_id)


@pytest.fixture
def canned_id(world: World, now: datetime) -> int:
    values = {"name": "Restart", "words_en": "Hello {{requester}}, restart it.", "words_sv": ""}
    with unit_of_work():
        return add_canned_reply(values, by=world.admin, now=now).id


def area(page: str, kind: str = "reply") -> str:
    found = re.search(rf'<textarea[^>]*id="{kind}-text"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL)
    assert found
    return found[1].strip()


def test_a_draft_is_there_on_another_machine_and_gone_when_it_was_sent(
    agnes: FlaskClient, sign_in: SignIn, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    url = f"/desk/tickets/{number}"
    first = agnes.post(
        f"{url}/draft?kind=reply",
        data={"reply-text": "Half a\r\nthought", "reply-cc": "nils@example.com", "draft-seen": ""},
        headers=QUIETLY,
    )
    assert first.status_code == 200
    agnes.post(f"{url}/draft?kind=note", data={"note-text": "Between us"}, headers=QUIETLY)

    elsewhere = sign_in(world.agnes_id)
    page = elsewhere.get(url).text
    assert area(page) == "Half a\nthought"
    assert area(page, "note") == "Between us"
    assert 'value="nils@example.com"' in page
    assert '<details class="composer composer-reply" name="composer" id="reply" open>' in page
    assert f'data-draft-seen="{first.json["seen"]}"' in page.replace("&#43;", "+")
    # Nobody else sees it.
    assert area(sign_in(world.oskar_id).get(url).text) == ""

    elsewhere.post(f"{url}/reply", data={"reply-seen": "1", "reply-text": "A whole thought"})
    page = agnes.get(url).text
    assert area(page) == ""
    assert area(page, "note") == "Between us"
    late = agnes.post(
        f"{url}/draft?kind=reply",
        data={"reply-text": "Half a thought, late", "draft-seen": first.json["seen"]},
        headers=QUIETLY,
    )
    assert late.status_code == 409
    assert "sent or goes on in another place" in late.json["words"]


def test_a_draft_is_kept_and_thrown_away_by_a_button(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    url = f"/desk/tickets/{number}"
    page = agnes.post(
        f"{url}/draft?kind=reply", data={"reply-text": "Half"}, follow_redirects=True
    ).text
    assert "Your draft is kept." in page
    assert area(page) == "Half"
    page = agnes.post(f"{url}/draft?kind=reply&forget=1", data={}, follow_redirects=True).text
    assert "Your draft is gone." in page
    assert area(page) == ""
    assert agnes.post(f"{url}/draft?kind=x", data={"x-text": "a"}).status_code == 422


def test_an_empty_draft_is_none(agnes: FlaskClient, world: World, now: datetime) -> None:
    number = a_ticket(world, now)
    url = f"/desk/tickets/{number}/draft?kind=reply"
    seen = agnes.post(url, data={"reply-text": "x"}, headers=QUIETLY).json["seen"]
    gone = agnes.post(url, data={"reply-text": " ", "draft-seen": seen}, headers=QUIETLY)
    assert gone.json == {"seen": "", "files": []}
    assert db.session.scalars(db.select(Draft)).all() == []


def test_a_form_that_came_back_has_newer_words_than_the_draft(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    url = f"/desk/tickets/{number}"
    agnes.post(f"{url}/draft?kind=reply", data={"reply-text": "Old"}, headers=QUIETLY)
    an_answer(world, number, now, "Wait")
    page = agnes.post(f"{url}/reply", data={"reply-seen": "1", "reply-text": "New"})
    assert page.status_code == 409
    assert area(page.text) == "New"


def test_a_canned_reply_is_put_below_what_was_written_and_nothing_is_sent(
    agnes: FlaskClient, world: World, now: datetime, canned_id: int
) -> None:
    number = a_ticket(world, now)
    url = f"/desk/tickets/{number}"
    assert f'<option value="{canned_id}">Restart</option>' in agnes.get(url).text
    answer = agnes.post(
        f"{url}/canned",
        data={
            "canned": str(canned_id),
            "reply-seen": "1",
            "reply-text": "My words",
            "reply-cc": "nils@example.com",
            "reply-files": (io.BytesIO(b"a plan"), "plan.txt"),
        },
    )
    assert answer.status_code == 200
    assert area(answer.text) == "My words\n\nHello Eva Ek, restart it."
    assert 'value="nils@example.com"' in answer.text
    assert "plan.txt" in answer.text
    assert "has changed since" not in answer.text
    assert len(db.session.scalars(db.select(Message)).all()) == 1
    offered = agnes.get(f"{url}/canned").json
    assert offered == [{"id": canned_id, "name": "Restart", "words": "Hello Eva Ek, restart it."}]
    assert area(agnes.post(f"{url}/canned", data={"reply-text": "Only mine"}).text) == "Only mine"


def test_inserting_does_not_hide_what_happened_meanwhile(
    agnes: FlaskClient, world: World, now: datetime, canned_id: int
) -> None:
    number = a_ticket(world, now)
    an_answer(world, number, now, "It burns")
    answer = agnes.post(
        f"/desk/tickets/{number}/canned", data={"canned": str(canned_id), "reply-seen": "1"}
    )
    assert "This ticket has changed since you opened it" in answer.text


def test_the_signature_is_shown_under_a_reply_and_not_under_a_note(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    assert "composer-signature-words" not in agnes.get(f"/desk/tickets/{number}").text
    with unit_of_work():
        world.agnes.signature = "Agnes\nService <desk>"
    page = agnes.get(f"/desk/tickets/{number}").text
    # Under what leaves the house: the reply, and the words to a supplier.
    forms = re.split(r'<details class="composer[^"]*" name="composer" id="(\w+)"', page)
    composers = dict(zip(forms[1::2], forms[2::2], strict=True))
    signed = [
        name for name, form in composers.items() if "Agnes\nService &lt;desk&gt;</span>" in form
    ]
    assert signed == ["reply", "supplier"]
    assert "note" in composers


def test_a_reply_waits_ten_seconds_and_is_taken_back_by_a_button(
    agnes: FlaskClient, sign_in: SignIn, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    url = f"/desk/tickets/{number}"
    agnes.post(
        f"{url}/reply",
        data={
            "reply-seen": "1",
            "reply-text": "To the wrong one",
            "reply-files": (io.BytesIO(b"a plan"), "plan.txt"),
        },
    )
    said = db.session.scalars(db.select(Message).order_by(Message.id.desc())).first()
    mail = db.session.scalars(
        db.select(OutboundMail).where(OutboundMail.notification == "answered")
    ).one()
    assert said
    assert mail.due_at - mail.created_at == timedelta(seconds=10)
    undo = f"{url}/messages/{said.id}/take-back"
    assert f'action="{undo}"' in agnes.get(url).text
    assert f'action="{undo}"' not in sign_in(world.oskar_id).get(url).text

    page = agnes.post(undo, follow_redirects=True).text
    assert "Taken back. Nothing was sent, and your words are here again." in page
    assert "Agnes Agent took back a reply before it left" in page
    assert area(page) == "To the wrong one"
    assert f'action="{undo}"' not in page
    assert page.count("data-message") == 1
    db.session.rollback()
    assert db.session.get_one(Ticket, number).state == "new"

    # The file goes with the words once more.
    mark = re.search(r'name="reply-carried" value="([^"]+)"', page)
    seen = re.search(r'name="reply-seen" type="hidden" value="(\d+)"', page)
    assert mark
    assert seen
    again = agnes.post(
        f"{url}/reply",
        data={"reply-seen": seen[1], "reply-text": "To this one", "reply-carried": mark[1]},
    )
    assert again.status_code == 303
    db.session.rollback()
    assert [file.filename for file in db.session.scalars(db.select(Attachment))] == ["plan.txt"] * 2


def test_too_late_is_said_and_changes_nothing(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    url = f"/desk/tickets/{number}"
    agnes.post(f"{url}/reply", data={"reply-seen": "1", "reply-text": "Hello"})
    message_id = db.session.scalar(db.select(db.func.max(Message.id)))
    with clock.stopped_at(now + timedelta(seconds=10)):
        assert "take-back" not in agnes.get(url).text
        page = agnes.post(f"{url}/messages/{message_id}/take-back", follow_redirects=True).text
    assert "This reply has left, so it can no longer be taken back." in page
    assert page.count("data-message") == 2


def test_a_message_of_another_ticket_is_not_taken_back(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number, other = a_ticket(world, now), a_ticket(world, now)
    agnes.post(f"/desk/tickets/{number}/reply", data={"reply-seen": "1", "reply-text": "Hello"})
    message_id = db.session.scalar(db.select(db.func.max(Message.id)))
    answer = agnes.post(f"/desk/tickets/{other}/messages/{message_id}/take-back")
    assert answer.status_code == 404
    assert db.session.get_one(Message, message_id).kind == "message"


def test_the_requester_reads_a_reply_when_it_can_no_longer_be_taken_back(
    agnes: FlaskClient, sign_in: SignIn, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    agnes.post(f"/desk/tickets/{number}/reply", data={"reply-seen": "1", "reply-text": "Try now."})
    eva = sign_in(world.eva_id)
    with clock.stopped_at(now + timedelta(seconds=9)):
        assert "Try now." not in eva.get(f"/tickets/{number}").text
    with clock.stopped_at(now + timedelta(seconds=10)):
        assert "Try now." in eva.get(f"/tickets/{number}").text
