"""The mail log: inbound mail by mailbox, place, reason and words, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select

from helpdesk.core.db import db
from helpdesk.domain.correspondence.models import InboundMail, Mailbox
from helpdesk.domain.reconciliation.places import PAGE, PLACES, contained

# Words are looked for in so many mails at a time: a third of a second on SQLite and half a second
# on PostgreSQL, however large the log is.
SEARCHED_AT_ONCE = 100_000
_MOST_WORDS = 8
_WORDS_IN = (InboundMail.from_address, InboundMail.subject, InboundMail.rfc_message_id)


@dataclass(frozen=True, slots=True)
class LogQuestion:
    """What the mail log is asked for; empty asks for nothing. `place` is a key of PLACES.

    `state` is one of the database, `reason` a marked message. Words that are a whole address or
    Message-ID are looked up, others are looked for.
    """

    mailbox_id: int | None = None
    place: str = ""
    state: str = ""
    reason: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class LogPage:
    """One page of the log. `older` is the `before` of the next page, None at the end.

    `searched_back_to` is set where the words were looked for only as far back as that.
    """

    rows: Sequence[tuple[InboundMail, Mailbox]]
    older: int | None
    searched_back_to: datetime | None = None


def mail_log(question: LogQuestion, *, before: int | None = None, limit: int = PAGE) -> LogPage:
    """Inbound mail with its mailbox, newest first; `before` is the `older` of the page before."""
    where = _conditions(question)
    floor = 0
    words = question.words.split()[:_MOST_WORDS]
    if words:
        exact = _exactly(words)
        if exact is not None:
            where.append(exact)
        else:
            top = before or (db.session.scalar(select(func.max(InboundMail.id))) or 0) + 1
            floor = max(0, top - 1 - SEARCHED_AT_ONCE)
            where += [contained(word.strip("<>"), *_WORDS_IN) for word in words]
            where.append(InboundMail.id > floor)
    if before is not None:
        where.append(InboundMail.id < before)
    # The ids come out of an index alone; whole rows, with their traces, only for what is shown.
    ids = db.session.scalars(
        select(InboundMail.id).where(*where).order_by(InboundMail.id.desc()).limit(limit + 1)
    ).all()
    rows = _rows(ids[:limit])
    if len(ids) > limit:
        return LogPage(rows, ids[limit - 1])
    lowest = _next_lower(floor) if floor else None
    return LogPage(rows, floor + 1 if lowest else None, lowest.kept_at if lowest else None)


def copies_of(inbound_id: int, *, limit: int = 20) -> Sequence[InboundMail]:
    """The later deliveries of a mail, in the order in which they came."""
    return db.session.scalars(
        select(InboundMail)
        .where(InboundMail.copy_of_id == inbound_id)
        .order_by(InboundMail.id)
        .limit(limit)
    ).all()


def _conditions(question: LogQuestion) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if question.mailbox_id is not None:
        where.append(InboundMail.mailbox_id == question.mailbox_id)
    elif question.place or question.state:
        # The index by which places are counted begins with the mailbox.
        where.append(InboundMail.mailbox_id.in_(select(Mailbox.id)))
    if question.place in PLACES:
        where.append(PLACES[question.place])
    if question.state:
        where.append(InboundMail.state == question.state)
    if question.reason:
        where.append(InboundMail.reason == question.reason)
    return where


def _exactly(words: Sequence[str]) -> ColumnElement[bool] | None:
    """The condition for one word that is a whole address or Message-ID of ours; else None."""
    word = words[0].strip("<>")
    if len(words) > 1 or "@" not in word:
        return None
    exact = or_(InboundMail.rfc_message_id == word, InboundMail.from_address == word.lower())
    known = db.session.scalar(select(InboundMail.id).where(exact).limit(1))
    return exact if known is not None else None


def _rows(ids: Sequence[int]) -> list[tuple[InboundMail, Mailbox]]:
    found = db.session.execute(
        select(InboundMail, Mailbox)
        .join(Mailbox, Mailbox.id == InboundMail.mailbox_id)
        .where(InboundMail.id.in_(ids))
        .order_by(InboundMail.id.desc())
    )
    return [(mail, mailbox) for mail, mailbox in found]


def _next_lower(floor: int) -> InboundMail | None:
    return db.session.scalar(
        select(InboundMail).where(InboundMail.id <= floor).order_by(InboundMail.id.desc()).limit(1)
    )
