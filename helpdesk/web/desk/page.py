"""The ticket page put together: everything it shows, read in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import request
from flask_babel import gettext as _

from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.correspondence.bouncing import suppressed_among
from helpdesk.domain.correspondence.models import BouncingAddress, Mailbox, OutboundMail
from helpdesk.domain.correspondence.queries import deliveries_of, mailboxes
from helpdesk.domain.services.models import Service
from helpdesk.domain.services.queries import services
from helpdesk.domain.tickets.models import LinkKind, Queue, Ticket, TicketEvent
from helpdesk.domain.tickets.queries import (
    PersonAround,
    Spoken,
    conversation_to_read,
    history,
    people_around,
    queues,
    ticket_for,
)
from helpdesk.domain.tickets.queries.neighbours import Neighbours, neighbours_of
from helpdesk.web.account import me
from helpdesk.web.desk.history import Names, event_words, icon_of, link_words, people_named
from helpdesk.web.desk.messages import Reader, ShownMessage, shown_message

# More than this many messages, and the middle of the conversation folds.
FEW_MESSAGES = 8
# The newest stay open.
OPEN_MESSAGES = 4
OTHER_TICKETS = 5


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """A line of the history as the macros read it."""

    words: str
    at: object
    icon: str


@dataclass(frozen=True, slots=True)
class Part:
    """A message, or the lines of history between two messages."""

    message: ShownMessage | None = None
    folded: bool = False
    events: Sequence[ShownEvent] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """Another ticket, and what it is to this one."""

    words: str
    ticket: Ticket
    doubtful: bool


@dataclass(frozen=True)
class TicketPage:
    """What was read for one showing of a ticket; the template asks it for all that it needs."""

    ticket: Ticket
    reader: Person
    said: Sequence[Spoken]
    mails: Mapping[int, Sequence[OutboundMail]]
    lines: Sequence[TicketEvent]
    around: Sequence[PersonAround]
    queues: Sequence[Queue]
    services: Sequence[Service]
    links: Sequence[Link]
    others: Sequence[Ticket]
    mailboxes: Sequence[Mailbox]
    names: Names
    unreached: Mapping[str, BouncingAddress]

    @property
    def works(self) -> bool:
        """Whether the reader may change the ticket."""
        return may(self.reader, Action.WORK_ON_TICKETS)

    @property
    def mailbox(self) -> Mailbox | None:
        """The mailbox that speaks for the ticket: its own, or the first one."""
        active = [mailbox for mailbox in self.mailboxes if mailbox.active]
        own = (mailbox for mailbox in active if mailbox.id == self.ticket.mailbox_id)
        return next(own, active[0] if active else None)

    @property
    def watchers(self) -> list[Person]:
        """Who follows the ticket besides its requester, longest first."""
        following = [
            (each.follows_since, each.person)
            for each in self.around
            if each.follows_since is not None and each.person.active
        ]
        return [person for _since, person in sorted(following, key=lambda pair: pair[0])]

    @property
    def watched_by_me(self) -> bool:
        """Whether the reader follows the ticket."""
        return any(person.id == self.reader.id for person in self.watchers)

    @property
    def agents(self) -> list[Person]:
        """Who can be made responsible, by name."""
        return [each.person for each in self.around if each.works]

    @property
    def hearers(self) -> list[Person]:
        """Who gets a reply by mail: as the notifications decide it, never its author or us."""
        ours = {address for mailbox in self.mailboxes for address in mailbox.all_addresses}
        return [
            person
            for person in (self.ticket.requester, *self.watchers)
            if person.active and person.id != self.reader.id and person.email not in ours
        ]

    @property
    def parts(self) -> list[Part]:
        """Messages and lines of history in the order in which they came."""
        return self._parts(self.lines, self._shown_messages())

    def parts_since(self, version: int) -> list[Part]:
        """Those that came after a version, nothing of them folded away."""
        # What came while the page was read is left for the next time: its version is not shown yet.
        lines = [line for line in self.lines if version < line.version <= self.ticket.version]
        said = {line.message_id for line in lines}
        new = {key: each for key, each in self._shown_messages().items() if key in said}
        return [replace(part, folded=False) for part in self._parts(lines, new)]

    def taken_back_since(self, version: int) -> list[int]:
        """The messages that somebody who saw that version may still have in front of them."""
        return [
            line.facts["message"]
            for line in self.lines
            if line.version > version and line.kind == "reply withdrawn"
        ]

    def _parts(self, lines: Sequence[TicketEvent], shown: dict[int, ShownMessage]) -> list[Part]:
        places = {message_id: place for place, message_id in enumerate(shown)}
        parts: list[Part] = []
        between: list[ShownEvent] = []
        for line in lines:
            if line.message_id in shown:
                parts += [Part(events=between)] if between else []
                message = shown.pop(line.message_id)
                folds = _is_folded(places[line.message_id], len(places))
                parts.append(Part(message, folded=folds and not message.is_trouble))
                between = []
            if line.message_id is None or line.kind == "opened":
                words = event_words(line, self.names)
                between.append(ShownEvent(words, line.at, icon_of(line)))
        # What has no line of its own is still shown.
        parts += [Part(events=between)] if between else []
        return parts + [Part(message) for message in shown.values()]

    def changes_since(self, version: int) -> list[ShownEvent]:
        """What happened after a version, messages too, for somebody who had not seen it."""
        said = {spoken.message.id: spoken.message.newest for spoken in self.said}
        found = []
        for line in self.lines:
            if line.version > version:
                words = event_words(line, self.names)
                first = " ".join(said.get(line.message_id or 0, "").split())[:160]
                if first:
                    words = _("%(what)s: “%(words)s”", what=words, words=first)
                found.append(ShownEvent(words, line.at, icon_of(line)))
        return found

    def _shown_messages(self) -> dict[int, ShownMessage]:
        reader = Reader(
            sees_originals=may(self.reader, Action.SEE_ORIGINAL_MAIL),
            sends_again=may(self.reader, Action.MANAGE_OUTBOX),
            people=self.names.people,
            wants_pictures_of=request.args.get("images", type=int),
        )
        return {
            spoken.message.id: shown_message(spoken, self.mails.get(spoken.message.id, ()), reader)
            for spoken in self.said
        }


def read_page(number: int) -> TicketPage:
    """Everything about one ticket for the person who is signed in; NotFound."""
    reader = me()
    ticket = ticket_for(reader, number)
    said = conversation_to_read(ticket, internal=may(reader, Action.SEE_TICKETS))
    lines = history(ticket)
    around = people_around(ticket, named=people_named(lines))
    all_queues, all_services = queues(), services()
    near = neighbours_of(ticket, others=OTHER_TICKETS)
    known = {each.person.id: each.person for each in around}
    known |= {line.by.id: line.by for line in lines if line.by is not None}
    known |= {ticket.requester.id: ticket.requester, reader.id: reader}
    return TicketPage(
        ticket=ticket,
        reader=reader,
        said=said,
        mails=deliveries_of(spoken.message.id for spoken in said),
        lines=lines,
        around=around,
        queues=all_queues,
        services=all_services,
        links=_links(near),
        others=near.others,
        mailboxes=mailboxes(),
        names=Names(known, _by_id(all_queues), _by_id(all_services)),
        unreached=suppressed_among(
            each.email
            for each in (
                ticket.requester,
                *(each.person for each in around if each.follows_since is not None),
            )
        ),
    )


def _by_id(rows: Iterable[Any]) -> Mapping[int, Any]:
    return {row.id: row for row in rows}


def _is_folded(place: int, number: int) -> bool:
    return number > FEW_MESSAGES and 0 < place < number - OPEN_MESSAGES


def _links(near: Neighbours) -> list[Link]:
    return [
        Link(
            link_words(kind, other.number, stands=stands),
            other,
            doubtful=kind == LinkKind.MAY_FOLLOW.value,
        )
        for kind, stands, other in near.links
    ]
