"""Whether every mail is one message on one ticket, and every acknowledgement one outbound mail."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from helpdesk.core.storage import Storage
from tests.journeys.installation import Installation
from tests.peers.smtp import Received


@dataclass
class Books:
    """A sentence for each mail that was lost or doubled, and for whatever else is amiss.

    `acknowledgements` are rows of the outbox; `left` is how many of them came to the SMTP server,
    however often, and `ids` how many Message-IDs those had.
    """

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    amiss: list[str] = field(default_factory=list)
    acknowledgements: int = 0
    left: int = 0
    ids: int = 0

    @property
    def faults(self) -> list[str]:
        """All sentences; empty when all is in order."""
        return self.lost + self.doubled + self.amiss


def faults(
    place: Installation,
    sent: Sequence[str],
    *,
    answers: dict[str, str] | None = None,
    left: Iterable[Received] | None = None,
) -> list[str]:
    """A sentence for each loss and each double; an empty list when all is in order."""
    return books(place, sent, answers=answers, left=left).faults


def books(
    place: Installation,
    sent: Sequence[str],
    *,
    answers: dict[str, str] | None = None,
    left: Iterable[Received] | None = None,
) -> Books:
    """Hold what was sent against what is kept, filed and gone out.

    `sent` are the Message-IDs of what was sent (without angle brackets), `answers` names for those
    that are answers what they answer, `left` is what came to the SMTP server that mail leaves by.
    """
    answers = answers or {}
    found = Books()
    _look_at_tickets(place, sent, answers, found)
    _look_at_files(place, found)
    beginnings = [mail for mail in sent if mail not in answers]
    _look_at_outbox(place, len(beginnings), left, found)
    return found


def _look_at_tickets(
    place: Installation, sent: Sequence[str], answers: dict[str, str], found: Books
) -> None:
    rows = place.ask(
        "SELECT rfc_message_id, state, ticket_id, message_id, error FROM inbound_mails"
    )
    filed: dict[str, list[tuple[int, int]]] = {mail: [] for mail in sent}
    for mail, state, ticket, message, error in rows:
        if mail not in filed:
            found.amiss.append(f"{mail} was never sent, yet it came")
        elif state in ("filed", "filed quietly"):
            filed[mail].append((ticket, message))
        elif state != "copy":
            found.amiss.append(f"{mail} is {state}: {error}")
    for mail, places in filed.items():
        if not places:
            found.lost.append(f"{mail} is not filed")
        elif len(places) > 1:
            found.doubled.append(f"{mail} is filed {len(places)} times")
    tickets = {mail: places[0][0] for mail, places in filed.items() if len(places) == 1}
    messages = place.number("SELECT count(*) FROM messages WHERE direction = 'in'")
    if messages != len(sent):
        found.amiss.append(f"{len(sent)} mails are {messages} messages")
    for mail, count in Counter(tickets[each] for each in tickets if each not in answers).items():
        if count != 1:
            found.amiss.append(f"{count} mails that answer nothing lie on ticket #{mail}")
    for mail, answered in answers.items():
        if mail in tickets and tickets[mail] != tickets.get(answered):
            found.amiss.append(f"{mail} answers {answered}, but is on ticket #{tickets[mail]}")


def _look_at_files(place: Installation, found: Books) -> None:
    """Whether the bytes of each mail are there, and are what they were."""
    storage = Storage(place.folder / "data" / "files")
    for (sha256,) in place.ask("SELECT DISTINCT raw_sha256 FROM inbound_mails"):
        if not storage.holds(sha256):
            found.lost.append(f"the bytes {sha256} are not there")
        elif hashlib.sha256(storage.read(sha256)).hexdigest() != sha256:
            found.lost.append(f"the bytes {sha256} are broken")


def _look_at_outbox(
    place: Installation, tickets: int, left: Iterable[Received] | None, found: Books
) -> None:
    rows = place.ask(
        "SELECT ticket_id, rfc_message_id, state FROM outbound_mails"
        " WHERE notification = 'received'"
    )
    found.acknowledgements = len(rows)
    found.amiss += [
        f"ticket #{ticket} has {count} acknowledgements"
        for ticket, count in Counter(ticket for ticket, _, _ in rows).items()
        if count != 1
    ]
    if len(rows) != tickets:
        found.amiss.append(f"{tickets} tickets have {len(rows)} acknowledgements")
    if left is None:
        return
    found.amiss += [
        f"acknowledgement {mail} is {state}" for _, mail, state in rows if state != "sent"
    ]
    ids = [str(mail.message["Message-ID"]).strip().strip("<>") for mail in left]
    arrived = set(ids)
    found.left, found.ids = len(ids), len(arrived)
    written = {mail for _, mail, _ in rows}
    found.amiss += [f"acknowledgement {mail} never left" for mail in written - arrived]
    found.amiss += [f"{mail} left, but nobody wrote it" for mail in arrived - written]
