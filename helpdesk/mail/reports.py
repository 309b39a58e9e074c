"""Delivery reports: matched to the mail of ours that they are about; never answered."""

from __future__ import annotations

import re
from collections.abc import Iterator

from helpdesk.core.words import N_
from helpdesk.domain.correspondence.actions import note_bounce, note_step
from helpdesk.domain.correspondence.bouncing import (
    Undelivered,
    count_bounce,
    heard_from,
    wrote_since,
)
from helpdesk.domain.correspondence.models import InboundState, OutboundMail
from helpdesk.domain.correspondence.queries import outbound_by_rfc_id
from helpdesk.domain.correspondence.rules import Severity, severity_of
from helpdesk.domain.correspondence.tokens import read_message_id
from helpdesk.domain.tickets.actions import tell
from helpdesk.domain.tickets.queries import ticket_going_on
from helpdesk.mail.letter import Around, Filed, Letter, Step
from helpdesk.mail.storable import storable
from helpdesk.mail.thread import references_of
from helpdesk.mail.trace import verdict_steps
from helpdesk.mail.values import Bounce, Kind
from helpdesk.mail.verdicts import Outcome, Verdict

# The shape of our Message-IDs, wherever a report quotes them; whether they are ours, their
# signature tells.
_OUR_SHAPE = re.compile(
    rb"\d{1,12}\.(?:[rn]|s\d{1,12})\.[0-9a-z]{1,32}\.[a-z2-7]{16}@[^\s<>@\"']{1,255}", re.IGNORECASE
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
        steps += _bounced(sent, bounce, letter, around)
    elif bounce is not None and bounce.action:
        steps.append(Step("file", N_("It says: %(action)s"), {"action": storable(bounce.action)}))
    return Filed(
        InboundState.REPORT,
        tuple(steps),
        reason=verdict.reason,
        ticket_id=sent.ticket_id,
        outbound_id=sent.id,
    )


def hear(letter: Letter, verdict: Verdict, around: Around) -> None:
    """Whoever writes can be reached, as far as we know: mail is sent to the address again."""
    alive = verdict.absence or verdict.outcome in (Outcome.FILE, Outcome.FILE_QUIETLY)
    if not around.bounces or not alive or letter.sender_refuted:
        return
    address = letter.sender.address
    if heard_from(address, inbound_id=letter.inbound_id, now=around.now):
        words = N_("They wrote, so mail is sent to %(address)s again")
        note_step(letter.row, "file", words, now=around.now, address=address)


def _bounced(
    sent: OutboundMail, bounce: Bounce | None, letter: Letter, around: Around
) -> list[Step]:
    status = storable(bounce.status or "") if bounce else ""
    diagnostic = storable(bounce.diagnostic or "")[:500] if bounce else ""
    told = Undelivered(
        _severity(sent, status, diagnostic or letter.mail.subject),
        status,
        diagnostic or storable(letter.mail.subject)[:500],
        sent.id,
        letter.inbound_id,
    )
    earlier = _earlier_address(sent, bounce)
    if earlier is not None:
        # It was sent again to another address since; that sending may well arrive.
        about = Step(
            "file", N_("It is about an earlier sending, to %(address)s"), {"address": earlier}
        )
        return [about, *_counted(earlier, told, around)]
    # Servers usually say the status in their own words too.
    said = diagnostic if status in diagnostic else f"{status} {diagnostic}".strip()
    error = said or letter.mail.subject[:200]
    if not note_bounce(sent, error=storable(error)):
        return [Step("file", N_("That it was not delivered was known already"))]
    counted = _counted(sent.to_address, told, around)
    ticket = ticket_going_on(sent.ticket_id, lock=True) if sent.ticket_id else None
    if ticket is None:
        return [Step("file", N_("The mail is marked as not delivered")), *counted]
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
    marked = Step(
        "file",
        N_("The mail is marked as not delivered, also on ticket #%(ticket)s"),
        {"ticket": ticket.number},
    )
    return [marked, *counted]


def _severity(sent: OutboundMail, status: str, words: str) -> Severity:
    """How bad the report is for the address; who wrote after our mail left is surely alive.

    Whoever was shown an answer to our mail knows its Message-ID and could make up a report, so a
    report alone is not believed against the address's own mail.
    """
    found = severity_of(status, words)
    if found is Severity.HARD and wrote_since(sent.to_address, sent.sent_at or sent.created_at):
        return Severity.SOFT
    return found


def _counted(address: str, told: Undelivered, around: Around) -> list[Step]:
    """Count the address that we wrote to, whatever address the report names."""
    if count_bounce(address, told, now=around.now):
        suppressed = N_("Mail does not reach %(address)s: nothing is sent to it from now on")
        return [Step("file", suppressed, {"address": address})]
    if told.severity is Severity.NONE:
        return [Step("file", N_("It says nothing about the address"))]
    return [Step("file", N_("Counted for the address %(address)s"), {"address": address})]


def _earlier_address(sent: OutboundMail, bounce: Bounce | None) -> str | None:
    """The address that the mail went to before it was sent again elsewhere, if it is meant."""
    named = {each.lower() for each in bounce.recipients} if bounce is not None else set()
    decided = sent.facts.get("decided", [])
    earlier = (each["was"] for each in decided if "was" in each)
    return next((was for was in earlier if was in named and was != sent.to_address), None)


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
