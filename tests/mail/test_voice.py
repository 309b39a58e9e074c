from __future__ import annotations

import pytest

from helpdesk.domain.correspondence.tokens import Audience, Mark
from helpdesk.mail.thread import Evidence, Thread
from helpdesk.mail.voice import Speaker, Voice, speech_of

AGENT, OTHER = 5, 6


def thread(evidence: Evidence, audience: Audience | None = None, person_id: int = 0) -> Thread:
    mark = Mark(7, audience, person_id) if audience is not None else None
    return Thread(None, evidence, "", joins=True, mark=mark)


TO_REQUESTER = thread(Evidence.REPLY_ADDRESS, Audience.REQUESTER, AGENT)
TO_US = thread(Evidence.REPLY_ADDRESS, Audience.INTERNAL, AGENT)
OF_ANOTHER = thread(Evidence.REPLY_ADDRESS, Audience.REQUESTER, OTHER)
INTERNAL_OF_ANOTHER = thread(Evidence.REPLY_ADDRESS, Audience.INTERNAL, OTHER)
BY_MESSAGE_ID = thread(Evidence.OUR_MESSAGE_ID, Audience.REQUESTER, AGENT)
BY_INTERNAL_MESSAGE_ID = thread(Evidence.OUR_MESSAGE_ID, Audience.INTERNAL, AGENT)
BY_SUBJECT = thread(Evidence.SUBJECT_NUMBER)

AN_AGENT = Speaker(AGENT, agent=True, requester=False, watcher=False)
AGENT_WHO_ASKED = Speaker(AGENT, agent=True, requester=True, watcher=False)
AGENT_WHO_FOLLOWS = Speaker(AGENT, agent=True, requester=False, watcher=True)
A_REQUESTER = Speaker(AGENT, agent=False, requester=True, watcher=False)


@pytest.mark.parametrize(
    ("speaker", "by", "voice", "verified"),
    [
        (AN_AGENT, TO_REQUESTER, Voice.REPLY, True),
        (AN_AGENT, TO_US, Voice.NOTE, True),
        (AN_AGENT, OF_ANOTHER, Voice.NOTE, False),
        (AN_AGENT, INTERNAL_OF_ANOTHER, Voice.NOTE, False),
        (AN_AGENT, BY_MESSAGE_ID, Voice.NOTE, False),
        (AN_AGENT, BY_INTERNAL_MESSAGE_ID, Voice.NOTE, True),
        (AN_AGENT, BY_SUBJECT, Voice.NOTE, False),
        (AGENT_WHO_ASKED, TO_REQUESTER, Voice.ANSWER, True),
        (AGENT_WHO_ASKED, BY_SUBJECT, Voice.ANSWER, False),
        (AGENT_WHO_ASKED, TO_US, Voice.NOTE, True),
        (AGENT_WHO_FOLLOWS, TO_REQUESTER, Voice.REPLY, True),
        (AGENT_WHO_FOLLOWS, BY_SUBJECT, Voice.ANSWER, False),
        (AGENT_WHO_FOLLOWS, OF_ANOTHER, Voice.NOTE, False),
        (AGENT_WHO_FOLLOWS, TO_US, Voice.NOTE, True),
        (A_REQUESTER, TO_REQUESTER, Voice.ANSWER, True),
        (A_REQUESTER, BY_SUBJECT, Voice.ANSWER, True),
        (A_REQUESTER, OF_ANOTHER, Voice.ANSWER, False),
        # What is said to an internal address by somebody outside is not passed on either.
        (A_REQUESTER, INTERNAL_OF_ANOTHER, Voice.ANSWER, False),
    ],
)
def test_only_a_mark_made_for_this_agent_lets_words_out(
    speaker: Speaker, by: Thread, voice: Voice, verified: bool
) -> None:
    speech = speech_of(speaker, by, has_own_words=True)
    assert (speech.voice, speech.verified) == (voice, verified)


def test_an_agents_mail_without_words_of_its_own_is_not_passed_on() -> None:
    assert speech_of(AN_AGENT, TO_REQUESTER, has_own_words=False).voice is Voice.NOTE


@pytest.mark.parametrize(
    ("speaker", "by", "voice", "verified"),
    [
        (AN_AGENT, BY_SUBJECT, Voice.NOTE, True),
        (AN_AGENT, INTERNAL_OF_ANOTHER, Voice.NOTE, True),
        (AN_AGENT, TO_REQUESTER, Voice.REPLY, True),
        # The server proves who wrote; that the words were meant to leave it cannot know.
        (AN_AGENT, OF_ANOTHER, Voice.NOTE, True),
        (AN_AGENT, BY_MESSAGE_ID, Voice.NOTE, True),
        (AGENT_WHO_ASKED, BY_SUBJECT, Voice.ANSWER, True),
        (AGENT_WHO_FOLLOWS, BY_SUBJECT, Voice.ANSWER, True),
        (A_REQUESTER, OF_ANOTHER, Voice.ANSWER, True),
    ],
)
def test_a_server_that_vouches_for_the_sender_proves_who_wrote_and_lets_nothing_more_out(
    speaker: Speaker, by: Thread, voice: Voice, verified: bool
) -> None:
    speech = speech_of(speaker, by, has_own_words=True, proven=True)
    assert (speech.voice, speech.verified) == (voice, verified)


@pytest.mark.parametrize(
    ("speaker", "by", "voice", "verified"),
    [
        (AN_AGENT, TO_REQUESTER, Voice.NOTE, False),
        (AN_AGENT, BY_SUBJECT, Voice.NOTE, False),
        (AGENT_WHO_ASKED, BY_SUBJECT, Voice.ANSWER, False),
        (A_REQUESTER, BY_SUBJECT, Voice.ANSWER, False),
        (A_REQUESTER, OF_ANOTHER, Voice.ANSWER, False),
        # A mailing list breaks signatures; the mark was made for this very person.
        (A_REQUESTER, TO_REQUESTER, Voice.ANSWER, True),
    ],
)
def test_a_from_that_is_said_to_be_forged_lets_nothing_out(
    speaker: Speaker, by: Thread, voice: Voice, verified: bool
) -> None:
    speech = speech_of(speaker, by, has_own_words=True, refuted=True)
    assert (speech.voice, speech.verified) == (voice, verified)
