"""What the guards look at, and what they decide."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from helpdesk.core.config import Settings
from helpdesk.domain.correspondence.exchanges import Sent, Taken
from helpdesk.mail.addresses import OurMailbox, Ours
from helpdesk.mail.values import ParsedMail


class Outcome(enum.StrEnum):
    """What is done with a mail. Only FILE may lead to an acknowledgement."""

    FILE = "file"
    FILE_QUIETLY = "file quietly"
    REPORT = "report"
    SET_ASIDE = "set aside"


class Flood(enum.StrEnum):
    """Whose flood a mail is part of."""

    OF_ONE = "of one sender"
    OF_MANY = "of many strangers"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a guard decides. `reason` is a marked message; `sign` is what it saw, as it stood.

    `hushed`: it is filed like any other, but not acknowledged. `silences` also our own people:
    nobody is told of an answer that it brings. `flood`: it joins the ticket of that flood.
    """

    outcome: Outcome
    reason: str = ""
    sign: str = ""
    hushed: bool = False
    silences: bool = False
    absence: bool = False
    flood: Flood | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """What went to and fro before a mail that came at `came_at` with this subject and text.

    `sent` is asked for first; `taken` and the `texts` of their messages only when it says so.
    """

    came_at: datetime
    subject: str
    text: str
    sent: Callable[[], Sequence[Sent]]
    taken: Callable[[], Sequence[Taken]]
    texts: Callable[[Sequence[int]], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail and all that the guards look at beside it.

    `envelope_from` is "" for the null sender and None where it is not known. `came_through` is the
    mailbox of this delivery, `mailbox` the one that places it. `answers_ours`: it carries a mark
    that we signed. `refuted_by` is the server that we believe and that says that the From is not
    genuine. `filter_sign` is how a filter that was asked calls it spam; `not_spam`: a person has
    looked at it and said so. `taken_lately` and `acknowledged_lately` count, when asked, the last
    hour's mails from the sender and to it; `too_many_strangers` is true when more people came to
    be known within the hour than we write to, and the sender is one of them. `crowd` tells what a
    stranger's mail has in common with too many others. `exchange` is what went to and fro with a
    sender whom we know.
    """

    mail: ParsedMail
    sender: str
    envelope_from: str | None
    mailbox: OurMailbox
    ours: Ours
    settings: Settings
    now: datetime
    taken_lately: Callable[[], int]
    acknowledged_lately: Callable[[], int]
    came_through: OurMailbox | None = None
    answers_ours: bool = False
    refuted_by: str = ""
    filter_sign: str = ""
    not_spam: bool = False
    too_many_strangers: Callable[[], bool] = lambda: False
    crowd: Callable[[], str] = lambda: ""
    exchange: Exchange | None = None


Guard = Callable[[Arrival], Verdict | None]
