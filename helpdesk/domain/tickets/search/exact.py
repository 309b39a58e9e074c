"""Phrases, word for word: the index holds stems without order, so the texts themselves are read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, func, select

from helpdesk.core.db import db
from helpdesk.core.stems import phrase_pattern
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.tickets.models import Attachment, Message, MessageKind, Ticket
from helpdesk.domain.tickets.queries.reading import read_outside
from helpdesk.domain.tickets.search.language import Sought

# So many tickets of a portion are read through at most, the newest first.
MOST_READ = 100
# Of each message this much, which holds all of nearly every one.
READ_OF_EACH = 20_000


def holding(numbers: Sequence[int], sought: Sought, *, internal: bool) -> list[int]:
    """Those of the tickets in which each phrase stands as it is, and none of the unwanted ones.

    A phrase stands in the subject, the requester's name or address, one message, or a file's name.
    """
    wanted = [phrase_pattern(phrase) for phrase in sought.phrases]
    unwanted = [phrase_pattern(phrase) for phrase in sought.not_phrases]
    if not numbers or not (wanted or unwanted):
        return list(numbers)
    missing = {number: set(range(len(wanted))) for number in numbers}
    refused: set[int] = set()
    for number, words in _texts(numbers, internal=internal):
        left = missing[number]
        left -= {place for place in left if wanted[place].search(words)}
        if any(pattern.search(words) for pattern in unwanted):
            refused.add(number)
    return [number for number in numbers if not missing[number] and number not in refused]


def readable(*, internal: bool) -> ColumnElement[bool]:
    """Which messages a search may read: notes when `internal`, and none taken back."""
    if internal:
        return Message.kind != MessageKind.WITHDRAWN.value
    return read_outside()


def _texts(numbers: Sequence[int], *, internal: bool) -> Iterable[tuple[int, str]]:
    about = (
        select(Ticket.id, Ticket.subject, Person.name, Person.email)
        .join(Person, Person.id == Ticket.requester_id)
        .where(Ticket.id.in_(numbers))
    )
    for number, *words in db.session.execute(about):
        for each in words:
            yield number, each
    said = select(Message.ticket_id, func.substr(Message.text, 1, READ_OF_EACH)).where(
        Message.ticket_id.in_(numbers)
    )
    named = (
        select(Message.ticket_id, Attachment.filename)
        .join(Message, Message.id == Attachment.message_id)
        .where(Message.ticket_id.in_(numbers))
    )
    for statement in (said, named):
        yield from db.session.execute(statement.where(readable(internal=internal)))
