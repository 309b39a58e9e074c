"""Who may do what: the one table that lists, pages, search, API and mail all ask."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import TYPE_CHECKING

from helpdesk.core.errors import Forbidden
from helpdesk.core.words import N_

if TYPE_CHECKING:
    from helpdesk.domain.accounts.models import Person


class Role(enum.StrEnum):
    """What a person is here. Everybody is a requester; the other roles are granted."""

    REQUESTER = "requester"
    AGENT = "agent"
    COORDINATOR = "coordinator"
    OWNER = "owner"
    ADMINISTRATOR = "administrator"


class Action(enum.StrEnum):
    """What can be done. `OWN` means a ticket that one asked for or watches."""

    FOLLOW_OWN_TICKET = "follow own ticket"
    ANSWER_OWN_TICKET = "answer own ticket"
    SEE_TICKETS = "see all tickets"
    WORK_ON_TICKETS = "work on tickets"
    KEEP_VIEWS = "keep views of the work lists"
    WRITE_FIRST = "write first"
    SEE_ORIGINAL_MAIL = "see original mail"
    REVIEW_SPAM = "look through spam"
    SEE_MAIL_LOG = "see the mail log"
    FILE_MAIL_AGAIN = "file mail again"
    MANAGE_MAILBOXES = "manage mailboxes"
    MANAGE_RULES = "manage routing rules"
    MANAGE_PEOPLE = "manage people"
    SEE_OUTBOX = "see the outbox"
    MANAGE_OUTBOX = "send mail again or cancel it"
    MANAGE_CANNED_REPLIES = "manage canned replies"
    MANAGE_ORGANISATION = "manage functions, queues and services"
    SEE_ADMINISTRATION = "see how the helpdesk does and what was changed"
    SEE_PRESENCE = "see who reads and writes on a ticket"


_REQUESTER = frozenset({Action.FOLLOW_OWN_TICKET, Action.ANSWER_OWN_TICKET})
_AGENT = _REQUESTER | {
    Action.SEE_TICKETS,
    Action.WORK_ON_TICKETS,
    Action.KEEP_VIEWS,
    Action.WRITE_FIRST,
    Action.SEE_ORIGINAL_MAIL,
    Action.REVIEW_SPAM,
    Action.SEE_PRESENCE,
}

PERMISSIONS: Mapping[Role, frozenset[Action]] = {
    Role.REQUESTER: _REQUESTER,
    Role.AGENT: _AGENT,
    Role.COORDINATOR: _AGENT,
    Role.OWNER: _REQUESTER | {Action.SEE_TICKETS, Action.KEEP_VIEWS, Action.SEE_PRESENCE},
    Role.ADMINISTRATOR: frozenset(Action),
}

ROLE_LABELS: Mapping[Role, str] = {
    Role.REQUESTER: N_("Requester"),
    Role.AGENT: N_("Agent"),
    Role.COORDINATOR: N_("Coordinator"),
    Role.OWNER: N_("Service owner"),
    Role.ADMINISTRATOR: N_("Administrator"),
}


def may(person: Person | None, action: Action) -> bool:
    """Whether an active person's roles allow the action; nobody (None) may nothing."""
    if person is None or not person.active:
        return False
    return any(action in PERMISSIONS[role] for role in person.role_set)


def require(person: Person | None, action: Action) -> None:
    """Raise Forbidden unless the person may."""
    if not may(person, action):
        raise Forbidden(f"You may not {action.value}.")
