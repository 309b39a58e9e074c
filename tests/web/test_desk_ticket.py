from __future__ import annotations

import io
import re
from datetime import datetime

import pytest
from flask.testing import FlaskClient

from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.tickets.actions import assign, link, tell
from helpdesk.domain.tickets.models import (
    Attachment,
    LinkKind,
    Message,
    Ticket,
    TicketEvent,
    Watcher,
)
from helpdesk.domain.tickets.queries import history, ticket_by_number
from tests.web.conftest import SignIn
from tests.web.tickets import a_note, a_reply, a_ticket, an_answer
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def agnes(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.agnes_id)


def ticket_of(number: int) -> Ticket:
    db.session.rollback()
    ticket = ticket_by_number(number)
    assert ticket is not None
    return ticket


def messages_of(number: int) -> list[Message]:
    db.session.rollback()
    return list(db.session.scalars(db.select(Message).where(Message.ticket_id == number)))


def test_the_page_shows_what_was_said_and_what_happened(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now, newest="It is grey.", text="It is grey.\n> old words")
    a_reply(world, number, now, "Which printer is it?")
    a_note(world, number, now, "It is the one that leaks.")
    page = agnes.get(f"/desk/tickets/{number}").text
    assert "It is grey." in page
    assert re.search(r'class="quoted-words">&gt; old words<', page)
    assert "Which printer is it?" in page
    assert "Eva Ek &lt;eva@example.com&gt;" in page
    assert "State New → Open by Agnes Agent" in page
    assert "Received in the queue Incidents" in page
    assert 'class="message note"' in page
    assert "Waits to be sent to eva@example.com" in page


