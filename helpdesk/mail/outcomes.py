"""How it went with mails: what left is marked a few at once, everything else by itself."""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.domain.correspondence.bouncing import Undelivered, count_bounce
from helpdesk.domain.correspondence.delivery import (
    DeliveryState,
    Fault,
    give_up,
    mark_sent,
    put_off,
    release,
)
from helpdesk.domain.correspondence.rules import Severity, severity_of, status_in
from helpdesk.domain.notifications.actions import tell_undelivered
from helpdesk.domain.notifications.letters import Letter, NotReached, Undeliverable
from helpdesk.domain.tickets.actions import tell
from helpdesk.domain.tickets.queries import ticket_going_on
from helpdesk.mail.retries import after_attempt, after_outage
from helpdesk.mail.transport import MailRefused


def left(
    those: Sequence[Letter], *, lease: str, kept_as: str | None = None, remark: str = ""
) -> None:
    """They were sent, or one was captured as `kept_as`."""
    # A mark that is lost with the power lets the mail leave once more, with the same Message-ID.
    with unit_of_work(durable=False):
        ids = [letter.outbound_id for letter in those]
        mark_sent(ids, lease=lease, kept_as=kept_as, remark=remark, now=clock.now())


def refused(letter: Letter, refusal: MailRefused, *, lease: str) -> None:
    """The server refused it: for now, for who we are, or for good."""
    if refusal.for_now:
        stumbled(letter, refusal.answer, Fault.RECIPIENT, lease=lease)
    elif refusal.for_the_sender:
        # Mended in our settings or at the server, and then the mail can leave after all.
        held_up([letter], refusal.answer, lease=lease)
    else:
        failed(letter, refusal.answer, Fault.RECIPIENT, lease=lease, refusal=refusal)


def stumbled(letter: Letter, error: str, fault: Fault, *, lease: str) -> None:
    """An attempt of its own failed: it is tried again later, and given up in the end."""
    until = after_attempt(letter.attempts, now=clock.now())
    if until is None:
        failed(letter, error, fault, lease=lease)
        return
    with unit_of_work():
        put_off(letter.outbound_id, lease=lease, error=error, fault=fault, until=until)


def failed(
    letter: Letter,
    error: str,
    fault: Fault,
    *,
    lease: str,
    refusal: MailRefused | None = None,
) -> None:
    """It will not leave any more; the ticket tells it, and the address is counted."""
    with unit_of_work():
        marked = give_up(letter.outbound_id, lease=lease, error=error, fault=fault)
        if marked and fault is Fault.RECIPIENT:
            told = Undelivered(
                _severity(error, refusal), status_in(error), error, letter.outbound_id
            )
            count_bounce(letter.to.address, told, now=clock.now())
        if marked and letter.topic is not None:
            tell_undelivered(
                letter.topic.number,
                outbound_id=letter.outbound_id,
                address=letter.to.address,
                error=error,
                now=clock.now(),
            )


def _severity(error: str, refusal: MailRefused | None) -> Severity:
    """What a refusal by our own server says of the address; what else it refuses is our affair."""
    if refusal is None:
        # Put off for two days, and given up.
        return Severity.SOFT if error[:1] == "4" else Severity.NONE
    found = severity_of(status_in(error), error) if refusal.stage == "rcpt" else Severity.NONE
    return found if found is Severity.HARD else Severity.NONE


def _not_reached(letter: Undeliverable, known: NotReached, *, lease: str) -> None:
    with unit_of_work():
        marked = give_up(
            letter.outbound_id, lease=lease, error=letter.reason, fault=Fault.SUPPRESSED
        )
        ticket = ticket_going_on(known.ticket_number, lock=True) if known.ticket_number else None
        if not marked or ticket is None:
            return
        facts = {
            "mail": letter.outbound_id,
            "to": known.address,
            "since": known.since.isoformat(),
            "because": known.because,
        }
        tell(ticket, "mail suppressed", facts=facts, now=clock.now())


def not_written(letter: Undeliverable, *, lease: str) -> None:
    """There is no mail to send: cancelled, failed, or put off until the reason is gone."""
    if letter.not_reached is not None:
        _not_reached(letter, letter.not_reached, lease=lease)
        return
    broken = letter.attempts > 0
    with unit_of_work():
        if letter.for_good:
            give_up(
                letter.outbound_id,
                lease=lease,
                error=letter.reason,
                fault=Fault.WORDS if broken else Fault.NONE,
                state=DeliveryState.FAILED if broken else DeliveryState.CANCELLED,
            )
            return
        put_off(
            letter.outbound_id,
            lease=lease,
            error=letter.reason,
            fault=Fault.WORDS if broken else Fault.SERVER,
            until=after_outage(None, now=clock.now()),
            counts=broken,
        )


def held_up(those: Sequence[Letter | Undeliverable], error: str, *, lease: str) -> None:
    """The server does not take mail: they wait for it, and nothing is counted against them."""
    with unit_of_work():
        for letter in those:
            written_at = letter.written_at if isinstance(letter, Letter) else None
            put_off(
                letter.outbound_id,
                lease=lease,
                error=error,
                fault=Fault.SERVER,
                until=after_outage(written_at, now=clock.now()),
                counts=False,
            )


def untouched(those: Sequence[Letter | Undeliverable], *, lease: str) -> None:
    """They were claimed and not tried: given back as they were."""
    with unit_of_work():
        release([letter.outbound_id for letter in those], lease=lease, now=clock.now())
