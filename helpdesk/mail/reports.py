"""Delivery reports: matched to the mail of ours that they are about; never answered."""

from __future__ import annotations

import re
from collections.abc import Iterator

from helpdesk.core.words import N_
from helpdesk.domain.correspondence.actions import note_bounce
from helpdesk.domain.correspondence.models import InboundState, OutboundMail
from helpdesk.domain.correspondence.queries import outbound_by_rfc_id
from helpdesk.domain.correspondence.tokens import read_message_id
from helpdesk.domain.tickets.actions import tell
from helpdesk.domain.tickets.queries import ticket_by_number
from helpdesk.mail.filing import verdict_steps
from helpdesk.mail.guard import Verdict
from helpdesk.mail.letter import Around, Filed, Letter, Step
from helpdesk.mail.storable import storable
from helpdesk.mail.thread import references_of
from helpdesk.mail.values import Bounce, Kind

# The shape of our Message-IDs, wherever a report quotes them; whether they are ours, their
# signature tells.
_OUR_SHAPE = re.compile(
    rb"\d{1,12}\.[rn]\.[0-9a-z]{1,32}\.[a-z2-7]{16}@[^\s<>@\"']{1,255}", re.IGNORECASE
)
# The mail that is reported on is quoted below the report; its head comes soon.
_LOOKED_THROUGH = 256 * 1024
_MOST_CANDIDATES = 20


def file_report(letter: Letter, verdict: Verdict, around: Around) -> Filed:
    """Mark the mail that a report is about; one about a mail that we do not know is set aside."""
    sent = _reported_on(letter)
    if sent is None:
        return Filed(
            InboundState.SET_ASIDE,
            (*verdict_steps(verdict), Step("thread", N_("It is about a mail that we do not know"))),
            reason=N_("A report about a mail that we do not know"),
        )
    bounce = letter.mail.bounce
    steps = [
        *verdict_steps(verdict),
        Step(
            "thread",
            N_("It is about mail %(outbound)s to %(address)s"),
            {"outbound": sent.id, "address": sent.to_address},
        ),
    ]
    if letter.mail.kind is Kind.BOUNCE:
        steps.append(_bounced(sent, bounce, letter, around))
    elif bounce is not None and bounce.action:
        steps.append(Step("file", N_("It says: %(action)s"), {"action": storable(bounce.action)}))
    return Filed(
        InboundState.REPORT,
        tuple(steps),
        reason=verdict.reason,
        ticket_id=sent.ticket_id,
        outbound_id=sent.id,
    )


def _bounced(sent: OutboundMail, bounce: Bounce | None, letter: Letter, around: Around) -> Step:
    status = storable(bounce.status or "") if bounce else ""
    diagnostic = storable(bounce.diagnostic or "")[:500] if bounce else ""
    error = " ".join(part for part in (status, diagnostic) if part) or letter.mail.subject[:200]
    if not note_bounce(sent, error=storable(error)):
        return Step("file", N_("That it was not delivered was known already"))
    ticket = ticket_by_number(sent.ticket_id, lock=True) if sent.ticket_id else None
    if ticket is None:
        return Step("file", N_("The mail is marked as not delivered"))
    tell(
        ticket,
        "mail bounced",
        facts={
            "to": sent.to_address,
            "status": status,
            "diagnostic": diagnostic,
            "outbound": sent.id,
            "inbound": letter.inbound_id,
        },
        now=around.now,
    )
    return Step(
        "file",
        N_("The mail is marked as not delivered, also on ticket #%(ticket)s"),
        {"ticket": ticket.number},
    )


def _reported_on(letter: Letter) -> OutboundMail | None:
    """The mail of ours that the report names; its Message-ID cannot be guessed, so it is proof."""
    for rfc_id in dict.fromkeys(_named(letter)):
        # An id whose signature is not ours spares the question to the database.
        sent = outbound_by_rfc_id(rfc_id) if read_message_id(rfc_id) else None
        if sent is not None:
            return sent
    return None


def _named(letter: Letter) -> Iterator[str]:
    bounce = letter.mail.bounce
    if bounce is not None and bounce.original_message_id:
        yield bounce.original_message_id.strip("<> ")
    yield from references_of(letter.mail)
    where = [letter.raw, letter.mail.text.encode("utf-8", "replace")]
    where += [file.data for file in letter.mail.attachments]
    for data in where:
        for place, match in enumerate(_OUR_SHAPE.finditer(data[:_LOOKED_THROUGH])):
            if place >= _MOST_CANDIDATES:
                break
            yield match.group().decode("ascii", "replace")
