"""Search over tickets: a small language, an index of stems, bounded portions, newest first.

The index is written in the same transaction as the words it finds (`index`); a query is read
(`language`), its keys become conditions (`filters`), and `finding` looks through `portions`.
"""

from __future__ import annotations

from helpdesk.domain.tickets.search.excerpts import Excerpt, excerpts
from helpdesk.domain.tickets.search.existing import choices_of
from helpdesk.domain.tickets.search.filters import Asking, Complaint, Why
from helpdesk.domain.tickets.search.finding import Found, search, tickets_found
from helpdesk.domain.tickets.search.index import index_message, index_opening, index_subject
from helpdesk.domain.tickets.search.language import KEYS, SWEDISH, Key, Sought, Term
from helpdesk.domain.tickets.search.suggesting import Suggestion, suggestions
from helpdesk.domain.tickets.search.values import Choice

__all__ = [
    "KEYS",
    "SWEDISH",
    "Asking",
    "Choice",
    "Complaint",
    "Excerpt",
    "Found",
    "Key",
    "Sought",
    "Suggestion",
    "Term",
    "Why",
    "choices_of",
    "excerpts",
    "index_message",
    "index_opening",
    "index_subject",
    "search",
    "suggestions",
    "tickets_found",
]
