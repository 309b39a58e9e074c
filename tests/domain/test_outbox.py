"""Putting mail in the outbox: once for each occasion, and known by the id it leaves with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.correspondence.actions import enqueue
from helpdesk.domain.correspondence.models import IdSource, MailId, OutboundMail
from helpdesk.domain.correspondence.tokens import Audience
from helpdesk.domain.tickets.actions import Opening, Words, open_ticket
from tests.world import World


def test_what_is_enqueued_again_is_one_mail_and_no_id_that_never_left_is_known(
    world: World, now: datetime
) -> None:
    opening = Opening("It is dead", world.eva, "incident", world.queue)
    with unit_of_work():
        ticket, _ = open_ticket(opening, Words("Help"), by=world.eva, now=now)
        for _time in range(3):
            enqueue(
                "answered",
                occasion="event:77",
                to=world.oskar,
                audience=Audience.REQUESTER,
                mailbox=world.helpdesk,
                language="en",
                ticket_id=ticket.id,
                now=now,
            )
    sent = db.session.scalars(select(OutboundMail.rfc_message_id)).all()
    known = select(MailId.rfc_id).where(MailId.source == IdSource.SENT.value)
    # What was received, and the one about this occasion.
    assert len(sent) == 2
    assert sorted(db.session.scalars(known)) == sorted(sent)
