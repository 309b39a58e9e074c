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
    SEE_UNIT_TICKETS = "see the tickets that one's own unit shares"
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
    REPORT_FAULT = "report a fault"
    PUBLISH_NOTICES = "publish service notices"
    MANAGE_NOTIFICATIONS = "manage the words of notifications"
    MANAGE_APPEARANCE = "manage how the pages look"
    SEE_ADMINISTRATION = "see how the helpdesk does and what was changed"
    SEE_PRESENCE = "see who reads and writes on a ticket"


_REQUESTER = frozenset(
    {
        Action.FOLLOW_OWN_TICKET,
        Action.ANSWER_OWN_TICKET,
        Action.REPORT_FAULT,
        Action.SEE_UNIT_TICKETS,
    }
)
_AGENT = _REQUESTER | {
    Action.SEE_TICKETS,
    Action.WORK_ON_TICKETS,
    Action.KEEP_VIEWS,
    Action.WRITE_FIRST,
    Action.SEE_ORIGINAL_MAIL,
    Action.REVIEW_SPAM,
    Action.PUBLISH_NOTICES,
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


# What each action is called where people read what a role may do.
ACTION_LABELS: Mapping[Action, str] = {
    Action.FOLLOW_OWN_TICKET: N_("Follow the tickets that they asked for or that they watch"),
    Action.ANSWER_OWN_TICKET: N_("Answer, close and reopen those tickets"),
    Action.SEE_UNIT_TICKETS: N_("Read the tickets of their business unit, where it shares them"),
    Action.SEE_TICKETS: N_("See all tickets with their notes"),
    Action.WORK_ON_TICKETS: N_("Take tickets, reply, write notes and decide"),
    Action.KEEP_VIEWS: N_("Save views of the work lists"),
    Action.WRITE_FIRST: N_("Start a ticket by writing to somebody"),
    Action.SEE_ORIGINAL_MAIL: N_("See a mail as it came"),
    Action.REVIEW_SPAM: N_("Look through spam"),
    Action.SEE_MAIL_LOG: N_("See what became of each mail"),
    Action.FILE_MAIL_AGAIN: N_("File a mail again"),
    Action.MANAGE_MAILBOXES: N_("Set up mailboxes"),
    Action.MANAGE_RULES: N_("Set up the rules that place tickets"),
    Action.MANAGE_PEOPLE: N_("Invite people, give roles, keep people out"),
    Action.SEE_OUTBOX: N_("See the mail that waits to be sent"),
    Action.MANAGE_OUTBOX: N_("Send mail again or cancel it"),
    Action.MANAGE_CANNED_REPLIES: N_("Write canned replies"),
    Action.MANAGE_ORGANISATION: N_("Set up functions, queues, services and business units"),
    Action.REPORT_FAULT: N_("Report a fault, and say that they are hit by one too"),
    Action.PUBLISH_NOTICES: N_("Publish service notices"),
    Action.MANAGE_NOTIFICATIONS: N_("Change the words of mails"),
    Action.MANAGE_APPEARANCE: N_("Choose the name, the logo and the colour of the pages"),
    Action.SEE_PRESENCE: N_("See who else reads a ticket and writes on it"),
    Action.SEE_ADMINISTRATION: N_("See how the helpdesk does, and what was changed in it"),
}

# In one sentence each, for those who give them.
ROLE_SENTENCES: Mapping[Role, str] = {
    Role.REQUESTER: N_("Asks for help and follows what becomes of it. Everybody may."),
    Role.AGENT: N_("Works on tickets: sees all of them, replies and decides."),
    Role.COORDINATOR: N_("Does what an agent does, and hands tickets on between the functions."),
    Role.OWNER: N_("Answers for services: reads all tickets, but does not work on them."),
    Role.ADMINISTRATOR: N_("Does everything, also sets up mailboxes, people and rules."),
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
