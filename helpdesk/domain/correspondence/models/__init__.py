"""Tables of correspondence: mailboxes, mail in and out, and the ids that tie a thread."""

from __future__ import annotations

from helpdesk.domain.correspondence.models.bouncing import BouncingAddress
from helpdesk.domain.correspondence.models.grant import GrantFlow, MailGrant
from helpdesk.domain.correspondence.models.inbound import InboundMail, InboundState
from helpdesk.domain.correspondence.models.mailbox import (
    AfterKeeping,
    Mailbox,
    MailboxKind,
    OldMail,
)
from helpdesk.domain.correspondence.models.outbound import DeliveryState, Fault, OutboundMail
from helpdesk.domain.correspondence.models.setup import MailboxSetup
from helpdesk.domain.correspondence.models.threads import IdSource, MailId

__all__ = [
    "AfterKeeping",
    "BouncingAddress",
    "DeliveryState",
    "Fault",
    "GrantFlow",
    "IdSource",
    "InboundMail",
    "InboundState",
    "MailGrant",
    "MailId",
    "Mailbox",
    "MailboxKind",
    "MailboxSetup",
    "OldMail",
    "OutboundMail",
]
