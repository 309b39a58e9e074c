"""Reads what the mails of the outbox will say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from helpdesk.core.db import db
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.queries import people_by_ids
from helpdesk.domain.configuration.appearance import Look, look
from helpdesk.domain.correspondence.bouncing import NOT_REACHED, suppressed_among
from helpdesk.domain.correspondence.models import (
    BouncingAddress,
    DeliveryState,
    Mailbox,
    OutboundMail,
)
from helpdesk.domain.correspondence.queries import (
    mailboxes,
    our_addresses,
    outbound_mails,
)
from helpdesk.domain.correspondence.tokens import Audience, without_tag
from helpdesk.domain.notifications.letters.threads import (
    OLDER_MESSAGES,
    Place,
    places,
    said_before,
)
from helpdesk.domain.notifications.letters.values import (
    Letter,
    NotReached,
    Party,
    Said,
    Topic,
    Undeliverable,
    enclosures_of,
    party_of,
)
from helpdesk.domain.notifications.queries import usable_words
from helpdesk.domain.notifications.table import KINDS, Submitted
from helpdesk.domain.replies.rules import is_signed
from helpdesk.domain.tickets.actions.opening import NO_SUBJECT
from helpdesk.domain.tickets.models import (
    Conversation,
    Direction,
    Message,
    MessageKind,
    Ticket,
    TicketEvent,
)

# The acknowledgement repeats nothing of what came in: with it, anybody could have us mail
# words of theirs to a stranger. The other two are not about words.
_ABOUT_NO_TICKET = frozenset(
    {
        *("sign-in-help", "sign-in-link", "it-works-again"),
        *("mailbox-alarm", "mailbox-works-again", "handed-over-to-you"),
    }
)
_WITHOUT_WORDS = _ABOUT_NO_TICKET | {"received", "new-link"}


@dataclass
class _Read:
    """What the letters of one batch share, read once for all of them."""

    mails: Sequence[OutboundMail]
    mailboxes: Sequence[Mailbox]
    ours: frozenset[str]
    people: dict[int, Person] = field(default_factory=dict)
    tickets: dict[int, Ticket] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    conversations: dict[int, Conversation] = field(default_factory=dict)
    first_subjects: dict[int, str] = field(default_factory=dict)
    addressed: dict[tuple[str, str], list[OutboundMail]] = field(default_factory=dict)
    suppressed: dict[str, BouncingAddress] = field(default_factory=dict)
    places: dict[int, Place] = field(default_factory=dict)
    said: dict[int, list[tuple[int, Said]]] = field(default_factory=dict)
    own_words: dict[str, dict[str, Mapping[str, str]]] = field(default_factory=dict)
    look: Look = field(default_factory=Look)


def letters(outbound_ids: Sequence[int]) -> list[Letter | Undeliverable]:
    """What the mails with these ids will say, in order; one that cannot be written says why."""
    read = _read(outbound_ids)
    return [_letter(mail, read) for mail in read.mails]


def _read(outbound_ids: Sequence[int]) -> _Read:
    mails = outbound_mails(outbound_ids)
    boxes = mailboxes()
    ours = our_addresses()
    occasions = {mail.occasion for mail in mails}
    companions = db.session.scalars(
        select(OutboundMail)
        .where(
            OutboundMail.occasion.in_(occasions),
            OutboundMail.state != DeliveryState.CANCELLED.value,
        )
        .order_by(OutboundMail.id)
    ).all()
    read = _Read(mails, boxes, ours)
    read.suppressed = suppressed_among(mail.to_address for mail in mails)
    for mail in companions:
        read.addressed.setdefault((mail.occasion, mail.notification), []).append(mail)
    ticket_ids = {mail.ticket_id for mail in mails if mail.ticket_id}
    read.tickets = {
        ticket.id: ticket
        for ticket in db.session.scalars(select(Ticket).where(Ticket.id.in_(ticket_ids)))
    }
    read.messages = {
        message.id: message
        for message in db.session.scalars(
            select(Message)
            .where(Message.id.in_({mail.message_id for mail in mails if mail.message_id}))
            .options(selectinload(Message.attachments))
        )
    }
    about = {each.conversation_id for each in read.messages.values() if each.conversation_id}
    if about:
        read.conversations = {
            each.id: each
            for each in db.session.scalars(select(Conversation).where(Conversation.id.in_(about)))
        }
    people = {mail.person_id for mail in companions}
    people |= {mail.facts.get("by") for mail in mails}
    people |= {ticket.requester_id for ticket in read.tickets.values()}
    read.people = people_by_ids(people)
    renamed = db.session.execute(
        select(TicketEvent.ticket_id, TicketEvent.facts)
        .where(TicketEvent.ticket_id.in_(ticket_ids), TicketEvent.kind == "renamed")
        .order_by(TicketEvent.id.desc())
    )
    # Newest first, so that the first name of all is what stays.
    read.first_subjects = {
        ticket_id: facts["from"] for ticket_id, facts in renamed if facts["from"] != NO_SUBJECT
    }
    read.own_words = usable_words(mail.notification for mail in mails)
    read.look = look()
    read.places = places(mails)
    read.said = said_before(mail for mail in mails if mail.notification not in _WITHOUT_WORDS)
    return read


def _letter(mail: OutboundMail, read: _Read) -> Letter | Undeliverable:
    person = read.people.get(mail.person_id or 0)
    ticket = read.tickets.get(mail.ticket_id or 0)
    if person is None or not person.active:
        return Undeliverable(mail.id, N_("The person is no longer active."), for_good=True)
    if mail.to_address in read.ours or without_tag(mail.to_address) in read.ours:
        return Undeliverable(
            mail.id, N_("This is an address of ours: the mail would come back."), for_good=True
        )
    if (bouncing := read.suppressed.get(mail.to_address.lower())) is not None:
        return _not_reached(mail, bouncing)
    if ticket is None and mail.notification not in _ABOUT_NO_TICKET:
        return Undeliverable(mail.id, N_("The ticket is gone."), for_good=True)
    mailbox = _mailbox(mail, read)
    if mailbox is None:
        return Undeliverable(
            mail.id, N_("No mailbox is active that could send it."), for_good=False
        )
    to_header, cc_header = _addressed(mail, person, ticket, read)
    shown = None if mail.notification in _WITHOUT_WORDS else _words(mail, ticket, read)
    own = read.messages.get(mail.message_id or 0)
    conversation = read.conversations.get(own.conversation_id or 0) if own is not None else None
    if (KINDS[mail.notification].audience is Audience.SUPPLIER) > (conversation is not None):
        return Undeliverable(mail.id, N_("The conversation is gone."), for_good=True)
    if own is not None and own.kind == MessageKind.WITHDRAWN.value:
        return Undeliverable(mail.id, N_("The reply was taken back before it left."), for_good=True)
    place = read.places.get(mail.id, Place())
    return Letter(
        outbound_id=mail.id,
        notification=mail.notification,
        kind=KINDS[mail.notification],
        language=mail.language,
        time_zone=person.time_zone,
        rfc_message_id=mail.rfc_message_id,
        written_at=mail.created_at,
        attempts=mail.attempts,
        mailbox=Party(mailbox.display_name or mailbox.name, mailbox.address),
        plus_addressing=mailbox.plus_addressing,
        to=Party(person.name, mail.to_address),
        person_id=person.id,
        by=party_of(read.people.get(mail.facts.get("by") or 0)),
        to_header=to_header,
        cc_header=cc_header,
        topic=_topic(mail, ticket, conversation, read) if ticket is not None else None,
        conversation_id=conversation.id if conversation is not None else 0,
        to_requester=ticket is not None and ticket.requester_id == person.id,
        words=shown.newest if shown else "",
        signature=_signature(mail, shown, read),
        came_by_mail=own is not None and own.channel == "mail",
        enclosures=enclosures_of(shown),
        older=_older(mail, shown, read),
        in_reply_to=place.in_reply_to,
        references=place.references,
        link=str(mail.facts.get("link", "")),
        facts=mail.facts if mail.notification in _ABOUT_NO_TICKET else {},
        own_words=read.own_words.get(mail.notification, {}),
        look=read.look,
    )


def _not_reached(mail: OutboundMail, bouncing: BouncingAddress) -> Undeliverable:
    since = bouncing.suppressed_since or bouncing.last_at
    known = NotReached(mail.to_address, since, bouncing.last_words, mail.ticket_id)
    return Undeliverable(mail.id, NOT_REACHED, for_good=True, not_reached=known)


def _mailbox(mail: OutboundMail, read: _Read) -> Mailbox | None:
    active = [mailbox for mailbox in read.mailboxes if mailbox.active]
    own = (mailbox for mailbox in active if mailbox.id == mail.mailbox_id)
    return next(own, active[0] if active else None)


def _topic(
    mail: OutboundMail, ticket: Ticket, conversation: Conversation | None, read: _Read
) -> Topic:
    if KINDS[mail.notification].audience is Audience.SUPPLIER and conversation is not None:
        # The ticket's subject is the requester's words, and who that is concerns no supplier.
        return Topic(
            number=ticket.number,
            subject=conversation.subject,
            stem=conversation.subject,
            requester=Party("", ""),
            standing="",
            priority=0,
        )
    requester = read.people[ticket.requester_id]
    return Topic(
        number=ticket.number,
        subject=ticket.subject,
        stem=read.first_subjects.get(ticket.id, ticket.subject),
        requester=Party(requester.name, requester.email),
        standing=ticket.standing,
        priority=ticket.priority,
    )


def _addressed(
    mail: OutboundMail, person: Person, ticket: Ticket | None, read: _Read
) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
    """Who stands in To and who in Cc: all who get the same words, so that everybody knows it."""
    to = (Party(person.name, mail.to_address),)
    if ticket is None or KINDS[mail.notification].audience is Audience.INTERNAL:
        return to, ()
    first: list[Party] = []
    others: list[Party] = []
    for other in read.addressed.get((mail.occasion, mail.notification), ()):
        who = read.people.get(other.person_id or 0)
        if who is None or not who.active or other.to_address in read.ours:
            continue
        place = first if who.id == ticket.requester_id else others
        place.append(Party(who.name, other.to_address))
    if first:
        return tuple(first), tuple(others)
    return to, tuple(party for party in others if party != to[0])


def _words(mail: OutboundMail, ticket: Ticket | None, read: _Read) -> Message | None:
    """The words that the mail carries: its own message, or what the ticket's side said last."""
    if mail.message_id is not None:
        return read.messages.get(mail.message_id)
    if mail.notification != "assigned-to-you" or ticket is None:
        return None
    return db.session.scalar(
        select(Message)
        .where(
            Message.ticket_id == ticket.id,
            Message.kind == MessageKind.MESSAGE.value,
            Message.direction == Direction.IN.value,
        )
        .options(selectinload(Message.attachments))
        .order_by(Message.id.desc())
        .limit(1)
    )


def _signature(mail: OutboundMail, shown: Message | None, read: _Read) -> str:
    author = read.people.get(mail.facts.get("by") or 0)
    written = KINDS[mail.notification].submitted is Submitted.BY_A_PERSON
    if shown is None or author is None or not written or is_signed(shown.text, author.signature):
        return ""
    return author.signature.strip()


def _older(mail: OutboundMail, shown: Message | None, read: _Read) -> tuple[Said, ...]:
    carried = shown.id if shown is not None else None
    before = [said for message_id, said in read.said.get(mail.id, ()) if message_id != carried]
    return tuple(before[:OLDER_MESSAGES])
