"""Who speaks in a mail on its ticket, and so in which voice."""

from __future__ import annotations

from helpdesk.domain.correspondence.tokens import Audience, before_our_marks
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries import watches
from helpdesk.mail.aside import is_aside, speech_aside
from helpdesk.mail.letter import Letter
from helpdesk.mail.storable import storable
from helpdesk.mail.thread import Thread, takes_part
from helpdesk.mail.voice import Speaker, Speech, speech_of


def speech_on(letter: Letter, ticket: Ticket, thread: Thread) -> Speech:
    """The judgement for a mail on a ticket."""
    person = letter.person
    agent = letter.agent_writes
    speaker = Speaker(
        person_id=person.id if person else -1,
        agent=agent,
        requester=person is not None and person.id == ticket.requester_id,
        watcher=agent and person is not None and watches(person, ticket),
        stranger=_answers_internal_mail(thread) and not takes_part(person, ticket),
    )
    has_own_words = bool(own_words(letter) or letter.mail.attachments)
    if is_aside(thread):
        return speech_aside(letter, speaker, thread, has_own_words=has_own_words)
    return speech_of(
        speaker,
        thread,
        has_own_words=has_own_words,
        proven=letter.sender_proven,
        refuted=letter.sender_refuted,
    )


def own_words(letter: Letter) -> str:
    """What the sender wrote, without the mail that it answers."""
    # Where the quotation was not recognised, our own addresses in it show where it begins.
    return before_our_marks(storable(letter.mail.reply_text)).strip()


def _answers_internal_mail(thread: Thread) -> bool:
    return thread.mark is not None and thread.mark.audience is Audience.INTERNAL
