"""Floods: too many mails from one address, or from strangers with one domain or one subject."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from helpdesk.core.words import N_
from helpdesk.domain.correspondence.exchanges import so_many_came, strangers_lately
from helpdesk.mail.subjects import stem
from helpdesk.mail.verdicts import Arrival, Flood, Outcome, Verdict

# More mails than this from one address in an hour are a flood; healthy monitoring sends fewer.
MAIL_BOMB_PER_HOUR = 200

# So many mails of strangers in an hour with one domain or one subject come from one machine, even
# where each has a sender of its own. A large house that writes to a new helpdesk on its first day
# stays below.
CROWD_PER_HOUR = 2000
# A sample of the newest is enough to see what most of them are.
_LOOKED_AT = 5000

AN_HOUR = timedelta(hours=1)


def it_is_part_of_a_flood(arrival: Arrival) -> Verdict | None:
    """So many in an hour are filed, and nobody, outside or inside, gets a mail about each."""
    if arrival.taken_lately() < MAIL_BOMB_PER_HOUR:
        return None
    return Verdict(
        Outcome.FILE_QUIETLY,
        N_("Too many mails from this sender within an hour"),
        silences=True,
        flood=Flood.OF_ONE,
    )


def many_strangers_write_alike(arrival: Arrival) -> Verdict | None:
    """The same flood, with a sender made up for each mail."""
    sign = arrival.crowd()
    if not sign:
        return None
    return Verdict(
        Outcome.FILE_QUIETLY,
        N_("Too many mails of strangers are alike within an hour"),
        sign,
        silences=True,
        flood=Flood.OF_MANY,
    )


class Crowds:
    """The last hour's strangers, counted once for a batch of mails and only when asked for."""

    def __init__(self) -> None:
        self._counted: Counter[tuple[int, str, str]] | None = None

    def sign(
        self, mailbox_id: int, address: str, subject: str, *, spared: set[str], now: datetime
    ) -> str:
        """What a stranger's mail has in common with too many others, or ""; `spared` domains."""
        if self._counted is None:
            self._counted = _count(now - AN_HOUR)
        if not self._counted:
            return ""
        domain, words = _domain(address), stem(subject)
        if domain not in spared and self._counted[mailbox_id, "@", domain] >= CROWD_PER_HOUR:
            return f"@{domain}"
        if words and self._counted[mailbox_id, "subject", words] >= CROWD_PER_HOUR:
            return f"Subject: {words}"
        return ""


def _count(since: datetime) -> Counter[tuple[int, str, str]]:
    counted: Counter[tuple[int, str, str]] = Counter()
    if not so_many_came(CROWD_PER_HOUR, since=since):
        return counted
    for mailbox_id, address, subject in strangers_lately(since=since, most=_LOOKED_AT):
        counted[mailbox_id, "@", _domain(address)] += 1
        counted[mailbox_id, "subject", stem(subject)] += 1
    return counted


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
