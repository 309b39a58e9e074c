"""Message-IDs: which ticket they belong to, asked and written together for mails that come so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import bindparam, select

from helpdesk.core.db import answers_about, db
from helpdesk.core.rows import at_the_end, unless_known
from helpdesk.domain.correspondence.models import IdSource, MailId

# RFC 5322 section 2.1.1 limits a line to 998 octets; a longer id is nobody's.
LONGEST_ID = 998

_TICKETS = (
    select(MailId.rfc_id, MailId.ticket_id, MailId.source, MailId.conversation_id)
    .where(MailId.rfc_id.in_(bindparam("rfc_ids", expanding=True)))
    .execution_options(autoflush=False)
)


class KnownId(NamedTuple):
    """A Message-ID and where it belongs; `conversation_id` is that of a supplier, or None."""

    rfc_id: str
    ticket_id: int
    source: IdSource
    conversation_id: int | None


@dataclass(slots=True)
class _Found:
    """What this unit of work knows: of ids that it asked about, and of those it remembers."""

    asked: dict[str, list[tuple[int, str, int | None]]] = field(default_factory=dict)
    remembered: dict[str, list[tuple[int, str, int | None]]] = field(default_factory=dict)


def remember_id(
    ticket_id: int, rfc_id: str | None, source: IdSource, *, conversation_id: int | None = None
) -> None:
    """Let answers to this Message-ID find the ticket; remembering it again changes nothing."""
    remember_ids(ticket_id, {source: (rfc_id,)}, conversation_id=conversation_id)


def remember_ids(
    ticket_id: int,
    rfc_ids: Mapping[IdSource, Iterable[str | None]],
    *,
    conversation_id: int | None = None,
) -> None:
    """Let answers to any of these Message-IDs find the ticket; known ones change nothing."""
    found = answers_about(MailId, _Found)
    for source, some in rfc_ids.items():
        for rfc_id in dict.fromkeys(some):
            if rfc_id and len(rfc_id) <= LONGEST_ID:
                place = (ticket_id, source.value, conversation_id)
                found.remembered.setdefault(rfc_id, []).append(place)
                row = {
                    "rfc_id": rfc_id,
                    "ticket_id": ticket_id,
                    "source": source.value,
                    "conversation_id": conversation_id,
                }
                at_the_end(unless_known(MailId), **row)


def look_up(rfc_ids: Iterable[str]) -> None:
    """Ask about all of these at once; for the rest of the unit of work the answer is at hand."""
    _ask(answers_about(MailId, _Found), rfc_ids)


def tickets_by_rfc_ids(rfc_ids: Iterable[str]) -> Sequence[KnownId]:
    """Where Message-IDs are known, newest ticket first."""
    names = dict.fromkeys(rfc_ids)
    found = answers_about(MailId, _Found)
    _ask(found, names)
    rows: dict[KnownId, None] = {}
    for rfc_id in names:
        for place in (*found.asked[rfc_id], *found.remembered.get(rfc_id, ())):
            ticket_id, source, conversation_id = place
            rows[KnownId(rfc_id, ticket_id, IdSource(source), conversation_id)] = None
    return sorted(rows, key=lambda row: row.ticket_id, reverse=True)


def _ask(found: _Found, rfc_ids: Iterable[str]) -> None:
    unknown = [rfc_id for rfc_id in dict.fromkeys(rfc_ids) if rfc_id not in found.asked]
    if not unknown:
        return
    found.asked.update({rfc_id: [] for rfc_id in unknown})
    for rfc_id, ticket_id, source, conversation_id in db.session.execute(
        _TICKETS, {"rfc_ids": unknown}
    ):
        found.asked[rfc_id].append((ticket_id, source, conversation_id))
