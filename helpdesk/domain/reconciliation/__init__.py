"""The accounts of the mailboxes: of all mail that was kept and sent, where each one is."""

from __future__ import annotations

from helpdesk.domain.reconciliation.accounts import Reconciled, reconciled
from helpdesk.domain.reconciliation.log import LogPage, LogQuestion, copies_of, mail_log
from helpdesk.domain.reconciliation.outgoing import OUTBOX_STATES, Overview, outbox, overview
from helpdesk.domain.reconciliation.places import PAGE, PLACES

__all__ = [
    "OUTBOX_STATES",
    "PAGE",
    "PLACES",
    "LogPage",
    "LogQuestion",
    "Overview",
    "Reconciled",
    "copies_of",
    "mail_log",
    "outbox",
    "overview",
    "reconciled",
]
