"""Suppliers: their words come back to their own conversation, and never to the requester."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from email.message import EmailMessage
from email.utils import parseaddr

import pytest

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.domain.accounts.actions import know
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.correspondence.tokens import Audience, reply_address
from helpdesk.domain.replies.queries import drafts_of
from helpdesk.domain.replies.taking_back import take_back
from helpdesk.domain.tickets.actions import (
    Words,
    assign,
    begin_conversation,
    reply,
    write_to_supplier,
)
from helpdesk.domain.tickets.models import Conversation, Message, Ticket
from helpdesk.domain.tickets.queries import conversation, history, ticket_to_change, watchers_of
from helpdesk.domain.tickets.queries.following import message_of as message_outside
from helpdesk.domain.tickets.queries.reading import message_for
from helpdesk.domain.tickets.search.filters import Asking
from helpdesk.domain.tickets.search.finding import search
from helpdesk.mail.deliver import deliver_due
from tests.mail.letters import (
    Road,
    from_file,
    in_words,
    letter,
    message_of,
    messages,
    outbox,
    sent_to,
    ticket_of,
    tickets,
)
from tests.mail.outbox import captured, text_of
from tests.world import World

SARA = "sara@cables.example"
SECRET = "The zebra costs 900 kronor."
ASKED = "When can you come to the cellar?"


@dataclass
class Stage:
    """A ticket of Eva's that Agnes works on, and what she asked Sara, who delivers cables."""

    road: Road
    world: World
    number: int
    asked: EmailMessage

    @property
    def ticket(self) -> Ticket:
        """As it is now."""
        db.session.expire_all()
        return db.session.get_one(Ticket, self.number)

    @property
    def theirs(self) -> list[Message]:
        """What stands in the supplier's conversation."""
        return [each for each in messages() if each.conversation_id is not None]

    def read_by_eva(self) -> str:
        """All that the requester's page shows."""
        return "\n".join(each.text for each in conversation(self.ticket, internal=False))

    def answer(self, sender: str = f"Sara Sund <{SARA}>", text: str = SECRET, **how: str) -> bytes:
        """Words to the signed address that Sara was given, in her thread."""
        how = {"In_Reply_To": str(self.asked["Message-ID"])} | how
        return letter(sender, "SV: Cables", text, **({"to": str(self.asked["Reply-To"])} | how))


def mails_to(stage: Road, address: str) -> list[EmailMessage]:
    """What has left to an address, by the outbox and the capture."""
    while deliver_due(stage.settings):
        pass
    db.session.expire_all()
    rows = db.session.scalars(
        db.select(OutboundMail).where(OutboundMail.to_address == address).order_by(OutboundMail.id)
    )
    return [captured(row) for row in rows]


def found_by(person: Person) -> list[int]:
    """The numbers of the tickets that a person finds by the supplier's words."""
    asking = Asking(person, clock.now(), UTC)
    return [ticket.number for ticket in search("zebra", asking).tickets]


def ask(number: int, world: World, text: str = ASKED, *, to: str = SARA) -> int:
    """Agnes asks a supplier; the message's id."""
    with unit_of_work():
        now = clock.now()
        ticket = ticket_to_change(world.agnes, number)
        begun = begin_conversation(
            ticket,
            subject="Cables",
            people=[know(to, name="Sara Sund", now=now)],
            by=world.agnes,
            now=now,
        )
        return write_to_supplier(
            ticket, Words(text), conversation=begun, then="supplier", by=world.agnes, now=now
        ).id


@pytest.fixture
def stage(road: Road, world: World) -> Stage:
    number = road.ticket(letter(text="My door squeaks like an otter.")).number
    with unit_of_work():
        ticket = ticket_to_change(world.agnes, number)
        assign(ticket, to=world.agnes, by=world.agnes, now=clock.now())
    ask(number, world)
    (asked,) = mails_to(road, SARA)
    return Stage(road, world, number, asked)


