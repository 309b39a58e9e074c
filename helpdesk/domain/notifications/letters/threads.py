"""In which thread each mail of a batch stands, and what was said there before; for all at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from helpdesk.core.db import db
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.correspondence.models import IdSource, MailId, OutboundMail
from helpdesk.domain.correspondence.tokens import Audience, read_message_id
from helpdesk.domain.notifications.letters.values import Said
from helpdesk.domain.notifications.table import KINDS
from helpdesk.domain.tickets.models import Direction, Message, MessageKind
from helpdesk.domain.tickets.queries.reading import no_longer_held, read_outside

# Programs need the newest to find the thread; a References of thousands would be refused.
MOST_REFERENCES = 20
# Every other id may be of the other side's mail, so twice as many are looked at.
_LOOKED_AT = 2 * MOST_REFERENCES

# The older conversation reminds; who wants all of it opens the page.
OLDER_MESSAGES = 4
OLDER_CHARACTERS = 1500


@dataclass(frozen=True, slots=True)
class Place:
    """Message-IDs without angle brackets that the reader's mail program can know, oldest first."""

    in_reply_to: str | None = None
    references: tuple[str, ...] = ()


def places(mails: Iterable[OutboundMail]) -> dict[int, Place]:
    """The place of each mail in its thread, by its id; one about no ticket has none."""
    internal: list[int] = []
    outward: list[int] = []
    for mail in mails:
        if mail.ticket_id is not None:
            audience = KINDS[mail.notification].audience
            (internal if audience is Audience.INTERNAL else outward).append(mail.id)
    return _outward(outward) | _internal(internal)


def _outward(outbound_ids: Sequence[int]) -> dict[int, Place]:
    """What the side that it goes to knows of the ticket. Of ours only what is older than the mail.

    A supplier's side knows its own conversation, and the requester's side none of these. Ids of
    internal mail are left out: whoever holds one may write notes.
    """
    if not outbound_ids:
        return {}
    own = aliased(MailId)
    newest = func.row_number().over(partition_by=OutboundMail.id, order_by=MailId.id.desc())
    ranked = (
        select(
            OutboundMail.id.label("outbound_id"),
            MailId.id.label("place"),
            MailId.rfc_id,
            MailId.source,
            newest.label("newest"),
        )
        .outerjoin(Message, Message.id == OutboundMail.message_id)
        .join(
            MailId,
            and_(
                MailId.ticket_id == OutboundMail.ticket_id,
                MailId.conversation_id.is_not_distinct_from(Message.conversation_id),
            ),
        )
        .outerjoin(
            own,
            and_(
                own.rfc_id == OutboundMail.rfc_message_id,
                own.ticket_id == OutboundMail.ticket_id,
                own.source == IdSource.SENT.value,
            ),
        )
        .where(
            OutboundMail.id.in_(outbound_ids),
            # A mail is remembered after its acknowledgement was written, which answers it.
            or_(
                MailId.source == IdSource.TAKEN.value,
                and_(MailId.source == IdSource.SENT.value, MailId.id < own.id),
            ),
        )
        .subquery()
    )
    rows = db.session.execute(
        select(ranked.c.outbound_id, ranked.c.rfc_id, ranked.c.source)
        .where(ranked.c.newest <= _LOOKED_AT)
        .order_by(ranked.c.place.desc())
    )
    known: dict[int, list[tuple[str, bool]]] = {}
    for outbound_id, rfc_id, source in rows:
        taken = source == IdSource.TAKEN.value
        mark = None if taken else read_message_id(rfc_id)
        if mark is None or mark.audience is not Audience.INTERNAL:
            known.setdefault(outbound_id, []).append((rfc_id, taken))
    found = {}
    for outbound_id, looked_at in known.items():
        thread = looked_at[:MOST_REFERENCES]
        answered = next((rfc_id for rfc_id, taken in thread if taken), thread[0][0])
        found[outbound_id] = Place(answered, tuple(rfc_id for rfc_id, _ in reversed(thread)))
    return found