def test_a_reply_goes_to_the_requester_and_leads_back_to_it(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    answer = agnes.post(
        f"/desk/tickets/{number}/reply",
        data={"reply-seen": "1", "reply-text": "Try now.\r\nPlease."},
    )
    said = messages_of(number)[-1]
    assert answer.status_code == 303
    assert answer.location == f"/desk/tickets/{number}#message-{said.id}"
    assert (said.direction, said.text, said.author_id) == (
        "out",
        "Try now.\nPlease.",
        world.agnes_id,
    )
    assert ticket_of(number).state == "open"
    page = agnes.get(answer.location).text
    assert "Your reply is on its way. Eva Ek will get a mail." in page


@pytest.mark.parametrize(("then", "state"), [("waiting", "waiting"), ("resolved", "resolved")])
def test_a_reply_may_move_the_ticket_in_the_same_act(
    agnes: FlaskClient, world: World, now: datetime, then: str, state: str
) -> None:
    number = a_ticket(world, now)
    assert f'value="{then}">Send and' in agnes.get(f"/desk/tickets/{number}").text
    agnes.post(
        f"/desk/tickets/{number}/reply",
        data={"reply-seen": "1", "reply-text": "Done", "reply-then": then},
    )
    assert ticket_of(number).state == state
    mails = db.session.scalars(db.select(OutboundMail.notification)).all()
    assert mails == ["received", "answered"]


def test_people_in_copy_are_known_and_follow_from_then_on(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    agnes.post(
        f"/desk/tickets/{number}/reply",
        data={
            "reply-seen": "1",
            "reply-text": "Hello",
            "reply-cc": "Nils Lund <nils@example.com>; Oskar Operator",
        },
    )
    followers = db.session.scalars(
        db.select(Watcher.person_id).where(Watcher.ticket_id == number)
    ).all()
    assert len(followers) == 2
    assert world.oskar_id in followers
    addresses = db.session.scalars(
        db.select(OutboundMail.to_address).where(OutboundMail.notification == "answered")
    ).all()
    assert sorted(addresses) == ["eva@example.com", "nils@example.com", "oskar@example.org"]
    page = agnes.get(f"/desk/tickets/{number}").text
    assert "<strong>Nils Lund</strong>" in page


@pytest.mark.parametrize(
    ("copy", "fault"),
    [
        ("nobody at all", "Nobody here is called “nobody at all”. Write the address."),
        ("nils@", "“nils@” is no e-mail address."),
        ("helpdesk@example.org", "helpdesk@example.org is an address of ours"),
    ],
)
def test_a_copy_to_nobody_keeps_the_words_and_says_why(
    agnes: FlaskClient, world: World, now: datetime, copy: str, fault: str
) -> None:
    number = a_ticket(world, now)
    answer = agnes.post(
        f"/desk/tickets/{number}/reply",
        data={"reply-seen": "1", "reply-text": "Words of mine", "reply-cc": copy},
    )
    assert answer.status_code == 422
    # Once in the summary, once at the field.
    assert answer.text.count(fault) == 2
    assert "Words of mine</textarea>" in answer.text
    assert len(messages_of(number)) == 1


def test_an_empty_reply_is_asked_for_words(agnes: FlaskClient, world: World, now: datetime) -> None:
    number = a_ticket(world, now)
    for kind in ("reply", "note"):
        answer = agnes.post(f"/desk/tickets/{number}/{kind}", data={f"{kind}-seen": "1"})
        assert answer.status_code == 422
        assert "Write something, or attach a file." in answer.text
    assert len(messages_of(number)) == 1


def test_a_note_is_kept_and_mailed_to_nobody(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    agnes.post(f"/desk/tickets/{number}/note", data={"note-seen": "1", "note-text": "Between us"})
    assert messages_of(number)[-1].kind == "note"
    assert db.session.scalars(db.select(OutboundMail.notification)).all() == ["received"]


def test_the_second_of_two_agents_loses_no_word_and_no_file(
    agnes: FlaskClient, sign_in: SignIn, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    oskar = sign_in(world.oskar_id)
    oskar.post(f"/desk/tickets/{number}/take", data={"take-seen": "1"})
    oskar.post(
        f"/desk/tickets/{number}/reply", data={"reply-seen": "2", "reply-text": "I am on it."}
    )
    answer = agnes.post(
        f"/desk/tickets/{number}/reply",
        data={
            "reply-seen": "1",
            "reply-text": "My long words",
            "reply-cc": "nils@example.com",
            "reply-files": (io.BytesIO(b"a plan"), "plan.txt"),
        },
    )
    assert answer.status_code == 409
    assert "This ticket has changed since you opened it" in answer.text
    assert "Taken by Oskar Operator" in answer.text
    assert "Oskar Operator sent a reply: “I am on it.”" in answer.text
    assert "My long words</textarea>" in answer.text
    assert 'value="nils@example.com"' in answer.text
    assert "plan.txt" in answer.text
    version = ticket_of(number).version
    assert f'id="reply-seen" name="reply-seen" type="hidden" value="{version}"' in answer.text

    mark = re.search(r'name="reply-carried" value="([^"]+)"', answer.text)
    assert mark
    again = agnes.post(
        f"/desk/tickets/{number}/reply",
        data={
            "reply-seen": str(version),
            "reply-text": "My long words",
            "reply-carried": mark[1],
        },
    )
    assert again.status_code == 303
    page = agnes.get(f"/desk/tickets/{number}").text
    assert page.count("plan.txt") >= 1
    said = messages_of(number)[-1]
    assert (said.text, said.author_id) == ("My long words", world.agnes_id)


def test_a_file_of_somebody_else_cannot_be_brought_along(
    agnes: FlaskClient, sign_in: SignIn, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    oskar = sign_in(world.oskar_id)
    answer = oskar.post(
        f"/desk/tickets/{number}/reply",
        data={"reply-seen": "7", "reply-text": "x", "reply-files": (io.BytesIO(b"s"), "s.txt")},
    )
    mark = re.search(r'name="reply-carried" value="([^"]+)"', answer.text)
    assert mark
    agnes.post(
        f"/desk/tickets/{number}/reply",
        data={"reply-seen": "1", "reply-text": "Hello", "reply-carried": [mark[1], "forged"]},
    )
    assert messages_of(number)[-1].text == "Hello"
    assert db.session.scalars(db.select(Attachment)).all() == []


def test_every_decision_of_an_outdated_page_is_asked_again(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    an_answer(world, number, now, "It got worse")
    sent = {
        "take": {},
        "assign": {"assign-person": world.oskar_id},
        "move": {"move-target": "open"},
        "place": {
            "place-process_name": "incident",
            "place-queue": world.technical_queue_id,
            "place-service": "0",
        },
        "prioritise": {"priority-impact": "1", "priority-urgency": "1"},
        "rename": {"rename-subject": "Another"},
        "note": {"note-text": "Words"},
    }
    names = {"prioritise": "priority"}
    for action, values in sent.items():
        prefix = names.get(action, action)
        old = {f"{prefix}-seen": "1", **values}
        answer = agnes.post(f"/desk/tickets/{number}/{action}", data=old)
        assert answer.status_code == 409, action
        assert "Eva Ek answered: “It got worse”" in answer.text, action
        version = ticket_of(number).version
        fresh = agnes.post(
            f"/desk/tickets/{number}/{action}", data=old | {f"{prefix}-seen": str(version)}
        )
        assert fresh.status_code == 303, action
        # The next one begins behind this one again.
        an_answer(world, number, now, "It got worse")
    ticket = ticket_of(number)
    assert ticket.assignee_id == world.oskar_id
    assert ticket.queue_id == world.technical_queue_id
    assert (ticket.priority, ticket.subject) == (1, "Another")


def test_who_is_responsible_hears_of_it_and_the_agent_is_told(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    answer = agnes.post(
        f"/desk/tickets/{number}/assign",
        data={"assign-seen": "1", "assign-person": str(world.oskar_id)},
        follow_redirects=True,
    )
    assert "Saved. Oskar Operator will get a mail." in answer.text
    assert "Assigned to Oskar Operator by Agnes Agent" in answer.text
    agnes.post(f"/desk/tickets/{number}/assign", data={"assign-seen": "2", "assign-person": "0"})
    assert ticket_of(number).assignee_id is None
    refused = agnes.post(
        f"/desk/tickets/{number}/assign",
        data={"assign-seen": "3", "assign-person": str(world.eva_id)},
    )
    assert refused.status_code == 422


def test_a_transition_that_is_not_there_is_refused_with_its_reason(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    answer = agnes.post(
        f"/desk/tickets/{number}/move", data={"move-seen": "1", "move-target": "closed"}
    )
    assert answer.status_code == 409
    assert "That was not possible" in answer.text
    assert ticket_of(number).state == "new"


def test_a_queue_of_another_process_is_refused_at_its_field(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    values = {"place-seen": "1", "place-queue": str(world.requests_id), "place-service": "0"}
    answer = agnes.post(
        f"/desk/tickets/{number}/place", data=values | {"place-process_name": "incident"}
    )
    assert answer.status_code == 422
    assert "This queue is only for the process Request." in answer.text
    placed = agnes.post(
        f"/desk/tickets/{number}/place",
        data=values | {"place-process_name": "request", "place-service": str(world.email_id)},
        follow_redirects=True,
    )
    assert (
        "Process Incident → Request, Queue Incidents → Requests, Service – → E-mail"
        " by Agnes Agent" in placed.text
    )


def test_following_and_no_longer_following(agnes: FlaskClient, world: World, now: datetime) -> None:
    number = a_ticket(world, now)
    page = agnes.post(
        f"/desk/tickets/{number}/watch", data={"watch-seen": "1"}, follow_redirects=True
    ).text
    assert "Agnes Agent follows the ticket" in page
    assert "Stop following" in page
    agnes.post(f"/desk/tickets/{number}/unwatch", data={"watch-seen": "2"})
    a_reply(world, number, now, "Hello", cc=[world.oskar])
    agnes.post(
        f"/desk/tickets/{number}/unwatch",
        data={"watch-seen": "9", "watch-person": str(world.oskar_id)},
    )
    assert db.session.scalars(db.select(Watcher)).all() == []


def test_a_ticket_that_may_belong_to_another_says_so(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    first, second = a_ticket(world, now), a_ticket(world, now, subject="Re: stripes")
    with unit_of_work():
        one, other = ticket_by_number(second), ticket_by_number(first)
        assert one
        assert other
        link(one, other=other, kind=LinkKind.MAY_FOLLOW, by=None, now=now)
    page = agnes.get(f"/desk/tickets/{second}").text
    assert f'<a href="/desk/tickets/{first}">May belong to #{first}</a>' in page
    assert f"#{second} may belong to this" in agnes.get(f"/desk/tickets/{first}").text


def test_a_mail_that_failed_is_seen_with_the_servers_answer(
    agnes: FlaskClient, sign_in: SignIn, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    a_reply(world, number, now, "Hello")
    with unit_of_work() as session:
        mail = session.scalars(
            db.select(OutboundMail).where(OutboundMail.notification == "answered")
        ).one()
        mail.state, mail.last_error = "failed", "550 5.1.1 no such user"
        mail_id = mail.id
    url = f"/desk/mails/{mail_id}/send-again"
    page = agnes.get(f"/desk/tickets/{number}").text
    assert "Not sent to eva@example.com: 550 5.1.1 no such user" in page
    assert url not in page
    assert agnes.post(url).status_code == 403
    admin = sign_in(world.admin_id)
    assert url in admin.get(f"/desk/tickets/{number}").text
    again = admin.post(url)
    assert again.status_code == 303
    db.session.rollback()
    assert db.session.get_one(OutboundMail, mail_id).state == "waiting"
    refused = admin.post(url, follow_redirects=True)
    assert refused.status_code == 200


def test_who_may_only_see_is_offered_nothing_to_press(
    sign_in: SignIn, world: World, now: datetime
) -> None:
    from helpdesk.domain.accounts.actions import add_person, grant
    from helpdesk.domain.accounts.permissions import Role

    with unit_of_work():
        owner = add_person("owner@example.org", name="Olle Owner", language="en", now=now)
        grant(owner, role=Role.OWNER)
        owner_id = owner.id
    number = a_ticket(world, now)
    client = sign_in(owner_id)
    page = client.get(f"/desk/tickets/{number}").text
    main = page[page.index("<main") : page.index("</main>")]
    assert "<form" not in main
    assert client.post(f"/desk/tickets/{number}/take", data={"take-seen": "1"}).status_code == 403


def test_what_strangers_write_is_never_markup(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    from helpdesk.domain.accounts.actions import know

    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    with unit_of_work():
        person = know("mallory@example.net", name=evil, now=now)
        person_id = person.id
    with unit_of_work():
        from helpdesk.domain.accounts.queries import person_by_id

        mallory = person_by_id(person_id)
    number = a_ticket(world, now, subject=evil, text=evil, requester=mallory)
    for url in (
        f"/desk/tickets/{number}",
        "/desk/all",
        "/desk/search?q=" + "alert",
        "/desk/people?to=mallory@",
        "/desk/new?to=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/desk/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    ):
        text = agnes.get(url).text
        assert "<script>alert" not in text, url
        assert "<img src=x" not in text, url


def test_every_kind_of_event_that_a_verb_records_has_its_words() -> None:
    import ast
    from pathlib import Path

    from helpdesk.web.desk.history import _SENTENCES

    recorded = set()
    for path in Path("helpdesk").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if named and node.func.id in ("record", "tell") and len(node.args) > 1:
                kind = node.args[1]
                if isinstance(kind, ast.Constant) and node.keywords:
                    recorded.add(kind.value)
    assert recorded - {"deliver"} <= set(_SENTENCES)
    assert "absence notice" in recorded


def test_every_line_of_a_long_history_is_in_words(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket
        assign(ticket, to=world.oskar, by=None, now=now)
        for kind, facts in {
            "mail failed": {"mail": 1, "to": "eva@example.com", "error": "x"},
            "mail bounced": {"to": "eva@example.com", "status": "5.1.1", "diagnostic": "unknown"},
            "absence notice": {"from": "eva@example.com", "inbound": 1},
            "something of tomorrow": {},
        }.items():
            tell(ticket, kind, facts=facts, now=now)
    page = agnes.get(f"/desk/tickets/{number}").text
    assert "The mail to eva@example.com could not be sent" in page
    assert "The mail to eva@example.com came back: 5.1.1 unknown" in page
    assert "eva@example.com answered automatically" in page
    assert "Something of tomorrow" in page
    assert len(history(ticket_of(number))) == 6


def test_a_status_that_the_server_says_itself_is_not_said_twice(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    facts = {"to": "eva@example.com", "status": "5.1.1", "diagnostic": "550 5.1.1 User unknown"}
    with unit_of_work():
        ticket = ticket_by_number(number, lock=True)
        assert ticket
        tell(ticket, "mail bounced", facts=facts, now=now)
    page = agnes.get(f"/desk/tickets/{number}").text
    assert "The mail to eva@example.com came back: 550 5.1.1 User unknown" in page


def test_the_page_speaks_swedish_to_who_does(sign_in: SignIn, world: World, now: datetime) -> None:
    number = a_ticket(world, now)
    page = sign_in(world.oskar_id).get(f"/desk/tickets/{number}").text
    assert '<html lang="sv"' in page
    assert "Incidenter" in page


def test_events_are_never_changed(world: World, now: datetime) -> None:
    number = a_ticket(world, now)
    line = db.session.scalars(db.select(TicketEvent).where(TicketEvent.ticket_id == number)).one()
    assert line.kind == "opened"
