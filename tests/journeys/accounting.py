"""Whether every mail is one message on one ticket, and every acknowledgement one outbound mail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tests.journeys.installation import Installation
from tests.peers.smtp import Received


def faults(
    place: Installation,
    sent: Sequence[str],
    *,
    answers: dict[str, str] | None = None,
    left: Iterable[Received] | None = None,
) -> list[str]:
    """A sentence for each loss and each double; an empty list when all is in order.

    `sent` are the Message-IDs of what was sent (without angle brackets), `answers` names for those
    that are answers what they answer, `left` is what came to the SMTP server that mail leaves by.
    """
    answers = answers or {}
    found = _faults_of_tickets(place, sent, answers)
    beginnings = [mail for mail in sent if mail not in answers]
    return found + _faults_of_outbox(place, len(beginnings), left)


def _faults_of_tickets(
    place: Installation, sent: Sequence[str], answers: dict[str, str]
) -> list[str]:
    rows = place.ask(
        "SELECT rfc_message_id, state, ticket_id, message_id, error FROM inbound_mails"
    )
    filed: dict[str, list[tuple[int, int]]] = {mail: [] for mail in sent}
    found = []
    for mail, state, ticket, message, error in rows:
        if mail not in filed:
            found.append(f"{mail} was never sent, yet it came")
        elif state in ("filed", "filed quietly"):
            filed[mail].append((ticket, message))
        elif state != "copy":
            found.append(f"{mail} is {state}: {error}")
    for mail, places in filed.items():
        if len(places) != 1:
            found.append(f"{mail} is filed {len(places)} times")
    tickets = {mail: places[0][0] for mail, places in filed.items() if len(places) == 1}
    messages = place.number("SELECT count(*) FROM messages WHERE direction = 'in'")
    if messages != len(sent):
        found.append(f"{len(sent)} mails are {messages} messages")
    for mail, count in Counter(tickets[each] for each in tickets if each not in answers).items():
        if count != 1:
            found.append(f"{count} mails that answer nothing lie on ticket #{mail}")
    for mail, answered in answers.items():
        if mail in tickets and tickets[mail] != tickets.get(answered):
            found.append(f"{mail} answers {answered}, but is on ticket #{tickets[mail]}")
    return found


def _faults_of_outbox(
    place: Installation, tickets: int, left: Iterable[Received] | None
) -> list[str]:
    rows = place.ask(
        "SELECT ticket_id, rfc_message_id, state FROM outbound_mails"
        " WHERE notification = 'received'"
    )
    found = [
        f"ticket #{ticket} has {count} acknowledgements"
        for ticket, count in Counter(ticket for ticket, _, _ in rows).items()
        if count != 1
    ]
    if len(rows) != tickets:
        found.append(f"{tickets} tickets have {len(rows)} acknowledgements")
    if left is None:
        return found
    found += [f"acknowledgement {mail} is {state}" for _, mail, state in rows if state != "sent"]
    arrived = {str(mail.message["Message-ID"]).strip().strip("<>") for mail in left}
    written = {mail for _, mail, _ in rows}
    found += [f"acknowledgement {mail} never left" for mail in written - arrived]
    found += [f"{mail} left, but nobody wrote it" for mail in arrived - written]
    return found
