"""The ticket page put together: everything it shows, read in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from flask import request
from flask_babel import gettext as _

from helpdesk.domain.accounts.models import Absence, BusinessUnit, Person, Sharing
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.correspondence.bouncing import suppressed_among
from helpdesk.domain.correspondence.models import BouncingAddress, Mailbox, OutboundMail
from helpdesk.domain.correspondence.queries import deliveries_of, mailboxes
from helpdesk.domain.processes import Standing
from helpdesk.domain.services.models import Service
from helpdesk.domain.services.queries import services
from helpdesk.domain.tickets.models import LinkKind, Queue, Ticket, TicketEvent
from helpdesk.domain.tickets.queries import (
    PersonAround,
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
from helpdesk.web.away import absence_words
from helpdesk.web.desk.conversation import (
    FEW_MESSAGES,
    NEWEST_MESSAGES,
    Part,
    ShownEvent,
    parts_of,
)
from helpdesk.web.desk.history import Names, event_words, icon_of, link_words, people_named
from helpdesk.web.desk.messages import Reader, ShownMessage, shown_message
from helpdesk.web.desk.seen import SeenBy
from helpdesk.web.filters import local_name

OTHER_TICKETS = 5


@dataclass(frozen=True, slots=True)
class Link:
    """Another ticket, and what it is to this one."""

    id: int
    words: str
    ticket: Ticket
    doubtful: bool
    is_part: bool


@dataclass(frozen=True, slots=True)
class WithSupplier:
    """A conversation with a supplier: what about, and who gets what is written there."""

    id: int
    subject: str
    people: Sequence[Person]

    @property
    def names(self) -> str:
        """Whom it is with."""
        return ", ".join(person.display_name for person in self.people) or self.subject


@dataclass(frozen=True)
class TicketPage:
    """What was read for one showing of a ticket; the template asks it for all that it needs."""

    ticket: Ticket
    reader: Person
    window: Window
    said: Sequence[Spoken]
    mails: Mapping[int, Sequence[OutboundMail]]
    lines: Sequence[TicketEvent]
    around: Sequence[PersonAround]
    queues: Sequence[Queue]
    services: Sequence[Service]
    links: Sequence[Link]
    others: Sequence[Ticket]
    merged: Sequence[Ticket]
    into: Ticket | None
    mailboxes: Sequence[Mailbox]
    names: Names
    unreached: Mapping[str, BouncingAddress]
    away: Mapping[int, Absence]
    shared_in: BusinessUnit | None

    @property
    def works(self) -> bool:
        """Whether the reader may change the ticket; what was merged is changed where it goes on."""
        return self.may_work and self.ticket.merged_into_id is None

    @property
    def may_work(self) -> bool:
        """Whether the reader works on tickets."""
        return may(self.reader, Action.WORK_ON_TICKETS)

    @property
    def open_parts(self) -> list[Ticket]:
        """Parts of the ticket that are not done; worth knowing for who resolves it."""
        return [
            link.ticket
            for link in self.links
            if link.is_part and link.ticket.standing != Standing.DONE.value
        ]

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

    @cached_property
    def conversations(self) -> list[WithSupplier]:
        """The ticket's conversations with suppliers, oldest first, as its history tells of them."""
        subjects = {
            line.facts["conversation"]: line.facts["subject"]
            for line in self.lines
            if line.kind == "supplier asked"
        }
        return [
            WithSupplier(
                number, subject, [each.person for each in self.around if number in each.asked_in]
            )
            for number, subject in sorted(subjects.items())
        ]

    @property
    def agents(self) -> list[Person]:
        """Who can be made responsible, by name."""
        return [each.person for each in self.around if each.works]

    @property
    def assignee_away(self) -> str:
        """That the one who is responsible is away, in words; "" while they are here."""
        absence = self.away.get(self.ticket.assignee_id or 0)
        return absence_words(absence) if absence is not None else ""

    @property
    def readers(self) -> str:
        """Which colleagues of the requester can read what is said, in words; "" for none."""
        unit = self.shared_in
        if unit is None or self.ticket.private:
            return ""
        if unit.sharing == Sharing.CHOSEN.value:
            return _("Some people in %(unit)s read this ticket.", unit=local_name(unit))
        return _("Everybody in %(unit)s can read this ticket.", unit=local_name(unit))

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
        return self._parts(self.said, self.lines)

    def parts_since(self, version: int) -> list[Part]:
        """Those that came after a version, nothing of them folded away."""
        # What came while the page was read is left for the next time: its version is not shown yet.
        lines = [line for line in self.lines if version < line.version <= self.ticket.version]
        new = {line.message_id for line in lines}
        said = [spoken for spoken in self.said if spoken.message.id in new]
        return [replace(part, folded=False) for part in self._parts(said, lines) if not part.gap]

    def _parts(self, said: Sequence[Spoken], lines: Sequence[TicketEvent]) -> list[Part]:
        return parts_of(
            said,
            self.shown_messages(),
            lines,
            self.names,
            opened=frozenset(self.window.also),
            portion=self.window.before is not None,
        )

    def taken_back_since(self, version: int) -> list[int]:
        """The messages that somebody who saw that version may still have in front of them."""
        return [
            line.facts["message"]
            for line in self.lines
            if line.version > version and line.kind == "reply withdrawn"
        ]

    @property
    def newest_id(self) -> int | None:
        """The id of the newest message, where there are so many that one wants a way to it."""
        if not self.said or self.said[-1].total <= FEW_MESSAGES:
            return None
        return self.said[-1].message.id

    @property
    def my_mark(self) -> int | None:
        """The version of the ticket that the reader had open before; None for none."""
        return next((each.read for each in self.around if each.person.id == self.reader.id), None)

    @property
    def notice_id(self) -> int | None:
        """The service notice that runs about the ticket, as its history tells."""
        told = [line for line in self.lines if line.kind in ("notice published", "notice ended")]
        return told[-1].facts["notice"] if told and told[-1].kind != "notice ended" else None

    def changes_since(self, version: int) -> list[ShownEvent]:
        """What happened after a version, messages too, for somebody who had not seen it."""
        said = {spoken.message.id: spoken.message.newest for spoken in self.said}
        found = []
        for line in history(self.ticket, since_version=version):
            words = event_words(line, self.names)
            first = " ".join(said.get(line.message_id or 0, "").split())[:160]
            if first:
                words = _("%(what)s: “%(words)s”", what=words, words=first)
            found.append(ShownEvent(words, line.at, icon_of(line)))
        return found

    def shown_messages(self) -> dict[int, ShownMessage]:
        """The messages that were read, by id."""
        reader = Reader(
            sees_originals=may(self.reader, Action.SEE_ORIGINAL_MAIL),
            sends_again=may(self.reader, Action.MANAGE_OUTBOX),
            people=self.names.people,
            wants_pictures_of=request.args.get("images", type=int),
            seen_by=SeenBy(
                self.around,
                {line.message_id: line.version for line in self.lines if line.message_id},
                self.reader.id,
            ),
            suppliers={each.id: each.names for each in self.conversations},
            mentions={
                line.message_id: line.facts["mentions"]
                for line in self.lines
                if line.message_id is not None and "mentions" in line.facts
            },
        )
        return {
            spoken.message.id: shown_message(spoken, self.mails.get(spoken.message.id, ()), reader)
            for spoken in self.said
        }


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
