"""In which voice a mail speaks on its ticket: the requester's side, an agent's reply, or a note."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from helpdesk.core.words import N_
from helpdesk.domain.correspondence.tokens import Audience
from helpdesk.mail.thread import Evidence, Thread


class Voice(enum.StrEnum):
    """Where the words go: to the ticket, out to the requester, or no further than ourselves.

    And for suppliers: into their conversation, or out to them.
    """

    ANSWER = "answer"
    REPLY = "reply"
    NOTE = "note"
    SUPPLIER = "supplier"
    TO_SUPPLIER = "to supplier"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who wrote, as far as it matters here; `stranger`: takes no part in the ticket."""

    person_id: int
    agent: bool
    requester: bool
    watcher: bool
    stranger: bool = False


@dataclass(frozen=True, slots=True)
class Speech:
    """The voice, whether the sender is proven, and why (a marked message)."""

    voice: Voice
    verified: bool
    reason: str


def speech_of(
    speaker: Speaker,
    thread: Thread,
    *,
    has_own_words: bool,
    proven: bool = False,
    refuted: bool = False,
) -> Speech:
    """The judgement. Words leave the house only by an address that was signed for this very agent.

    An agent's From alone proves nothing: without a mark that was made for that agent, or a server
    that we believe and that vouches for it (`proven`), the words are kept as a note, or as the
    requester's where the agent is the one who asked, and as unverified. Such a server proves
    who wrote, but not for whom; the signed address alone says that they were meant to leave.
    Where it says that the From is not genuine (`refuted`), nothing leaves by any mark.
    """
    mark = thread.mark
    own = mark is not None and mark.person_id == speaker.person_id
    for_another = mark is not None and mark.person_id not in (0, speaker.person_id)
    internal = mark is not None and mark.audience is Audience.INTERNAL
    believed = own or proven
    if internal and speaker.stranger:
        # Internal mail went further than it should, to whom nobody meant to let speak here.
        return Speech(Voice.NOTE, False, N_("A note, for a stranger answers an internal mail"))
    if not speaker.agent:
        if refuted and not own:
            return Speech(Voice.ANSWER, False, N_("An answer, from a sender who is not proven"))
        if for_another:
            return Speech(Voice.ANSWER, proven, N_("An answer, by a mark made for somebody else"))
        return Speech(Voice.ANSWER, True, N_("An answer from the requester’s side"))
    if internal:
        return Speech(Voice.NOTE, believed, N_("A note, for it answers an internal mail"))
    if speaker.requester:
        return Speech(
            Voice.ANSWER, believed, N_("An answer from an agent who is the requester here")
        )
    if own and thread.evidence is Evidence.REPLY_ADDRESS:
        if refuted:
            return Speech(Voice.NOTE, False, N_("A note, for its From is said not to be genuine"))
        if has_own_words:
            return Speech(Voice.REPLY, True, N_("A reply to the requester, from the agent’s mail"))
        return Speech(Voice.NOTE, True, N_("A note, for it has no words of its own to pass on"))
    if speaker.watcher and not for_another:
        return Speech(Voice.ANSWER, believed, N_("An answer from an agent who follows the ticket"))
    if proven:
        return Speech(
            Voice.NOTE, True, N_("A note, for it was not sent to the agent’s own reply address")
        )
    return Speech(
        Voice.NOTE, False, N_("A note, for nothing proves that the agent wrote it to the requester")
    )
