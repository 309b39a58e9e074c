"""The pages of administration: mail and how it does, rules, people, the organisation."""

from __future__ import annotations

# A module's views are registered by importing it.
from helpdesk.web.admin import (
    addresses,
    appearance,
    canned,
    captured,
    changes,
    emptying,
    grants,
    guide,
    guide_tests,
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
    texts,
    units,
    words,
)
from helpdesk.web.admin.door import blueprint

__all__ = [
    "addresses",
    "appearance",
    "blueprint",
    "canned",
    "captured",
    "changes",
    "emptying",
    "grants",
    "guide",
    "guide_tests",
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
    "texts",
    "units",
    "words",
]
