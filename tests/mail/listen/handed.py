"""What was handed over, and how."""

from __future__ import annotations

import smtplib

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.domain.correspondence.models import InboundMail

HELPDESK = "helpdesk@example.org"
ORDERS = "orders@example.org"


def rows() -> list[InboundMail]:
    db.session.rollback()
    return list(db.session.scalars(select(InboundMail).order_by(InboundMail.id)))


def replies(client: smtplib.LMTP, count: int) -> list[int]:
    return [client.getreply()[0] for _ in range(count)]


def hand_over(client: smtplib.SMTP, recipients: list[str], raw: bytes) -> None:
    """All of the conversation but the answers to the mail."""
    client.mail("eva@example.com")
    for recipient in recipients:
        client.rcpt(recipient)
    client.docmd("DATA")
    client.send(smtplib._quote_periods(raw) + b".\r\n")  # type: ignore[attr-defined]
