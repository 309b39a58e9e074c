"""The verb that lets mail go with the messages that it became."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select, update

from helpdesk.core.db import db, forget_answers
from helpdesk.core.words import N_
from helpdesk.domain.correspondence.actions import note_step
from helpdesk.domain.correspondence.models import IdSource, InboundMail, MailId, OutboundMail

SPLIT_OFF = N_("Split off from another ticket by hand")


def go_with_messages(
    message_ids: Sequence[int], *, source: int, target: int, who: str, now: datetime
) -> None:
    """Mail in and out that these messages came by or left by belongs to ticket `target` now.

    Answers that name one of these mails find it there. A mail that a flood's ticket took counts as
    a part of the flood no longer, so that the flood goes on where it was. Each mail's trace tells.
    """
    inbound = db.session.scalars(
        select(InboundMail).where(InboundMail.message_id.in_(message_ids)).with_for_update()
    ).all()
    for mail in inbound:
        mail.ticket_id = target
        mail.reason = SPLIT_OFF if mail.reason else ""
        note_step(
            mail,
            "by hand",
            N_("%(who)s split it off from ticket #%(source)s; it is on ticket #%(ticket)s now"),
            now=now,
            who=who,
            source=source,
            ticket=target,
        )
    outbound = db.session.scalars(
        select(OutboundMail).where(OutboundMail.message_id.in_(message_ids)).with_for_update()
    ).all()
    for sent in outbound:
        sent.ticket_id = target
    db.session.flush()
    taken = [mail.rfc_message_id for mail in inbound if mail.rfc_message_id]
    db.session.execute(
        update(MailId)
        .where(
            MailId.ticket_id == source,
            or_(
                (MailId.source == IdSource.TAKEN.value) & MailId.rfc_id.in_(taken),
                (MailId.source == IdSource.SENT.value)
                & MailId.rfc_id.in_([sent.rfc_message_id for sent in outbound]),
            ),
        )
        .values(ticket_id=target)
        .execution_options(synchronize_session=False)
    )
    forget_answers(MailId)
