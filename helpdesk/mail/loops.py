"""Tells a machine that answers our automatic mails from a person, whatever its headers say."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from helpdesk.core.words import N_
from helpdesk.domain.correspondence.exchanges import Sent
from helpdesk.domain.notifications.table import KINDS, Submitted
from helpdesk.mail.subjects import stem
from helpdesk.mail.verdicts import Arrival, Exchange, Outcome, Verdict

# So many times in a row one mail came for each automatic mail of ours: once is an answer, twice
# an insistent person.
IN_A_ROW = 3

# No person answers three mails in a row so quickly, each with the same subject; machines do.
AT_ONCE = timedelta(seconds=60)

# Texts with fewer words than this are alike by chance: "It still does not work."
FEWEST_WORDS = 8
# The part of the words that two texts of a machine share; the rest is numbers, names and times.
ALIKE = 0.8

# Characters of a text; a form that is longer is told by its beginning.
LOOKED_AT = 10_000

# So many acknowledgements without any other mail of ours in between, however they were answered.
# It ends what no other sign gives away, such as a machine that makes up new words each day.
MOST_IN_VAIN = 20

ANSWERS_BY_ITSELF = N_("It answers our automatic mails as a machine does")
IN_VAIN = N_("So many acknowledgements went to its sender, and nothing else")

_AUTOMATIC = {name for name, kind in KINDS.items() if kind.submitted is not Submitted.BY_A_PERSON}
# Numbers, addresses and links differ in each mail of a form.
_WORD = re.compile(r"(?<!\S)[^\w\s]*([^\W\d_]{2,24})[^\w\s]*(?!\S)")


def it_answers_our_automatic_mails(arrival: Arrival) -> Verdict | None:
    """A loop that no header gives away, however slow: it is filed, and nothing follows from it."""
    if arrival.exchange is None or not answers_by_itself(arrival.exchange):
        return None
    return Verdict(Outcome.FILE_QUIETLY, ANSWERS_BY_ITSELF, silences=True)


def nobody_but_we_answered_ourselves(arrival: Arrival) -> Verdict | None:
    """So many acknowledgements and no other word of ours: nobody can want another one."""
    if arrival.exchange is None or not acknowledged_in_vain(arrival.exchange):
        return None
    return Verdict(Outcome.FILE, IN_VAIN, hushed=True)


def answers_by_itself(exchange: Exchange) -> bool:
    """Whether each of the last mails, this one too, answered one automatic mail of ours."""
    sent = exchange.sent()
    # A mail of a person in between is a reason to write, and so is one that somebody asked for.
    if len(sent) < IN_A_ROW or any(mail.notification not in _AUTOMATIC for mail in sent[:IN_A_ROW]):
        return False
    taken = exchange.taken()
    if len(taken) < IN_A_ROW:
        return False
    delays = _delays([exchange.came_at, *(mail.kept_at for mail in taken)], sent)
    if delays is None:
        return False
    subjects = {stem(subject) for subject in (exchange.subject, *(m.subject for m in taken[:-1]))}
    if len(subjects) == 1 and max(delays) <= AT_ONCE:
        return True
    written = [mail.message_id for mail in taken[:-1] if mail.message_id is not None]
    texts = exchange.texts(written)
    return len(texts) == IN_A_ROW - 1 and all(alike(exchange.text, text) for text in texts)


def acknowledged_in_vain(exchange: Exchange) -> bool:
    """Whether the last mails to its sender were acknowledgements, all of many."""
    sent = exchange.sent()
    return len(sent) >= MOST_IN_VAIN and all(mail.notification == "received" for mail in sent)


def alike(one: str, other: str) -> bool:
    """Whether two texts are one form filled in twice."""
    first, second = (set(_WORD.findall(text[:LOOKED_AT].casefold())) for text in (one, other))
    if min(len(first), len(second)) < FEWEST_WORDS:
        return False
    return len(first & second) >= ALIKE * len(first | second)


def _delays(came: Sequence[datetime], sent: Sequence[Sent]) -> list[timedelta] | None:
    """How long after a mail of ours each of theirs came; None where one came of itself.

    `came` is newest first; between any two of them exactly automatic mail of ours has to lie.
    """
    delays = []
    for later, earlier in itertools.pairwise(came):
        between = [mail for mail in sent if mail.left_at and earlier <= mail.left_at <= later]
        if not between or any(mail.notification not in _AUTOMATIC for mail in between):
            return None
        delays.append(later - max(mail.left_at for mail in between if mail.left_at))
    return delays