def _internal(outbound_ids: Sequence[int]) -> dict[int, Place]:
    """Earlier internal mail on the same ticket to the same address."""
    if not outbound_ids:
        return {}
    earlier = aliased(OutboundMail)
    newest = func.row_number().over(partition_by=OutboundMail.id, order_by=earlier.id.desc())
    ranked = (
        select(
            OutboundMail.id.label("outbound_id"),
            earlier.id.label("place"),
            earlier.rfc_message_id,
            newest.label("newest"),
        )
        .join(
            earlier,
            and_(
                earlier.ticket_id == OutboundMail.ticket_id,
                earlier.to_address == OutboundMail.to_address,
                earlier.id < OutboundMail.id,
            ),
        )
        .where(OutboundMail.id.in_(outbound_ids))
        .subquery()
    )
    rows = db.session.execute(
        select(ranked.c.outbound_id, ranked.c.rfc_message_id)
        .where(ranked.c.newest <= _LOOKED_AT)
        .order_by(ranked.c.place.desc())
    )
    known: dict[int, list[str]] = {}
    for outbound_id, rfc_id in rows:
        mark = read_message_id(rfc_id)
        if mark and mark.audience is Audience.INTERNAL:
            known.setdefault(outbound_id, []).append(rfc_id)
    return {
        outbound_id: Place(thread[0], tuple(reversed(thread[:MOST_REFERENCES])))
        for outbound_id, thread in known.items()
    }


def said_before(mails: Iterable[OutboundMail]) -> dict[int, list[tuple[int, Said]]]:
    """(message id, words) of the ticket before each mail's own message, newest first.

    One more than a mail shows: where the mail has no message of its own, the one that it carries
    is among them.
    """
    outbound_ids = [mail.id for mail in mails]
    if not outbound_ids:
        return {}
    own = aliased(Message)
    newest = func.row_number().over(partition_by=OutboundMail.id, order_by=Message.id.desc())
    ranked = (
        select(OutboundMail.id.label("outbound_id"), Message.id, newest.label("newest"))
        .outerjoin(own, own.id == OutboundMail.message_id)
        .join(Message, _before_its_own(own))
        .where(OutboundMail.id.in_(outbound_ids))
        .subquery()
    )
    rows = db.session.execute(
        select(
            ranked.c.outbound_id,
            Message.id,
            Message.newest,
            Message.written_at,
            Message.sender,
            Person.name,
            Person.email,
        )
        .join(ranked, ranked.c.id == Message.id)
        .outerjoin(Person, Person.id == Message.author_id)
        .where(ranked.c.newest <= OLDER_MESSAGES + 1)
        .order_by(Message.id.desc())
    )
    found: dict[int, list[tuple[int, Said]]] = {}
    for outbound_id, message_id, words, written_at, sender, name, email in rows:
        said = Said(name or email or sender, written_at, _cut(words))
        found.setdefault(outbound_id, []).append((message_id, said))
    return found


def _before_its_own(own: type[Message]) -> ColumnElement[bool]:
    """Of the requester's conversation; or of the supplier's that its own message belongs to.

    There only what we wrote and what is proven: words that somebody put in a supplier's mouth
    would otherwise be carried to the supplier by us.
    """
    return and_(
        Message.ticket_id == OutboundMail.ticket_id,
        or_(OutboundMail.message_id.is_(None), Message.id < OutboundMail.message_id),
        or_(
            and_(own.conversation_id.is_(None), read_outside()),
            and_(
                Message.conversation_id == own.conversation_id,
                Message.kind == MessageKind.SUPPLIER.value,
                or_(Message.direction == Direction.OUT.value, Message.verified),
                no_longer_held(),
            ),
        ),
    )


def _cut(words: str) -> str:
    words = words.strip()
    return words if len(words) <= OLDER_CHARACTERS else words[:OLDER_CHARACTERS].rstrip() + " …"