def test_what_a_supplier_gets_says_nothing_of_the_requester_or_the_ticket(stage: Stage) -> None:
    mail = stage.asked
    assert mail["Subject"] == f"Cables [#{stage.number}]"
    assert parseaddr(mail["To"])[1] == SARA
    raw = mail.as_string()
    text = text_of(mail)
    assert ASKED in text
    for word in ("Eva", "eva@example.com", "printer", "otter", "/follow/", "/desk/"):
        assert word not in raw + text, word
    # Its thread is its own: nothing names the requester's mails.
    assert (mail["References"], mail["In-Reply-To"]) == (None, None)
    assert "Auto-Submitted" not in mail
    assert stage.ticket.state == "supplier"
    assert outbox()[-1] == ("asked-of-you", SARA)


def test_an_answer_comes_back_and_tells_the_agent_and_never_the_requester(stage: Stage) -> None:
    before = [each for each in outbox() if each[1] == "eva@example.com"]
    row = stage.road.take(stage.answer(text=f"{SECRET}\n\nOn Tue Agnes wrote:\n> {ASKED}\n"))
    message = message_of(row)
    assert (message.kind, message.direction, message.verified) == ("supplier", "in", True)
    assert message.conversation_id is not None
    assert message.newest == SECRET
    assert stage.ticket.state == "open"
    assert outbox()[-1] == ("supplier-answered", "agnes@example.org")
    assert [each for each in outbox() if each[1] == "eva@example.com"] == before
    assert list(watchers_of(stage.ticket)) == []
    sara = db.session.get_one(Person, message.author_id)
    assert [ticket.number for ticket in tickets()] == [stage.number]

    # No page, no search and no link of the requester's leads there.
    assert "otter" in stage.read_by_eva()
    assert "zebra" not in stage.read_by_eva()
    for reader in (stage.world.eva, sara):
        with pytest.raises(NotFound):
            message_for(reader, message.id)
        assert found_by(reader) == []
    with pytest.raises(NotFound):
        message_outside(stage.world.eva, stage.ticket, message.id)
    assert found_by(stage.world.agnes) == [stage.number]

    # Nor does any mail to the requester's side repeat or name it.
    with unit_of_work():
        ticket = ticket_to_change(stage.world.agnes, stage.number)
        reply(ticket, Words("It will be mended."), by=stage.world.agnes, now=clock.now())
    mail = mails_to(stage.road, "eva@example.com")[-1]
    for word in ("zebra", "Sara", "cables.example", "Cables"):
        assert word not in mail.as_string() + text_of(mail)
    # And what the supplier gets next has the supplier's own thread, without the requester's words.
    with unit_of_work():
        ticket = ticket_to_change(stage.world.agnes, stage.number)
        about = db.session.get_one(Conversation, message.conversation_id)
        write_to_supplier(
            ticket, Words("Thank you."), conversation=about, by=stage.world.agnes, now=clock.now()
        )
    mail = mails_to(stage.road, SARA)[-1]
    said = text_of(mail)
    assert [word in said for word in (SECRET, ASKED, "otter", "mended")] == [
        True,
        True,
        False,
        False,
    ]
    assert str(stage.asked["Message-ID"]) in mail["References"]
    assert mail["In-Reply-To"] == f"<{row.rfc_message_id}>"


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("sender", "way", "verified"),
    [
        (SARA, "address", True),
        (SARA, "our id", True),
        ("per@cables.example", "our id", False),
        ("per@cables.example", "address", False),
        ("tickets@elsewhere.example", "address", False),
    ],
)
def test_a_valid_mark_leads_into_the_conversation_whoever_holds_it(
    stage: Stage, sender: str, way: str, verified: bool
) -> None:
    how = {} if way == "address" else {"to": "helpdesk@example.org"}
    if way == "address":
        how["In_Reply_To"] = ""
    message = message_of(stage.road.take(stage.answer(sender, **how)))
    assert (message.kind, message.verified) == ("supplier", verified)
    assert outbox()[-1] == ("supplier-answered", "agnes@example.org")
    assert "zebra" not in stage.read_by_eva()
    assert list(watchers_of(stage.ticket)) == []


