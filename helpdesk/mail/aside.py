"""In which voice a mail speaks that belongs to a conversation with a supplier.

Nothing of it may reach the requester, and nothing that the requester's side says may reach the
supplier: what could be either becomes a note, and an agent decides.
"""

from __future__ import annotations

from dataclasses import replace

from helpdesk.core.words import N_
from helpdesk.domain.correspondence.tokens import Audience
from helpdesk.domain.tickets.queries.suppliers import (
    conversation_by_id,
    conversation_with,
    same_house,
)
from helpdesk.mail.letter import Letter
from helpdesk.mail.thread import Evidence, Thread, takes_part
from helpdesk.mail.voice import Speaker, Speech, Voice


def is_aside(thread: Thread) -> bool:
    """Whether the mail belongs to a supplier's conversation, or to one that is gone."""
    to_supplier = thread.mark is not None and thread.mark.audience is Audience.SUPPLIER
    return to_supplier or thread.conversation is not None


def turned_aside(letter: Letter, thread: Thread) -> Thread:
    """The thread, turned to a supplier's conversation when it is that supplier who speaks.

    A mark made for somebody else, or a hand, may lead a supplier's words to the requester's side:
    forwarded mail takes our marks along.
    """
    ticket, mark = thread.ticket, thread.mark
    if ticket is None or not thread.joins or is_aside(thread):
        return thread
    person = letter.person
    own_mark = mark is not None and person is not None and mark.person_id == person.id
    if (mark is None and thread.evidence is not Evidence.BY_HAND) or own_mark:
        return thread
    if takes_part(person, ticket):
        return thread
    found = conversation_with(ticket, letter.sender.address)
    if found is None:
        return thread
    return replace(thread, conversation=conversation_by_id(found))


def speech_aside(
    letter: Letter, speaker: Speaker, thread: Thread, *, has_own_words: bool
) -> Speech:
    """The judgement: the supplier's words, an agent's words to the supplier, or a note."""
    mark, conversation = thread.mark, thread.conversation
    proven, refuted = letter.sender_proven, letter.sender_refuted
    of_it = mark is not None and mark.audience is Audience.SUPPLIER
    own = mark is not None and of_it and mark.person_id == speaker.person_id
    if speaker.agent:
        return _agents(thread, own, has_own_words=has_own_words, proven=proven, refuted=refuted)
    if conversation is None:
        return Speech(Voice.NOTE, False, N_("A note, for the supplier’s conversation is gone"))
    known = letter.person is not None and letter.person in conversation.people
    if not known and thread.ticket is not None and takes_part(letter.person, thread.ticket):
        return Speech(
            Voice.NOTE,
            False,
            N_("A note, for it answers a supplier’s mail in the name of the requester’s side"),
        )
    if known and not refuted and (mark is None or own or (of_it and mark.person_id == 0)):
        return Speech(Voice.SUPPLIER, True, N_("An answer from the supplier"))
    if known and own:
        # A mailing list breaks signatures; the mark was made for this very person.
        return Speech(Voice.SUPPLIER, True, N_("An answer from the supplier"))
    house = any(same_house(letter.sender.address, person.email) for person in conversation.people)
    if house:
        return Speech(Voice.SUPPLIER, proven, N_("An answer from the supplier’s house"))
    return Speech(Voice.SUPPLIER, False, N_("An answer by a mark made for the supplier"))


def _agents(
    thread: Thread, own: bool, *, has_own_words: bool, proven: bool, refuted: bool
) -> Speech:
    leaves = own and thread.evidence is Evidence.REPLY_ADDRESS and thread.conversation is not None
    if not leaves:
        return Speech(
            Voice.NOTE,
            proven or own,
            N_("A note, for it was not sent to the agent’s own reply address"),
        )
    if refuted:
        return Speech(Voice.NOTE, False, N_("A note, for its From is said not to be genuine"))
    if not has_own_words:
        return Speech(Voice.NOTE, True, N_("A note, for it has no words of its own to pass on"))
    return Speech(Voice.TO_SUPPLIER, True, N_("Words to the supplier, from the agent’s mail"))
