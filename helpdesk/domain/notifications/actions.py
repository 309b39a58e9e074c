"""Verbs of notification: write to the outbox, inside the transaction of what happened."""

from __future__ import annotations

from datetime import datetime

from helpdesk.core.db import db
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.correspondence.actions import enqueue
from helpdesk.domain.correspondence.models import Mailbox
from helpdesk.domain.correspondence.queries import is_ours, mailboxes
from helpdesk.domain.correspondence.tokens import Audience
from helpdesk.domain.notifications.table import NOTIFICATIONS, ON_REQUEST, Notification
from helpdesk.domain.tickets.actions.recording import record
from helpdesk.domain.tickets.events import Happened, WroteToSupplier
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries import ticket_going_on


def announce(event: Happened) -> None:
    """Write one row to the outbox for each who is to hear: never the author, never ourselves."""
    for notification in NOTIFICATIONS:
        if notification.on is type(event) and not notification.unless(event):
            _announce(notification, event)


def _announce(notification: Notification, event: Happened) -> None:
    ticket = event.ticket
    # Words that can still be taken back leave when they no longer can.
    held_until = getattr(getattr(event, "message", None), "held_until", None)
    heard: set[int] = set()
    for person in notification.to(event):
        its_own_act = event.by is not None and person.id == event.by.id
        # The acknowledgement goes to its author, who wants to know that the mail arrived.
        if (its_own_act and notification.name != "received") or person.id in heard:
            continue
        if not person.active or is_ours(person.email) or not notification.wanted_by(person):
            continue
        heard.add(person.id)
        enqueue(
            notification.name,
            occasion=f"event:{event.event.id}",
            to=person,
            audience=notification.audience,
            mailbox=mailbox_of(ticket),
            language=language_for(person, ticket),
            ticket_id=ticket.id,
            conversation_id=event.conversation.id
            if notification.audience is Audience.SUPPLIER and isinstance(event, WroteToSupplier)
            else None,
            message_id=event.event.message_id,
            facts={"event": event.event.id, "by": event.by.id if event.by else None},
            due_at=held_until,
            now=event.event.at,
        )


def send_new_link(ticket: Ticket, *, to: Person, now: datetime) -> None:
    """Mail a new link to the ticket to a person who follows it; at most one in an hour."""
    enqueue(
        "new-link",
        occasion=f"link:{ticket.id}:{now:%Y%m%d%H}",
        to=to,
        audience=ON_REQUEST["new-link"].audience,
        mailbox=mailbox_of(ticket),
        language=language_for(to, ticket),
        ticket_id=ticket.id,
        now=now,
    )


def send_sign_in_help(person: Person, *, link: str, now: datetime) -> None:
    """Mail a link by which a person chooses a new password."""
    mailbox = next(iter(mailboxes(active_only=True)), None)
    enqueue(
        "sign-in-help",
        occasion=f"sign-in:{person.id}:{now:%Y%m%d%H%M%S}",
        to=person,
        audience=ON_REQUEST["sign-in-help"].audience,
        mailbox=mailbox,
        language=person.language or (mailbox.language if mailbox else "en"),
        facts={"link": link},
        now=now,
    )


def send_sign_in_link(person: Person, *, link: str, minutes: int, now: datetime) -> None:
    """Mail a link by which a person signs in, once, within so many minutes."""
    mailbox = next(iter(mailboxes(active_only=True)), None)
    enqueue(
        "sign-in-link",
        occasion=f"sign-in:{person.id}:{now:%Y%m%d%H%M%S}",
        to=person,
        audience=ON_REQUEST["sign-in-link"].audience,
        mailbox=mailbox,
        language=person.language or (mailbox.language if mailbox else "en"),
        facts={"link": link, "minutes": minutes},
        now=now,
    )


def tell_undelivered(
    ticket_number: int, *, outbound_id: int, address: str, error: str, now: datetime
) -> None:
    """Write on the ticket that a mail about it did not reach its reader, so that agents see it."""
    ticket = ticket_going_on(ticket_number, lock=True)
    if ticket is not None:
        facts = {"mail": outbound_id, "to": address, "error": error}
        record(ticket, "mail failed", by=None, now=now, facts=facts)


def mailbox_of(ticket: Ticket) -> Mailbox | None:
    """The mailbox that speaks for a ticket: its own, or the first one."""
    own = db.session.get(Mailbox, ticket.mailbox_id) if ticket.mailbox_id else None
    if own is not None and own.active:
        return own
    return next(iter(mailboxes(active_only=True)), None)


def language_for(person: Person, ticket: Ticket) -> str:
    """The language that a person chose, else that of the ticket."""
    return person.language or ticket.language
