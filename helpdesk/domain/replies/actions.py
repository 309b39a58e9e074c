"""Verbs on canned replies and drafts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, Refused
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.configuration.actions import Changes, Thing, What, apply, record_change
from helpdesk.domain.replies.models import CannedReply, Draft
from helpdesk.domain.replies.rules import VARIABLES, unknown_variables
from helpdesk.domain.tickets.models import Message, Ticket
from helpdesk.domain.tickets.queries.suppliers import conversation_of

KINDS = ("reply", "note", "supplier")
# What goes on in a conversation with a supplier: `s` and its number, as `kind_of` writes it.
_OF_CONVERSATION = re.compile(r"s(\d{1,9})\Z")
# Far above what anybody writes, and below what a form may bring.
LONGEST_DRAFT = 200_000


def add_canned_reply(values: Mapping[str, Any], *, by: Person | None, now: datetime) -> CannedReply:
    """A new canned reply; Invalid for a taken name, no words, or a variable that nothing fills."""
    _check(values, None)
    reply = CannedReply(**values)
    db.session.add(reply)
    db.session.flush()
    given = {field: [None, value] for field, value in values.items() if value not in ("", None)}
    _record(reply, What.ADDED, given, by, now)
    return reply


def change_canned_reply(
    reply: CannedReply, *, values: Mapping[str, Any], by: Person | None, now: datetime
) -> None:
    """Change what `values` names; Invalid as for a new one."""
    kept = {name: getattr(reply, name) for name in ("name", "words_en", "words_sv")}
    _check(kept | dict(values), reply)
    changes = apply(reply, values)
    db.session.flush()
    _record(reply, What.CHANGED, changes, by, now)


def delete_canned_reply(reply: CannedReply, *, by: Person | None, now: datetime) -> None:
    """Delete a canned reply; what was sent with it stays as it is."""
    gone: Changes = {
        field: [getattr(reply, field), None]
        for field in ("words_en", "words_sv", "function_id")
        if getattr(reply, field)
    }
    _record(reply, What.DELETED, gone, by, now)
    db.session.delete(reply)
    db.session.flush()


def keep_draft(
    ticket: Ticket,
    kind: str,
    *,
    words: str,
    cc: str = "",
    subject: str = "",
    seen: str | None = None,
    files: Sequence[Sequence[Any]] | None = None,
    by: Person,
    now: datetime,
) -> str:
    """Keep what is being written, or forget it when nothing is left; gives the draft's mark.

    `seen` is the mark of the draft that the page had ("" for none): Refused when it is another
    by now, because it was sent, or goes on in another place. None asks for nothing. Files stay
    as they are unless they are given.
    """
    if kind not in KINDS:
        named = _OF_CONVERSATION.match(kind)
        if named is None:
            raise Invalid("kind", N_("There is no such draft."))
        conversation_of(ticket, int(named[1]))
    draft = db.session.scalar(
        select(Draft)
        .where(Draft.person_id == by.id, Draft.ticket_id == ticket.id, Draft.kind == kind)
        .with_for_update()
    )
    if seen is not None and seen != mark_of(draft):
        raise Refused(N_("This draft was sent or goes on in another place. Reload to see it."))
    brought = [list(file) for file in files] if files is not None else draft and draft.files
    # Whom a conversation is with it knows itself, so that says nothing of its own.
    says_who = cc.strip() and not _OF_CONVERSATION.match(kind)
    if not words.strip() and not says_who and not subject.strip() and not brought:
        forget_draft(ticket, kind, by=by)
        return ""
    if draft is None:
        draft = Draft(person_id=by.id, ticket_id=ticket.id, kind=kind)
        db.session.add(draft)
    draft.words = words[:LONGEST_DRAFT]
    draft.cc = cc[:5000]
    draft.subject = subject[:300]
    draft.files = brought or []
    draft.kept_at = now
    db.session.flush()
    return mark_of(draft)


def kind_of(message: Message) -> str:
    """Which draft the words of a message are when they are taken back."""
    return f"s{message.conversation_id}" if message.conversation_id else "reply"


def forget_draft(ticket: Ticket, kind: str, *, by: Person) -> None:
    """The draft was sent, or nothing is left of it."""
    db.session.execute(
        delete(Draft).where(
            Draft.person_id == by.id, Draft.ticket_id == ticket.id, Draft.kind == kind
        )
    )


def mark_of(draft: Draft | None) -> str:
    """What tells a draft from an earlier one; "" for none."""
    return draft.kept_at.isoformat() if draft is not None else ""


def _check(values: Mapping[str, Any], reply: CannedReply | None) -> None:
    named = db.session.scalar(select(CannedReply).where(CannedReply.name == values.get("name", "")))
    if named is not None and named is not reply:
        raise Invalid("name", N_("There is a canned reply with this name already."))
    languages = ("words_en", "words_sv")
    if not any((values.get(language) or "").strip() for language in languages):
        raise Invalid("words_en", N_("Write the words in at least one language."))
    for language in languages:
        unknown = unknown_variables(values.get(language) or "")
        if unknown:
            raise Invalid(
                language,
                N_("Nothing fills “%(unknown)s”. What can be filled in: %(known)s."),
                unknown=", ".join(unknown),
                known=", ".join(f"{{{{{name}}}}}" for name in VARIABLES),
            )


def _record(
    reply: CannedReply, what: What, changes: Changes, by: Person | None, now: datetime
) -> None:
    record_change(
        Thing.CANNED_REPLY,
        thing_id=reply.id,
        name=reply.name,
        what=what,
        changes=changes,
        by=by,
        now=now,
    )