@pytest.mark.one_database
def test_a_supplier_who_goes_on_from_a_mail_of_theirs_is_in_the_same_conversation(
    stage: Stage,
) -> None:
    stage.road.take(stage.answer(Message_ID="<first@cables.example>"))
    again = letter(SARA, "SV: Cables", "One more thing", In_Reply_To="<first@cables.example>")
    message = message_of(stage.road.take(again))
    assert (message.kind, message.verified) == ("supplier", True)


@pytest.mark.one_database
def test_a_number_in_the_subject_alone_makes_a_ticket_of_its_own(stage: Stage) -> None:
    row = stage.road.take(letter(SARA, f"About [#{stage.number}]", SECRET))
    assert ticket_of(row).number != stage.number
    assert outbox()[-1] == ("received", SARA)


@pytest.mark.one_database
def test_a_supplier_in_the_requesters_name_reaches_nobody_but_agents(stage: Stage) -> None:
    # By the supplier's address, by its Message-ID, and by an id that only the supplier had.
    stage.road.take(stage.answer(Message_ID="<first@cables.example>"))
    forged = [
        stage.answer("Eva Ek <eva@example.com>", "Pay the ferret."),
        stage.answer("eva@example.com", "Pay the ferret.", to="helpdesk@example.org"),
        letter(text="Pay the ferret.", In_Reply_To="<first@cables.example>"),
    ]
    for raw in forged:
        message = message_of(stage.road.take(raw))
        assert (message.kind, message.verified) == ("note", False)
    assert "ferret" not in stage.read_by_eva()
    assert outbox()[-1] == ("note-written", "agnes@example.org")
    with unit_of_work():
        ticket = ticket_to_change(stage.world.agnes, stage.number)
        about = db.session.get_one(Conversation, stage.theirs[0].conversation_id)
        write_to_supplier(
            ticket, Words("Well?"), conversation=about, by=stage.world.agnes, now=clock.now()
        )
    assert "ferret" not in text_of(mails_to(stage.road, SARA)[-1])


@pytest.mark.one_database
def test_a_supplier_with_the_requesters_mark_speaks_in_the_suppliers_conversation(
    stage: Stage,
) -> None:
    marks = [
        reply_address("helpdesk@example.org", stage.number, audience, person_id)
        for audience, person_id in (
            (Audience.REQUESTER, stage.world.eva_id),
            (Audience.INTERNAL, stage.world.agnes_id),
        )
    ]
    for to in marks:
        for sender in (SARA, "per@cables.example"):
            message = message_of(stage.road.take(letter(sender, "Re: Printer", SECRET, to=to)))
            assert (message.kind, message.verified) == ("supplier", False)
    assert "zebra" not in stage.read_by_eva()
    # A stranger whom an internal mail was forwarded to is nobody's requester either.
    message = message_of(stage.road.take(letter("dan@example.net", text=SECRET, to=marks[1])))
    assert (message.kind, message.verified) == ("note", False)
    # What was put in the supplier's mouth is not carried to the supplier.
    with unit_of_work():
        ticket = ticket_to_change(stage.world.agnes, stage.number)
        about = db.session.get_one(Conversation, stage.theirs[0].conversation_id)
        write_to_supplier(
            ticket, Words("Well?"), conversation=about, by=stage.world.agnes, now=clock.now()
        )
    assert "zebra" not in text_of(mails_to(stage.road, SARA)[-1])


@pytest.mark.one_database
def test_answering_all_makes_nobody_a_follower_on_either_side(stage: Stage) -> None:
    message = message_of(stage.road.take(stage.answer(Cc="Eva Ek <eva@example.com>")))
    assert message.kind == "supplier"
    # Eva answers all of it, and so does she with the supplier in copy of her own thread.
    raw = stage.answer("Eva Ek <eva@example.com>", "Who is this?", Cc=SARA)
    assert message_of(stage.road.take(raw)).kind == "note"
    to = reply_address("helpdesk@example.org", stage.number, Audience.REQUESTER, stage.world.eva_id)
    own = message_of(
        stage.road.take(letter(text="I cc them.", to=to, Cc=f"{SARA}, nils@example.com"))
    )
    assert (own.kind, own.direction) == ("message", "in")
    assert [person.email for person in watchers_of(stage.ticket)] == ["nils@example.com"]
    assert len(mails_to(stage.road, SARA)) == 1


