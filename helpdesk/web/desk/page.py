"""The ticket page put together: what was read for one showing, and all that follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from flask import request
from flask_babel import gettext as _

from helpdesk.domain.accounts.models import Absence, BusinessUnit, Person, Sharing
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.correspondence.models import BouncingAddress, Mailbox, OutboundMail
from helpdesk.domain.processes import Standing
from helpdesk.domain.services.models import Service
from helpdesk.domain.tickets.models import Queue, Ticket, TicketEvent
from helpdesk.domain.tickets.queries import (
    PersonAround,
    Spoken,
    Window,
    history,
)
from helpdesk.web.away import absence_words
from helpdesk.web.desk.conversation import (
    FEW_MESSAGES,
    Part,
    ShownEvent,
    parts_of,
)
from helpdesk.web.desk.history import Names, event_words, icon_of
from helpdesk.web.desk.messages import Reader, ShownMessage, shown_message
from helpdesk.web.desk.seen import SeenBy
from helpdesk.web.filters import local_name


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
        """The conversations with suppliers, oldest first, also those of what was merged into it."""
        subjects: dict[int, str] = {}
        for each in self.around:
            subjects.update(each.asked_in)
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
