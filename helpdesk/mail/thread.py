"""Finds the ticket that a mail belongs to, by the strength of the evidence."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, replace

from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.accounts.queries import person_by_id
from helpdesk.domain.correspondence.ids import tickets_by_rfc_ids
from helpdesk.domain.correspondence.models import IdSource
from helpdesk.domain.correspondence.queries import outbound_by_rfc_id
from helpdesk.domain.correspondence.tokens import (
    Audience,
    Mark,
    read_message_id,
    read_reply_address,
)
from helpdesk.domain.tickets.models import Conversation, Ticket
from helpdesk.domain.tickets.queries import ticket_by_number, ticket_going_on, watches
from helpdesk.domain.tickets.queries.merged import split_from
from helpdesk.domain.tickets.queries.suppliers import conversation_by_id
from helpdesk.mail.subjects import number_in
from helpdesk.mail.values import ParsedMail

# What is said there reaches fewer people the further in front it stands.
_SILENT_FIRST = (Audience.INTERNAL, Audience.SUPPLIER, Audience.REQUESTER)

# A thread of more mails than this is found by its newest ones.
MOST_REFERENCES = 50


class Evidence(enum.StrEnum):
    """What ties a mail to a ticket, strongest first; the first two cannot be guessed."""

    BY_HAND = "by hand"
    REPLY_ADDRESS = "reply address"
    OUR_MESSAGE_ID = "our Message-ID"
    KNOWN_MESSAGE_ID = "known Message-ID"
    SUBJECT_NUMBER = "number in the subject"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a mail belongs. `joins`: it goes on the ticket; otherwise it may only be about it.

    `mark` is what a signed mark proved: for whom it was made, and whether it is internal.
    """

    ticket: Ticket | None
    evidence: Evidence
    words: str
    joins: bool = False
    mark: Mark | None = None
    # That of a supplier, when it is there that the mail belongs.
    conversation: Conversation | None = None

    @property
    def ticket_number(self) -> int | None:
        """The number of the ticket that the evidence speaks of."""
        return self.ticket.number if self.ticket is not None else None

    @property
    def may_follow(self) -> bool:
        """A stranger's mail with a sign that anybody can copy: an agent decides."""
        return self.ticket is not None and not self.joins


NO_THREAD = Thread(None, Evidence.NONE, N_("Nothing ties it to an earlier ticket"))


def thread_of(mail: ParsedMail, recipients: Iterable[str], sender: Person | None) -> Thread:
    """The ticket that a mail belongs to, locked; `sender` is None for somebody we do not know yet.

    Where signs disagree, the strongest wins; among Message-IDs the newest, and those that are
    named in References only because a known mail named them come last. Of a ticket that was
    merged, the one where it goes on; and where the words that are answered were split off from a
    ticket, the one where they stand now.
    """
    return (
        _by_reply_address(mail, recipients, sender)
        or _by_our_message_id(mail, sender)
        or _by_known_message_id(mail, sender)
        or _by_subject(mail, sender)
        or NO_THREAD
    )


def references_of(mail: ParsedMail) -> tuple[str, ...]:
    """The Message-IDs that a mail says it follows, newest first, each once."""
    named = (mail.in_reply_to, *reversed(mail.references))
    return tuple(dict.fromkeys(each for each in named if each))[:MOST_REFERENCES]


def names_of(mail: ParsedMail) -> tuple[str, ...]:
    """All Message-IDs by which a mail may be known to belong to a ticket, each once."""
    own = (mail.message_id,) if mail.message_id else ()
    return tuple(dict.fromkeys((*references_of(mail), *own)))


def takes_part(person: Person | None, ticket: Ticket) -> bool:
    """Whether somebody is on a ticket's side of the desk or of ours: requester, watcher, agent."""
    if person is None:
        return False
    if person.id == ticket.requester_id or may(person, Action.WORK_ON_TICKETS):
        return True
    return person.active and watches(person, ticket)


def _takes_part_there(person: Person | None, number: int, ticket: Ticket) -> bool:
    """Whether somebody takes part in ticket #number, or in the one that it goes on in."""
    if takes_part(person, ticket):
        return True
    named = ticket_by_number(number) if number != ticket.id else None
    return named is not None and takes_part(person, named)


def _marked(number: int, mail: ParsedMail, sender: Person | None) -> Ticket | None:
    """The ticket that a mark of ours leads to now, locked.

    A mark names the ticket that its mail was about when it left. Whose words stand on another
    ticket now is answered there, by those who take part in it.
    """
    numbers = {
        name: (of, source)
        for name, of, source, _conversation in tickets_by_rfc_ids(references_of(mail))
        if source is not IdSource.REFERENCED
    }
    for name in references_of(mail):
        of, _source = numbers.get(name, (None, None))
        if of is None:
            continue
        if of != number and split_from(of, number):
            ticket = ticket_going_on(of, lock=True)
            if ticket is not None and takes_part(sender, ticket):
                return ticket
        break
    return ticket_going_on(number, lock=True)