@pytest.mark.one_database
def test_an_agent_answers_the_supplier_from_mail_and_a_plain_answer_is_a_note(
    stage: Stage,
) -> None:
    stage.road.take(stage.answer())
    told = mails_to(stage.road, "agnes@example.org")[-1]
    assert SECRET in text_of(told)
    assert str(told["Subject"]).startswith("Sara Sund")
    offered = next(line for line in text_of(told).splitlines() if line.startswith("helpdesk+"))
    assert "/follow/" not in told.as_string()

    plain = letter("agnes@example.org", text="Too dear.", to=str(told["Reply-To"]))
    assert message_of(stage.road.take(plain)).kind == "note"
    for sender in ("oskar@example.org", "mallory@example.net", "eva@example.com"):
        raw = letter(sender, text="Buy two.", to=offered)
        row = stage.road.take(raw)
        assert message_of(row).kind == ("supplier" if "mallory" in sender else "note"), in_words(
            row
        )
    assert len(mails_to(stage.road, SARA)) == 1

    text = f"Buy one.\n\nOn Tue IT helpdesk <{offered}> wrote:\n> An internal mail\n> {SECRET}\n"
    message = message_of(stage.road.take(letter("agnes@example.org", text=text, to=offered)))
    assert (message.kind, message.direction) == ("supplier", "out")
    mail = mails_to(stage.road, SARA)[-1]
    assert ["Buy one." in text_of(mail), "internal mail" in text_of(mail)] == [True, False]
    assert "Buy one." not in stage.read_by_eva()


@pytest.mark.one_database
def test_an_absence_notice_of_a_supplier_is_noted_and_wakes_nothing(stage: Stage) -> None:
    row = stage.road.take(
        stage.answer(text="I am away until Monday.", Auto_Submitted="auto-replied")
    )
    assert row.message_id is None
    assert stage.ticket.state == "supplier"
    assert history(stage.ticket)[-1].kind == "absence notice"
    assert "away" not in stage.read_by_eva()


@pytest.mark.one_database
def test_a_mail_to_a_supplier_that_comes_back_shows_on_the_ticket(stage: Stage) -> None:
    sent = sent_to(SARA, "asked-of-you")
    row = stage.road.take(
        from_file("postfix-bounce", recipient=SARA, message_id=sent.rfc_message_id),
        envelope_from="",
    )
    assert row.outbound_id == sent.id, in_words(row)
    assert sent_to(SARA, "asked-of-you").state == "bounced"
    assert history(stage.ticket)[-1].kind == "mail bounced"


@pytest.mark.one_database
def test_what_was_written_to_a_supplier_can_be_taken_back_for_a_while(
    stage: Stage, world: World
) -> None:
    with unit_of_work():
        ticket = ticket_to_change(world.agnes, stage.number)
        about = db.session.get_one(Conversation, stage.theirs[0].conversation_id)
        message = write_to_supplier(
            ticket,
            Words("Oops"),
            conversation=about,
            hold=timedelta(seconds=10),
            by=world.agnes,
            now=clock.now(),
        )
        message_id = message.id
    with unit_of_work():
        ticket = ticket_to_change(world.agnes, stage.number)
        take_back(ticket, message_for(world.agnes, message_id), by=world.agnes, now=clock.now())
    assert drafts_of(world.agnes, stage.ticket)[f"s{about.id}"].words == "Oops"
    assert stage.ticket.state == "supplier"
    assert sent_to(SARA, "asked-of-you").state == "cancelled"


@pytest.mark.one_database
def test_who_reads_the_ticket_anyway_is_no_supplier(stage: Stage, world: World) -> None:
    for address in ("eva@example.com", "oskar@example.org"):
        with pytest.raises(Invalid):
            ask(stage.number, world, to=address)
