"""Verbs that add words to a ticket: an answer from outside, a reply, a note."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.core.errors import Invalid
from helpdesk.core.events import publish
from helpdesk.core.rows import insert
from helpdesk.core.words import N_
from helpdesk.domain.accounts.mentioning import Mentions, mentions_in
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.tickets.actions.recording import expect, record
from helpdesk.domain.tickets.actions.snoozing import Why, wake
from helpdesk.domain.tickets.actions.steering import move, watch
from helpdesk.domain.tickets.events import AgentReplied, NoteAdded, RequesterAnswered
from helpdesk.domain.tickets.models import (
    Attachment,
    Conversation,
    Direction,
    Message,
    MessageKind,
    Ticket,
)


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file whose bytes are in the storage already."""

    filename: str
    content_type: str
    size: int
    sha256: str
    inline: bool = False
    content_id: str | None = None
    infected_with: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote. `newest` is the part without quotation; empty means all of `text`."""

    text: str
    newest: str = ""
    html: str | None = None
    files: tuple[KeptFile, ...] = ()
    sender: str = ""
    channel: str = "web"
    verified: bool = True


def add_message(
    ticket: Ticket,
    words: Words,
    *,
    kind: MessageKind,
    direction: Direction,
    author: Person | None,
    conversation: Conversation | None = None,
    held_until: datetime | None = None,
    now: datetime,
) -> Message:
    """One message row with its attachments; the line of history follows.

    Words of a conversation with a supplier can be of no other kind, whatever a caller means.
    """
    if (conversation is not None) != (kind is MessageKind.SUPPLIER):
        raise RuntimeError("Words with a supplier, and only they, belong to a conversation.")
    message = Message(
        ticket=ticket,
        conversation_id=conversation.id if conversation else None,
        kind=kind.value,
        direction=direction.value,
        author_id=author.id if author else None,
        sender=words.sender,
        channel=words.channel,
        verified=words.verified,
        written_at=now,
        held_until=held_until,
        text=words.text,
        newest=words.newest or words.text,
        html=words.html,
        attachments=[
            Attachment(
                filename=file.filename,
                content_type=file.content_type,
                size=file.size,
                sha256=file.sha256,
                inline=file.inline,
                content_id=file.content_id,
                infected_with=file.infected_with,
            )
            for file in words.files
        ],
    )
    return insert(message)


def receive_answer(
    ticket: Ticket,
    words: Words,
    *,
    reopens: bool = True,
    hushed: str = "",
    by: Person | None,
    now: datetime,
) -> Message:
    """Words from the requester's side; `reopens` False for a mere thanks or a machine."""
    message = add_message(
        ticket, words, kind=MessageKind.MESSAGE, direction=Direction.IN, author=by, now=now
    )
    line = record(ticket, "answer received", by=by, now=now, message=message)
    publish(RequesterAnswered(ticket, line, by, message, hushed))
    if reopens and ticket.snoozed_until is not None:
        wake(ticket, why=Why.ANSWER, by=None, now=now)
    target = ticket.process_spec.on_answer.get(ticket.state) if reopens else None
    if target is not None:
        move(ticket, target=target, by=None, now=now)
    return message


def reply(
    ticket: Ticket,
    words: Words,
    *,
    then: str | None = None,
    cc: Iterable[Person] = (),
    hold: timedelta | None = None,
    seen: int | None = None,
    by: Person,
    now: datetime,
) -> Message:
    """An agent's words to requester and watchers; `then` is the state to move to with them.

    People in `cc` become watchers. For as long as `hold` no mail of it leaves, nobody outside
    reads it, and its author can take it back. Raises Invalid for empty words, Outdated, Refused by
    a gate.
    """
    expect(ticket, seen)
    refuse_emptiness(words)
    for person in cc:
        watch(ticket, person=person, by=by, now=now)
    message = add_message(
        ticket,
        words,
        kind=MessageKind.MESSAGE,
        direction=Direction.OUT,
        author=by,
        held_until=now + hold if hold else None,
        now=now,
    )
    line = record(ticket, "reply sent", by=by, now=now, message=message)
    resolves = then == ticket.process_spec.resolved
    publish(AgentReplied(ticket, line, by, message, resolves))
    target = then or ticket.process_spec.on_reply.get(ticket.state)
    if target is not None and target != ticket.state:
        move(ticket, target=target, told=True, by=by, now=now)
    return message


def add_note(
    ticket: Ticket,
    words: Words,
    *,
    seen: int | None = None,
    by: Person | None,
    now: datetime,
) -> Message:
    """Internal words; nobody outside ever sees them. Raises Invalid for empty words, Outdated.

    Whom they mention hears of it, where it is certain that an agent wrote them.
    """
    expect(ticket, seen)
    refuse_emptiness(words)
    message = add_message(
        ticket, words, kind=MessageKind.NOTE, direction=Direction.INTERNAL, author=by, now=now
    )
    believed = words.verified and by is not None and may(by, Action.WORK_ON_TICKETS)
    named = mentions_in(words.newest or words.text) if believed else Mentions()
    facts = {"mentions": list(named.words)} if named.words else None
    line = record(ticket, "note added", by=by, now=now, message=message, facts=facts)
    publish(NoteAdded(ticket, line, by, message, named.person_ids))
    return message


def refuse_emptiness(words: Words) -> None:
    """Invalid where there is neither a word nor a file."""
    if not words.text.strip() and not words.files:
        raise Invalid("text", N_("Write something, or attach a file."))
