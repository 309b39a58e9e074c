"""Later deliveries of a mail that was filed: recorded, and placed anew by an earlier mailbox."""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk.core.words import N_
from helpdesk.domain.correspondence.models import InboundMail, InboundState
from helpdesk.domain.tickets.actions import place
from helpdesk.domain.tickets.queries import only_opened, ticket_by_number
from helpdesk.mail.filing import route
from helpdesk.mail.letter import Around, Filed, Letter, Step


def first_filed(deliveries: Sequence[InboundMail]) -> InboundMail | None:
    """The one delivery among them that was decided, of which the others are copies."""
    return next((delivery for delivery in deliveries if delivery.first_of_content), None)


def file_copy(letter: Letter, first: InboundMail, around: Around) -> Filed:
    """Record a delivery of a mail that came another way before."""
    steps = [
        Step(
            "file",
            N_("The same mail as delivery %(first)s, which came before"),
            {"first": first.id},
        )
    ]
    if first.ticket_id is not None:
        steps.append(Step("file", N_("It is on ticket #%(ticket)s"), {"ticket": first.ticket_id}))
        steps += _placed_anew(letter, first, around)
    return Filed(
        InboundState.COPY,
        tuple(steps),
        reason=N_("The same mail came before"),
        ticket_id=first.ticket_id,
        message_id=first.message_id,
        copy_of_id=first.id,
    )


def _placed_anew(letter: Letter, first: InboundMail, around: Around) -> list[Step]:
    """The first mailbox in order decides, also when its delivery is the later one."""
    ticket = ticket_by_number(first.ticket_id, lock=True) if first.ticket_id else None
    if ticket is None or ticket.mailbox_id is None:
        return []
    if letter.mailbox.rank >= around.ours.mailbox(ticket.mailbox_id).rank:
        return []
    # A mail that only joined a ticket has no say in where it lies, and no copy moves what an
    # agent has looked after.
    if not only_opened(ticket, by_message=first.message_id):
        return [Step("route", N_("More has happened to it already, so it stays where it is"))]
    where = route(letter, around)
    ticket.mailbox_id = letter.mailbox.id
    place(
        ticket,
        queue=where.queue,
        process=where.process,
        service=where.service,
        reason=where.rule,
        by=None,
        now=around.now,
    )
    return [
        Step(
            "route",
            N_("Placed anew, for the mailbox “%(mailbox)s” comes first"),
            {"mailbox": letter.mailbox.name},
        ),
        Step("route", where.reason, {"rule": where.rule} if where.rule else {}),
    ]
