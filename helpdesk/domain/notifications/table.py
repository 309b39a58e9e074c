"""NOTIFICATIONS: what happened, who hears of it, and in which words (templates/email/<name>/)."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.correspondence.tokens import Audience
from helpdesk.domain.notifications import hearers
from helpdesk.domain.tickets.events import (
    AgentReplied,
    Happened,
    NoteAdded,
    RequesterAnswered,
    SupplierAnswered,
    TicketAssigned,
    TicketMerged,
    TicketMoved,
    TicketOpened,
    TicketWoke,
    WroteFirst,
    WroteToSupplier,
)


class Submitted(enum.StrEnum):
    """Who wrote the mail: the values of Auto-Submitted (RFC 3834 section 5)."""

    BY_A_PERSON = "no"
    GENERATED = "auto-generated"
    REPLIED = "auto-replied"


@dataclass(frozen=True, slots=True)
class Kind:
    """What holds for every mail of a kind, whoever gets it."""

    audience: Audience
    submitted: Submitted
    why: str
    # Whether its reader may say that they do not want it.
    choosable: bool = False


@dataclass(frozen=True, slots=True)
class Notification:
    """One row: the name is the folder of its words; `why` is the mail's last line.

    `unless` is true for an event that nobody is to hear of this way. `when` says in the settings
    when it comes; `must` is the reason why it comes whatever one chooses, or ''.
    """

    name: str
    on: type[Happened]
    to: Callable[[Any], Iterable[Person]]
    audience: Audience
    why: str
    submitted: Submitted = Submitted.GENERATED
    unless: Callable[[Any], bool] = lambda event: False
    when: str = ""
    must: str = ""

    def wanted_by(self, person: Person) -> bool:
        """Whether the person is to get it, as far as that is theirs to choose."""
        return bool(self.must) or self.name not in person.unwanted_mail


_WORKS_OR_FOLLOWS = N_(
    "You get this because the ticket is assigned to you, or you follow it. "
    "Hand it to somebody else, or follow it no more, to hear no more of it."
)

_ASKED_OR_FOLLOWS = N_(
    "You get this because you asked for this, or follow it. "
    "If you want no more mail about it, answer and say so."
)

NOTIFICATIONS: tuple[Notification, ...] = (
    Notification(
        "received",
        TicketOpened,
        hearers.requester,
        Audience.REQUESTER,
        N_("You get this because you wrote to us. It comes once for each new ticket."),
        Submitted.REPLIED,
        unless=lambda event: bool(event.hushed),
        when=N_("We have received what you wrote"),
    ),
    Notification(
        "we-wrote-to-you",
        WroteFirst,
        hearers.requesters_side,
        Audience.REQUESTER,
        N_(
            "You get this because we have something to tell or ask you. "
            "If you want no more mail about it, answer and say so."
        ),
        Submitted.BY_A_PERSON,
        when=N_("We write to you first"),
        must=N_("Without it you would not know that we ask you something."),
    ),
    Notification(
        "answered",
        AgentReplied,
        hearers.requesters_side,
        Audience.REQUESTER,
        _ASKED_OR_FOLLOWS,
        Submitted.BY_A_PERSON,
        when=N_("We answer on a ticket that you asked for or follow"),
        must=N_("It is the answer itself."),
    ),
    Notification(
        "resolved",
        TicketMoved,
        hearers.requesters_side,
        Audience.REQUESTER,
        _ASKED_OR_FOLLOWS,
        unless=lambda event: event.told or event.target != event.ticket.process_spec.resolved,
        when=N_("A ticket that you asked for or follow is solved"),
    ),
    Notification(
        "declined",
        TicketMoved,
        hearers.requesters_side,
        Audience.REQUESTER,
        _ASKED_OR_FOLLOWS,
        unless=lambda event: event.told or event.target != "declined",
        when=N_("What you asked for is declined"),
        must=N_("Without it you would wait in vain."),
    ),
    Notification(
        "requester-answered",
        RequesterAnswered,
        hearers.those_inside,
        Audience.INTERNAL,
        _WORKS_OR_FOLLOWS,
        unless=lambda event: bool(event.hushed),
        when=N_("Somebody answers on a ticket that is assigned to you"),
    ),
    Notification(
        "answered-while-away",
        RequesterAnswered,
        hearers.substitute,
        Audience.INTERNAL,
        N_("You get this because you stand in for somebody who is away."),
        unless=lambda event: bool(event.hushed),
        when=N_("Somebody answers on a ticket of an agent for whom you stand in"),
    ),
    Notification(
        "assigned-to-you",
        TicketAssigned,
        hearers.now_responsible,
        Audience.INTERNAL,
        N_(
            "You get this because the ticket was assigned to you. "
            "Hand it to somebody else to hear no more of it."
        ),
        unless=lambda event: event.told,
        when=N_("A ticket is assigned to you"),
    ),
    Notification(
        "goes-on-together",
        TicketMerged,
        hearers.who_asked_for_the_merged,
        Audience.REQUESTER,
        _ASKED_OR_FOLLOWS,
        unless=lambda event: event.told,
        when=N_("What you asked for goes on in another ticket"),
    ),
    Notification(
        "back-again",
        TicketWoke,
        hearers.who_put_it_off,
        Audience.INTERNAL,
        N_("You get this because the ticket was put off until now."),
        unless=lambda event: not event.on_time,
        when=N_("A ticket that was put off comes back"),
    ),
    # Suppliers, and what is said about their words and in notes.
    Notification(
        "asked-of-you",
        WroteToSupplier,
        hearers.suppliers,
        Audience.SUPPLIER,
        N_("You get this because we asked you. If you are the wrong person, answer and say so."),
        Submitted.BY_A_PERSON,
        must=N_("It is the question itself."),
    ),
    Notification(
        "supplier-answered",
        SupplierAnswered,
        hearers.those_who_asked_the_supplier,
        Audience.INTERNAL,
        _WORKS_OR_FOLLOWS,
        unless=lambda event: bool(event.hushed),
        when=N_("A supplier answers about a ticket that is assigned to you"),
    ),
    Notification(
        "mentioned-you",
        NoteAdded,
        hearers.mentioned,
        Audience.INTERNAL,
        N_("You get this because somebody mentioned you, or a function of yours, in a note."),
        when=N_("Somebody mentions you in a note"),
    ),
    Notification(
        "note-written",
        NoteAdded,
        hearers.inside_but_not_mentioned,
        Audience.INTERNAL,
        _WORKS_OR_FOLLOWS,
        when=N_("Somebody writes a note on a ticket that is assigned to you"),
    ),
)

_LOOKS_AFTER_MAILBOXES = N_(
    "You get this because you are an administrator. It comes once for each trouble."
)

# Mail about no event of a ticket: it is sent by its own verb.
ON_REQUEST: dict[str, Kind] = {
    "new-link": Kind(
        Audience.REQUESTER,
        Submitted.GENERATED,
        N_("You get this because somebody asked for a new link on the ticket’s page."),
    ),
    "sign-in-help": Kind(
        Audience.INTERNAL,
        Submitted.GENERATED,
        N_("You get this because somebody asked for a new password for you."),
    ),
    # A reply to either names no ticket, so it begins a new one.
    "sign-in-link": Kind(
        Audience.INTERNAL,
        Submitted.GENERATED,
        N_("You get this because somebody asked to sign in with your address."),
    ),
    "it-works-again": Kind(
        Audience.REQUESTER,
        Submitted.GENERATED,
        N_("You get this once, because you said that you were hit too."),
    ),
    "handed-over-to-you": Kind(
        Audience.INTERNAL,
        Submitted.GENERATED,
        N_("You get this because tickets were handed over to you. It comes once for all of them."),
    ),
    "mailbox-alarm": Kind(Audience.INTERNAL, Submitted.GENERATED, _LOOKS_AFTER_MAILBOXES),
    "mailbox-works-again": Kind(Audience.INTERNAL, Submitted.GENERATED, _LOOKS_AFTER_MAILBOXES),
}

KINDS: dict[str, Kind] = ON_REQUEST | {
    row.name: Kind(row.audience, row.submitted, row.why, choosable=not row.must)
    for row in NOTIFICATIONS
}
