"""A notification as it would leave now, about a real ticket, without one leaving."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.rows import insert
from helpdesk.domain.accounts.queries import person_by_id
from helpdesk.domain.correspondence.actions import enqueue
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.correspondence.queries import mailboxes
from helpdesk.domain.correspondence.tokens import Audience
from helpdesk.domain.notifications.actions import mailbox_of
from helpdesk.domain.notifications.letters import Letter, letters
from helpdesk.domain.notifications.rules import placeholders_of
from helpdesk.domain.notifications.table import KINDS
from helpdesk.domain.tickets.actions import Words
from helpdesk.domain.tickets.actions.speaking import add_message
from helpdesk.domain.tickets.models import Conversation, Direction, Message, MessageKind, Ticket
from helpdesk.domain.tickets.queries import ticket_for
from helpdesk.mail.compose import compose
from helpdesk.mail.compose.words import our_words
from helpdesk.mail.parse import parse
from helpdesk.web.account import me, settings

# Of which kind the words are that a mail carries, and which way they went.
_CARRIES = {
    "we-wrote-to-you": (MessageKind.MESSAGE, Direction.OUT),
    "answered": (MessageKind.MESSAGE, Direction.OUT),
    "requester-answered": (MessageKind.MESSAGE, Direction.IN),
    "answered-while-away": (MessageKind.MESSAGE, Direction.IN),
    "asked-of-you": (MessageKind.SUPPLIER, Direction.OUT),
    "supplier-answered": (MessageKind.SUPPLIER, Direction.IN),
    "mentioned-you": (MessageKind.NOTE, Direction.INTERNAL),
    "note-written": (MessageKind.NOTE, Direction.INTERNAL),
}


@dataclass(frozen=True, slots=True)
class Preview:
    """One mail as its reader would see it; `reason` where it could not leave, and nothing else."""

    subject: str = ""
    text: str = ""
    html: str | None = None
    ours: Mapping[str, str] | None = None
    reason: str = ""


class _Seen(Exception):
    """What was written has been looked at, and is taken back."""


def is_about_tickets(notification: str) -> bool:
    """Whether a ticket is needed to show it."""
    return "tag" in placeholders_of(notification)


def preview(
    notification: str, language: str, *, ticket: int | None, words: Mapping[str, str] | None
) -> Preview:
    """The mail in that language, in `words` or, where None, in those that are in use.

    It takes the whole way of a mail, from the outbox on, and then the outbox forgets it: what is
    shown is what would leave. NotFound for a ticket that is not there, or not for the reader.
    """
    found = Preview()
    try:
        with unit_of_work():
            found = _preview(notification, language, ticket, words)
            raise _Seen
    except _Seen:
        return found


def _preview(
    notification: str, language: str, number: int | None, words: Mapping[str, str] | None
) -> Preview:
    now = clock.now()
    reader = me()
    to, mailbox, about = reader, next(iter(mailboxes(active_only=True)), None), None
    facts: dict[str, Any] = {"by": reader.id}
    carried: Message | None = None
    if is_about_tickets(notification):
        about = ticket_for(reader, number or 0)
        mailbox = mailbox_of(about)
        reads = {
            Audience.INTERNAL: about.assignee_id,
            Audience.REQUESTER: about.requester_id,
        }.get(KINDS[notification].audience)
        to = (person_by_id(reads) if reads else None) or reader
        carried = _carried(notification, about)
        if notification in ("requester-answered", "answered-while-away"):
            facts["by"] = about.requester_id
        elif notification == "supplier-answered" and carried is not None:
            facts["by"] = carried.author_id
    else:
        facts = _sample_facts()
    occasion = f"preview:{secrets.token_hex(8)}"
    enqueue(
        notification,
        occasion=occasion,
        to=to,
        audience=KINDS[notification].audience,
        mailbox=mailbox,
        language=language,
        ticket_id=about.id if about else None,
        conversation_id=carried.conversation_id
        if carried is not None and KINDS[notification].audience is Audience.SUPPLIER
        else None,
        message_id=carried.id if carried is not None else None,
        facts=facts,
        now=now,
    )
    written = db.session.scalars(
        select(OutboundMail.id).where(OutboundMail.occasion == occasion)
    ).one()
    letter = letters([written])[0]
    if not isinstance(letter, Letter):
        return Preview(reason=_(letter.reason))
    ours = our_words(letter, settings(), language)
    if words is not None:
        letter = replace(letter, own_words={language: words})
    mail = compose(letter, settings())
    if mail is None:
        return Preview(reason=_("The address is none that mail can be sent to."), ours=ours)
    understood = parse(mail.raw)
    return Preview(understood.subject, understood.text, understood.html, ours)


def _carried(notification: str, ticket: Ticket) -> Message | None:
    """The last words of the kind that the mail carries; for a supplier's made up if need be."""
    if notification not in _CARRIES:
        return None
    kind, way = _CARRIES[notification]
    found = db.session.scalar(
        select(Message)
        .where(
            Message.ticket_id == ticket.id,
            Message.kind == kind.value,
            Message.direction == way.value,
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    if found is not None or kind is not MessageKind.SUPPLIER:
        return found
    # Without a conversation no such mail could be written. This one is taken back with the rest.
    now = clock.now()
    conversation = insert(
        Conversation(
            ticket_id=ticket.id, subject=_("What we ask about"), opened_at=now, opened_by_id=me().id
        )
    )
    return add_message(
        ticket,
        Words(text=_("Here stands what was written.")),
        kind=kind,
        direction=way,
        author=me(),
        conversation=conversation,
        now=now,
    )


def _sample_facts() -> dict[str, Any]:
    """What a mail that is about no ticket tells of, made up where nothing of it has happened."""
    first = next(iter(mailboxes()), None)
    name = first.name if first is not None else "helpdesk"
    return {
        "what": "mailbox",
        "name": name,
        "since": (clock.now() - timedelta(hours=1)).isoformat(),
        "words": "NO [UNAVAILABLE] Temporary failure",
        "mailboxes": [name],
        "refused": False,
        "link": settings().base_url,
        "minutes": 15,
        "of": me().display_name,
        "count": 2,
        "because": "away",
        "title": _("What does not work"),
    }
