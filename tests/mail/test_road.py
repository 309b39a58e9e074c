"""A mail becomes a ticket: who asks, who follows, where it lies, who is told, and the trace."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.storage import storage
from helpdesk.domain.accounts.actions import add_address
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.correspondence.models import InboundState, Mailbox
from helpdesk.domain.routing.models import RoutingRule
from helpdesk.domain.tickets.queries import conversation, watchers_of
from helpdesk.mail.pipeline import file_waiting
from tests.mail.letters import (
    Road,
    from_file,
    in_words,
    letter,
    mail_row,
    message_of,
    messages,
    outbox,
    ticket_of,
    tickets,
)
from tests.world import World


def test_a_mail_becomes_a_ticket_and_is_acknowledged(road: Road, world: World) -> None:
    row = road.take(letter(subject="Skrivaren  är   död", text="Hej!\n\nDen är död.\n"))
    ticket = ticket_of(row)
    assert (row.state, row.first_of_content) == (InboundState.FILED.value, True)
    assert (ticket.subject, ticket.process, ticket.queue_id) == (
        "Skrivaren är död",
        "incident",
        world.queue_id,
    )
    assert (ticket.requester_id, ticket.mailbox_id) == (world.eva_id, world.helpdesk_id)
    (message,) = conversation(ticket, internal=True)
    assert (message.id, message.author_id, message.sender) == (
        row.message_id,
        world.eva_id,
        "eva@example.com",
    )
    assert message.text.startswith("Hej!")
    assert message.verified
    assert outbox() == [("received", "eva@example.com")]


def test_the_trace_tells_the_whole_way_in_words(road: Road) -> None:
    row = road.take(letter())
    assert [step["stage"] for step in row.trace] == ["keep", "guard", "thread", "route", "file"]
    assert in_words(row).splitlines() == [
        "Came to the mailbox “helpdesk” by SMTP and was kept whole",
        "No guard objects",
        "Nothing ties it to an earlier ticket",
        "placed by the mailbox’s default",
        f"Became ticket #{row.ticket_id}",
    ]


def test_somebody_new_becomes_known_by_name_and_address(road: Road) -> None:
    ticket = road.ticket(letter("Nils Ny <Nils.Ny@Example.COM>"))
    nils = db.session.get_one(Person, ticket.requester_id)
    assert (nils.name, nils.email) == ("Nils Ny", "nils.ny@example.com")
    again = road.ticket(letter("NILS.NY@example.com", "Another thing"))
    assert again.requester_id == nils.id


def test_a_person_behind_two_addresses_is_one_person(road: Road, world: World) -> None:
    with unit_of_work():
        add_address(world.eva, address="eva.ek@home.example.net")
    ticket = road.ticket(letter("Eva <eva.ek@home.example.net>"))
    assert ticket.requester_id == world.eva_id
    assert messages()[0].sender == "eva.ek@home.example.net"


def test_people_on_the_mail_become_watchers_but_never_ourselves(road: Road, world: World) -> None:
    ticket = road.ticket(
        letter(
            to="helpdesk@example.org, Bo Berg <bo@example.com>, orders+x@example.org",
            Cc="Cia <cia@example.com>, eva@example.com, no-reply@example.com, broken address",
        )
    )
    assert [person.email for person in watchers_of(ticket)] == [
        "bo@example.com",
        "cia@example.com",
    ]


def test_an_audience_is_not_taken_for_watchers(road: Road) -> None:
    many = ", ".join(f"p{number}@example.com" for number in range(60))
    ticket = road.ticket(letter(Cc=many))
    assert len(watchers_of(ticket)) == 20


def test_reply_to_is_the_requester_only_where_the_mailbox_trusts_it(
    road: Road, world: World
) -> None:
    form = {"sender": "Form <www@example.com>", "Reply_To": "Bo Berg <bo@example.com>"}
    first = road.ticket(letter(**form))
    assert messages()[0].sender == "www@example.com"
    with unit_of_work():
        world.helpdesk.trust_reply_to = True
    second = road.ticket(letter(**form))
    assert first.requester_id != second.requester_id
    assert messages()[1].sender == "bo@example.com"


def test_a_mail_without_from_comes_from_its_envelope(road: Road) -> None:
    road.take(letter(""), envelope_from="bo@example.com")
    assert messages()[0].sender == "bo@example.com"


def test_a_mail_from_nobody_is_filed_quietly(road: Road) -> None:
    row = road.take(letter(""))
    assert row.state == InboundState.QUIETLY.value
    assert messages()[0].sender == "unknown@sender.invalid"
    assert outbox() == []


@pytest.mark.parametrize(
    ("subject", "becomes"),
    [
        ("Re: Sv: VB: Fwd: AW: The printer", "The printer"),
        ("RE[2]: The printer", "The printer"),
        ("The printer [#99]", "The printer"),
        ("", "(no subject)"),
        ("Re:", "(no subject)"),
        ("Regarding: the printer", "Regarding: the printer"),
        ("=?utf-8?q?Sk=C3=A4rmen?=", "Skärmen"),
    ],
)
def test_a_subject_loses_what_mail_programs_added(road: Road, subject: str, becomes: str) -> None:
    raw = letter(subject="PLACE").replace(b"PLACE", subject.encode())
    assert road.ticket(raw).subject == becomes


def test_attachments_are_kept_by_their_contents(road: Road) -> None:
    row = road.take(letter(files={"log.txt": b"one", "copy.txt": b"one", "å.bin": b"two"}))
    (message,) = conversation(ticket_of(row), internal=True)
    assert [file.filename for file in message.attachments] == ["log.txt", "copy.txt", "å.bin"]
    assert [storage().read(file.sha256) for file in message.attachments] == [b"one", b"one", b"two"]


def test_html_is_sanitised_before_it_is_filed(road: Road) -> None:
    row = road.take(letter(html="<p onclick='x()'>Dead</p><script>alert(1)</script>"))
    html = message_of(row).html
    assert html is not None
    assert "Dead" in html
    assert "script" not in html
    assert "onclick" not in html


@pytest.mark.parametrize(
    ("text", "mailbox", "language"),
    [
        ("Hej, jag kan inte logga in på datorn sedan i går.", "helpdesk", "sv"),
        ("Hello, I can not log in to the computer since yesterday.", "orders", "en"),
        ("404", "orders", "sv"),
        ("404", "helpdesk", "en"),
    ],
)
def test_a_ticket_speaks_the_language_of_its_mail_else_of_its_mailbox(
    road: Road, text: str, mailbox: str, language: str
) -> None:
    raw = letter(text=text, to=f"{mailbox}@example.org")
    assert road.ticket(raw, mailbox=mailbox).language == language


def test_a_person_who_chose_a_language_is_asked_no_more(road: Road, world: World) -> None:
    with unit_of_work():
        world.eva.language = "en"
    assert road.ticket(letter(text="Hej, jag kan inte logga in på datorn.")).language == "en"


def test_a_rule_places_the_ticket_and_the_trace_names_it(road: Road, world: World) -> None:
    with unit_of_work() as session:
        session.add(
            RoutingRule(
                name="Pumps", header="X-Pump: dry", queue_id=world.technical_queue_id, priority=1
            )
        )
    row = road.take(letter(X_Pump="it is dry"))
    assert (ticket_of(row).queue_id, ticket_of(row).priority) == (world.technical_queue_id, 1)
    assert "placed by the rule “Pumps”" in in_words(row)


def test_a_rule_sees_to_whom_the_server_says_it_was_sent(road: Road, world: World) -> None:
    with unit_of_work() as session:
        session.add(
            RoutingRule(name="VPN", recipient="vpn@example.org", queue_id=world.technical_queue_id)
        )
    row = road.take(letter(), envelope_to="VPN@example.org")
    assert ticket_of(row).queue_id == world.technical_queue_id


def test_monitoring_is_filed_quietly(road: Road) -> None:
    row = road.take(letter("monitor@example.com", Auto_Submitted="auto-generated"))
    assert row.state == InboundState.QUIETLY.value
    assert row.reason == "A machine sent it"
    assert "A machine sent it (Auto-Submitted: auto-generated)" in in_words(row)
    assert len(tickets()) == 1
    assert outbox() == []


def test_an_agents_new_mail_is_a_ticket_with_a_badge(road: Road, world: World) -> None:
    row = road.take(letter("agnes@example.org"))
    assert ticket_of(row).requester_id == world.agnes_id
    assert not message_of(row).verified


def test_a_mail_to_the_null_sender_gets_a_ticket_but_no_acknowledgement(road: Road) -> None:
    row = road.take(letter(), envelope_from="")
    assert (row.state, row.reason) == (InboundState.FILED.value, "Its envelope has no sender")
    assert outbox() == []


def test_the_cap_on_acknowledgements_is_counted_by_the_hour(road: Road) -> None:
    for number in range(7):
        road.take(letter(subject=f"Number {number}"))
    assert len(tickets()) == 7
    assert outbox() == [("received", "eva@example.com")] * 5
    with clock.stopped_at(clock.now() + timedelta(minutes=61)):
        road.take(letter(subject="An hour later"))
    assert len(outbox()) == 6


def test_our_own_mail_is_set_aside_and_makes_nothing(road: Road) -> None:
    row = road.take(letter("orders@example.org"))
    assert (row.state, row.reason) == (InboundState.SET_ASIDE.value, "Our own mail came back")
    assert row.ticket_id is None
    assert (tickets(), outbox()) == ([], [])


def test_mail_that_no_database_could_store_is_filed_all_the_same(road: Road) -> None:
    raw = letter(subject="S", text="PLACE").replace(b"PLACE", b"a\x00b \xed\xa0\x80 c")
    row = road.take(raw.replace(b"Subject: S", b"Subject: a\x00b"))
    assert row.state == InboundState.FILED.value
    assert "\x00" not in message_of(row).text


def test_a_mail_of_nothing_is_filed(road: Road) -> None:
    row = road.take(b"")
    assert row.state == InboundState.QUIETLY.value
    assert ticket_of(row).subject == "(no subject)"


def test_a_swedish_mail_from_outlook_is_filed_whole(road: Road) -> None:
    row = road.take(from_file("outlook-swedish"))
    assert ticket_of(row).subject == "Går inte att skriva ut från ekonomisystemet"
    assert ticket_of(row).language == "sv"
    assert [person.email for person in watchers_of(ticket_of(row))] == ["bo.berg@example.com"]
    assert "Felmeddelandet är" in message_of(row).text


def test_a_batch_takes_no_more_than_its_limit(road: Road, world: World) -> None:
    for number in range(3):
        road.keep(letter(subject=f"Number {number}"))
    assert file_waiting(road.settings, limit=2) == 2
    assert file_waiting(road.settings, limit=2) == 1
    assert file_waiting(road.settings, limit=2) == 0


def test_a_mailbox_that_was_switched_off_still_files_what_it_took(road: Road, world: World) -> None:
    inbound_id = road.keep(letter())
    with unit_of_work():
        db.session.scalars(select(Mailbox).where(Mailbox.name == "helpdesk")).one().active = False
    road.file()
    assert mail_row(inbound_id).state == InboundState.FILED.value
