"""The pages of administration: mail and how it does, rules, people, the organisation."""

from __future__ import annotations

# A module's views are registered by importing it.
from helpdesk.web.admin import (
    addresses,
    canned,
    captured,
    changes,
    emptying,
    grants,
    home,
    inbound,
    leaving,
    mail_log,
    mailboxes,
    organisation,
    outbox,
    people,
    person,
    roles,
    rules,
    units,
    words,
)
from helpdesk.web.admin.door import blueprint

__all__ = [
    "addresses",
    "blueprint",
    "canned",
    "captured",
    "changes",
    "emptying",
    "grants",
    "home",
    "inbound",
    "leaving",
    "mail_log",
    "mailboxes",
    "organisation",
    "outbox",
    "people",
    "person",
    "roles",
    "rules",
    "units",
    "words",
]