def _by_reply_address(
    mail: ParsedMail, recipients: Iterable[str], sender: Person | None
) -> Thread | None:
    marks = [mark for address in recipients if (mark := read_reply_address(address))]
    # Who writes to several addresses of a ticket is taken to mean the one that tells nobody
    # outside, and before the requester those who are told least.
    marks.sort(key=lambda mark: _SILENT_FIRST.index(mark.audience))
    for mark in marks:
        ticket, conversation = _place_of(mark, mail, sender)
        if ticket is not None and not _is_void(mark.person_id):
            return Thread(
                ticket,
                Evidence.REPLY_ADDRESS,
                N_("Sent to the signed reply address of ticket #%(ticket)s"),
                joins=True,
                mark=mark,
                conversation=conversation,
            )
    return None


def _is_void(person_id: int) -> bool:
    """Whether a mark was made for somebody who has been kept out since: it opens nothing more."""
    person = person_by_id(person_id) if person_id else None
    return person is not None and not person.active


def _place_of(
    mark: Mark, mail: ParsedMail, sender: Person | None
) -> tuple[Ticket | None, Conversation | None]:
    """The ticket of a mark, locked, and its conversation; that may lie on another ticket now."""
    if not mark.conversation_id:
        return _marked(mark.ticket_number, mail, sender), None
    conversation = conversation_by_id(mark.conversation_id)
    number = conversation.ticket_id if conversation is not None else mark.ticket_number
    return ticket_going_on(number, lock=True), conversation


def _by_our_message_id(mail: ParsedMail, sender: Person | None) -> Thread | None:
    for rfc_id in references_of(mail):
        mark = read_message_id(rfc_id)
        ticket, conversation = _place_of(mark, mail, sender) if mark is not None else (None, None)
        if mark is None or ticket is None:
            continue
        sent = outbound_by_rfc_id(rfc_id)
        person_id = sent.person_id or 0 if sent is not None else 0
        if _is_void(person_id):
            continue
        return Thread(
            ticket,
            Evidence.OUR_MESSAGE_ID,
            N_("Answers a mail that we sent about ticket #%(ticket)s"),
            joins=True,
            mark=replace(mark, person_id=person_id),
            conversation=conversation,
        )
    return None


def _by_known_message_id(mail: ParsedMail, sender: Person | None) -> Thread | None:
    names = references_of(mail)
    if not (both := names_of(mail)):
        return None
    rank = {name: place for place, name in enumerate(names)}
    strength = {source: place for place, source in enumerate(IdSource)}
    found = [
        (
            strength[source] == strength[IdSource.REFERENCED],
            rank.get(name, len(rank)),
            (number, conversation_id),
        )
        for name, number, source, conversation_id in tickets_by_rfc_ids(both)
        # That a mail with this very id was taken is no evidence: ids are sometimes used twice.
        # But a mail that was overtaken by its answer is known by the answer's References.
        if name in rank or source is IdSource.REFERENCED
    ]
    # The order of the rows, newest ticket first, decides among equals.
    found.sort(key=lambda candidate: candidate[:2])
    elsewhere: Ticket | None = None
    for number, conversation_id in dict.fromkeys(place for _, _, place in found):
        ticket = ticket_going_on(number, lock=True)
        conversation = conversation_by_id(conversation_id) if conversation_id else None
        speaks = conversation is not None and sender in conversation.people
        if ticket is not None and (speaks or _takes_part_there(sender, number, ticket)):
            return Thread(
                ticket,
                Evidence.KNOWN_MESSAGE_ID,
                N_("Continues a thread of ticket #%(ticket)s, and its sender takes part in it"),
                joins=True,
                conversation=conversation,
            )
        elsewhere = elsewhere or ticket
    if elsewhere is None:
        return None
    return Thread(
        elsewhere,
        Evidence.KNOWN_MESSAGE_ID,
        N_("Names a thread of ticket #%(ticket)s, but its sender takes no part in it"),
    )


def _by_subject(mail: ParsedMail, sender: Person | None) -> Thread | None:
    number = number_in(mail.subject)
    ticket = ticket_going_on(number, lock=True) if number is not None else None
    if number is None or ticket is None:
        return None
    if _takes_part_there(sender, number, ticket):
        return Thread(
            ticket,
            Evidence.SUBJECT_NUMBER,
            N_("Names ticket #%(ticket)s in its subject, and its sender takes part in it"),
            joins=True,
        )
    return Thread(
        ticket,
        Evidence.SUBJECT_NUMBER,
        N_("Names ticket #%(ticket)s in its subject, but its sender takes no part in it"),
    )
