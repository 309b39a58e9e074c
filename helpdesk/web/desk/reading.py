"""Reads everything that a ticket page shows, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from helpdesk.domain.correspondence.bouncing import suppressed_among
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.correspondence.queries import deliveries_of, mailboxes
from helpdesk.domain.services.queries import services
from helpdesk.domain.tickets.models import LinkKind, Ticket, TicketEvent
from helpdesk.domain.tickets.queries import (
    Spoken,
    Window,
    conversation_to_read,
    history,
    history_between,
    people_around,
    queues,
    ticket_for,
)
from helpdesk.domain.tickets.queries.neighbours import Neighbours, neighbours_of
from helpdesk.domain.tickets.queries.sharing import shared_in
from helpdesk.web.account import me
from helpdesk.web.desk.conversation import (
    NEWEST_MESSAGES,
)
from helpdesk.web.desk.history import Names, link_words, people_named
from helpdesk.web.desk.page import Link, TicketPage

OTHER_TICKETS = 5


def read_page(number: int, window: Window | None = None) -> TicketPage:
    """Everything about one ticket for the person who is signed in; NotFound.

    Of a long conversation only the `window`: without one the first message and the newest.
    """
    reader = me()
    ticket = ticket_for(reader, number)
    window = window or Window(NEWEST_MESSAGES)
    said, mails = _said_and_sent(ticket, window)
    lines = _lines(ticket, said, window)
    around = people_around(ticket, named=people_named(lines))
    all_queues, all_services = queues(), services()
    near = neighbours_of(ticket, others=OTHER_TICKETS)
    known = {each.person.id: each.person for each in around}
    known |= {line.by.id: line.by for line in lines if line.by is not None}
    known |= {ticket.requester.id: ticket.requester, reader.id: reader}
    return TicketPage(
        ticket=ticket,
        reader=reader,
        window=window,
        said=said,
        mails=mails,
        lines=lines,
        around=around,
        queues=all_queues,
        services=all_services,
        links=_links(near),
        others=near.others,
        merged=near.merged,
        into=near.into,
        mailboxes=mailboxes(),
        away={each.person.id: each.absence for each in around if each.absence is not None},
        shared_in=shared_in(ticket),
        names=Names(known, _by_id(all_queues), _by_id(all_services)),
        unreached=suppressed_among(
            each.email
            for each in (
                ticket.requester,
                *(each.person for each in around if each.follows_since or each.asked_in),
            )
        ),
    )


def _said_and_sent(
    ticket: Ticket, window: Window
) -> tuple[Sequence[Spoken], Mapping[int, Sequence[OutboundMail]]]:
    """The messages of the window, and the mails that carried them.

    Also those whose mail did not arrive, wherever they stand: they must not be overlooked.
    """
    said = conversation_to_read(ticket, internal=True, window=window)
    ids = {spoken.message.id for spoken in said}
    whole = window.before is None and not window.alone
    mails = deliveries_of(ids, failed_on=ticket.id if whole else None)
    overlooked = tuple(sorted(mails.keys() - ids))
    if overlooked:
        alone = Window(0, also=overlooked, alone=True)
        said = [*said, *conversation_to_read(ticket, internal=True, window=alone)]
        return sorted(said, key=lambda spoken: spoken.place), deliveries_of(
            spoken.message.id for spoken in said
        )
    return said, mails


def _lines(ticket: Ticket, said: Sequence[Spoken], window: Window) -> Sequence[TicketEvent]:
    """The history beside the messages that are shown: not of what is left out between them."""
    if window.alone or not said:
        return []
    if window.before is not None:
        return history_between(ticket, said[0].message.id, window.before, opening=False)
    newest = [spoken for spoken in said if spoken.place > spoken.total - window.newest]
    if newest[0].place <= 2:
        return history(ticket)
    return history_between(ticket, newest[0].message.id, None, opening=True)


def _by_id(rows: Iterable[Any]) -> Mapping[int, Any]:
    return {row.id: row for row in rows}


def _links(near: Neighbours) -> list[Link]:
    return [
        Link(
            link.link_id,
            link_words(link.kind, link.other.number, stands=link.stands),
            link.other,
            doubtful=link.kind == LinkKind.MAY_FOLLOW.value,
            is_part=link.kind == LinkKind.CHILD.value and not link.stands,
        )
        for link in near.links
    ]
