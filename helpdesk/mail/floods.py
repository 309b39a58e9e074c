"""A flood of mail is one line for an agent: what comes beyond the limit joins one ticket."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask_babel import force_locale, gettext

from helpdesk.core.db import db
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.correspondence.exchanges import flood_in, flood_of
from helpdesk.domain.correspondence.ids import remember_ids
from helpdesk.domain.correspondence.models import IdSource, InboundState, Mailbox
from helpdesk.domain.intake import Intake, receive
from helpdesk.domain.routing.queries import Placement
from helpdesk.domain.tickets.actions import receive_answer, tell
from helpdesk.domain.tickets.models import Message, Ticket
from helpdesk.domain.tickets.queries import ticket_going_on
from helpdesk.mail.addresses import UNKNOWN_SENDER
from helpdesk.mail.letter import Around, Filed, Letter, Step, known, words_of
from helpdesk.mail.storable import storable
from helpdesk.mail.trace import trust_steps, verdict_steps
from helpdesk.mail.verdicts import Flood, Verdict

# A flood that paused for so long is over; the next one is a line of its own.
PAUSE = timedelta(hours=1)

# A ticket's page shows all of its messages; with more than this it takes seconds to open, so what
# comes then is a ticket of its own.
MOST_GATHERED = 2000

# The reasons by which the ticket of a flood is found again.
OF_ONE = N_("Part of a flood of one sender, so it is on the flood’s ticket")
OF_MANY = N_("Part of a flood of strangers, so it is on the flood’s ticket")


def file_with_flood(
    letter: Letter, verdict: Verdict, around: Around, *, route: Callable[[], Placement]
) -> Filed:
    """Put the mail on the ticket of its flood; the first one beyond the limit opens it.

    Nobody is told, and the ticket's state stays as it is, also when an agent has closed it while
    the flood goes on.
    """
    of_many = verdict.flood is Flood.OF_MANY
    words = words_of(letter, verified=False)
    # Senders who were made up do not become people; each message keeps its address.
    author = None if of_many else known(letter, letter.sender, now=around.now)
    ticket = _ticket_of(letter, around, of_many=of_many)
    if ticket is not None:
        message = receive_answer(
            ticket, words, reopens=False, hushed=verdict.reason, by=author, now=around.now
        )
        filed = Step("file", N_("Joined ticket #%(ticket)s"), {"ticket": ticket.number})
    else:
        requester = author or known(letter, UNKNOWN_SENDER, now=around.now)
        ticket, message = _open(letter, verdict, requester, route(), around)
        filed = Step("file", N_("Became ticket #%(ticket)s"), {"ticket": ticket.number})
    remember_ids(ticket.id, {IdSource.TAKEN: (storable(letter.mail.message_id or ""),)})
    steps = (*verdict_steps(verdict), *trust_steps(letter, verdict), filed)
    return _filed(ticket, message, OF_MANY if of_many else OF_ONE, steps)


def _ticket_of(letter: Letter, around: Around, *, of_many: bool) -> Ticket | None:
    ticket = _with_room(_number_of(letter, around, of_many=of_many))
    if ticket is not None:
        return ticket
    # Two workers may meet at the first mail of a flood; the second finds what the first made.
    db.session.get(Mailbox, letter.mailbox.id, with_for_update=True)
    return _with_room(_number_of(letter, around, of_many=of_many))


def _number_of(letter: Letter, around: Around, *, of_many: bool) -> int | None:
    since = around.now - PAUSE
    if of_many:
        return flood_in(letter.mailbox.id, reason=OF_MANY, since=since)
    return flood_of(letter.sender.address, reason=OF_ONE, since=since)


def _with_room(number: int | None) -> Ticket | None:
    ticket = ticket_going_on(number, lock=True) if number is not None else None
    # Each message is a line of the history, and so a version.
    return ticket if ticket is not None and ticket.version < MOST_GATHERED else None


def _open(
    letter: Letter, verdict: Verdict, requester: Person, where: Placement, around: Around
) -> tuple[Ticket, Message]:
    language = letter.mailbox.language
    with force_locale(language):
        if verdict.flood is Flood.OF_MANY:
            subject = gettext("Many mails of strangers: %(what)s", what=storable(verdict.sign))
        else:
            subject = gettext("Many mails from %(address)s", address=letter.sender.address)
    intake = Intake(
        requester=requester,
        subject=subject,
        words=words_of(letter, verified=False),
        placement=where,
        mailbox_id=letter.mailbox.id,
        language=language,
        hushed=verdict.reason,
    )
    ticket, message = receive(intake, by=None, now=around.now)
    tell(ticket, "flood", facts={"from": letter.sender.address}, now=around.now)
    return ticket, message


def _filed(ticket: Ticket, message: Message, reason: str, steps: tuple[Step, ...]) -> Filed:
    return Filed(
        InboundState.QUIETLY, steps, reason=reason, ticket_id=ticket.id, message_id=message.id
    )
