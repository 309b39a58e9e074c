"""The JSON that operators' scripts read. Keys are only ever added, never changed."""

from __future__ import annotations

from typing import Any

from helpdesk.domain.accounts.models import Person
from helpdesk.domain.correspondence.models import (
    BouncingAddress,
    InboundMail,
    Mailbox,
    MailGrant,
    OutboundMail,
)
from helpdesk.domain.correspondence.queries import deliveries_of
from helpdesk.domain.tickets.models import LinkKind, Message, Ticket
from helpdesk.domain.tickets.queries import conversation, history, links_of, watchers_of

_FROM_THE_OTHER_SIDE = {
    LinkKind.FOLLOWS.value: "followed by",
    LinkKind.MAY_FOLLOW.value: "may be followed by",
    LinkKind.RELATED.value: "related",
}


def person_of(person: Person | None) -> dict[str, str] | None:
    """Name and address, or null for nobody."""
    return {"name": person.name, "address": person.email} if person else None


def ticket_line(ticket: Ticket) -> dict[str, Any]:
    """A ticket as a line of a list; its row must be loaded with ROW."""
    return {
        "number": ticket.number,
        "process": ticket.process,
        "state": ticket.state,
        "queue": ticket.queue.key,
        "function": ticket.queue.function.key,
        "service": ticket.service.key if ticket.service else None,
        "priority": ticket.priority,
        "requester": person_of(ticket.requester),
        "assignee": person_of(ticket.assignee),
        "subject": ticket.subject,
        "opened_at": ticket.opened_at.isoformat(),
        "changed_at": ticket.changed_at.isoformat(),
    }


def ticket_whole(ticket: Ticket) -> dict[str, Any]:
    """A ticket with its conversation, its history and its links."""
    messages = conversation(ticket, internal=True)
    deliveries = deliveries_of(message.id for message in messages)
    return ticket_line(ticket) | {
        "impact": ticket.impact,
        "urgency": ticket.urgency,
        "language": ticket.language,
        "version": ticket.version,
        "watchers": [person_of(person) for person in watchers_of(ticket)],
        "messages": [_message(message, deliveries.get(message.id, [])) for message in messages],
        "events": [
            {
                "at": line.at.isoformat(),
                "event": line.kind,
                "by": person_of(line.by),
                "message": line.message_id,
                "facts": line.facts,
            }
            for line in history(ticket)
        ],
        "links": [
            {"kind": kind if outward else _FROM_THE_OTHER_SIDE[kind], "number": other.number}
            for kind, outward, other in links_of(ticket)
        ],
    }


def _message(message: Message, deliveries: list[OutboundMail]) -> dict[str, Any]:
    author = message.author
    return {
        "id": message.id,
        "at": message.written_at.isoformat(),
        "kind": message.kind,
        "direction": message.direction,
        "from": {
            "name": author.name if author else "",
            "address": message.sender or (author.email if author else ""),
        },
        "channel": message.channel,
        "verified": message.verified,
        "text": message.text,
        "newest": message.newest,
        "attachments": [
            {
                "filename": attachment.filename,
                "content_type": attachment.content_type,
                "size": attachment.size,
                "sha256": attachment.sha256,
                "inline": attachment.inline,
            }
            for attachment in message.attachments
        ],
        "delivery": [delivery(mail) for mail in deliveries],
    }


def delivery(mail: OutboundMail) -> dict[str, Any]:
    """How far one outbound mail has come."""
    return {
        "to": mail.to_address,
        "notification": mail.notification,
        "state": mail.state,
        "attempts": mail.attempts,
        "sent_at": mail.sent_at.isoformat() if mail.sent_at else None,
        "error": mail.last_error or None,
        "message_id": mail.rfc_message_id,
    }


def inbound(mail: InboundMail, mailbox: Mailbox) -> dict[str, Any]:
    """One inbound mail with its trace."""
    return {
        "id": mail.id,
        "mailbox": mailbox.name,
        "door": mail.door,
        "kept_at": mail.kept_at.isoformat(),
        "state": mail.state,
        "reason": mail.reason,
        "from": mail.from_address,
        "subject": mail.subject,
        "message_id": mail.rfc_message_id,
        "size": mail.size,
        "raw_sha256": mail.raw_sha256,
        "uid": mail.uid,
        "ticket": mail.ticket_id,
        "message": mail.message_id,
        "copy_of": mail.copy_of_id,
        "attempts": mail.attempts,
        "error": mail.error or None,
        "trace": [
            {"at": step["at"], "stage": step["stage"], "words": in_english(step)}
            for step in mail.trace
        ],
    }


def bouncing(row: BouncingAddress) -> dict[str, Any]:
    """An address that mail came back from, and how it stands with it."""
    return {
        "address": row.address,
        "suppressed_since": row.suppressed_since.isoformat() if row.suppressed_since else None,
        "soft_bounces": row.soft_bounces,
        "hard_bounces": row.hard_bounces,
        "first_at": row.first_at.isoformat(),
        "last_at": row.last_at.isoformat(),
        "status": row.last_status or None,
        "words": row.last_words,
        "inbound": row.last_inbound_id,
        "outbound": row.last_outbound_id,
        "freed_at": row.freed_at.isoformat() if row.freed_at else None,
    }


def in_english(step: dict[str, Any]) -> str:
    """A step of the trace as a sentence in the source language."""
    facts = step.get("with")
    return str(step["words"]) % facts if facts else str(step["words"])


def mailbox_whole(mailbox: Mailbox) -> dict[str, Any]:
    """A mailbox as it is set up and how it does; never its password."""
    return {
        "name": mailbox.name,
        "address": mailbox.address,
        "aliases": list(mailbox.aliases),
        "active": mailbox.active,
        "kind": mailbox.kind,
        "process": mailbox.process,
        "queue": mailbox.queue_id,
        "language": mailbox.language,
        "host": mailbox.host or None,
        "port": mailbox.port if mailbox.host else None,
        "security": mailbox.security if mailbox.host else None,
        "username": mailbox.username or None,
        "folder": mailbox.folder,
        "after_keeping": mailbox.after_keeping,
        "old_mail": mailbox.old_mail,
        "old_mail_since": mailbox.old_mail_since.isoformat() if mailbox.old_mail_since else None,
        "awaits_decision": mailbox.awaits_decision,
        "polled_at": mailbox.polled_at.isoformat() if mailbox.polled_at else None,
        "worked_at": mailbox.worked_at.isoformat() if mailbox.worked_at else None,
        "failing_since": mailbox.failing_since.isoformat() if mailbox.failing_since else None,
        "last_error": mailbox.last_error or None,
        "silent_after_hours": mailbox.silent_after_hours,
        "authserv_ids": list(mailbox.authserv_ids),
        "spam_header": mailbox.spam_header or None,
    }


def grant_whole(grant: MailGrant, mailboxes: list[str]) -> dict[str, Any]:
    """A sign-in by OAuth 2 as it is set up and how it does; never a secret of it."""
    return {
        "name": grant.name,
        "provider": grant.provider,
        "flow": grant.flow,
        "tenant": grant.tenant or None,
        "client_id": grant.client_id,
        "token_url": grant.token_url,
        "scope": grant.scope,
        "connected": grant.is_connected,
        "mailboxes": mailboxes,
        "renewed_at": grant.renewed_at.isoformat() if grant.renewed_at else None,
        "access_until": grant.access_until.isoformat() if grant.access_until else None,
        "failing_since": grant.failing_since.isoformat() if grant.failing_since else None,
        "refused": grant.refused,
        "last_error": grant.last_error or None,
    }
