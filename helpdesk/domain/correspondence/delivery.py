"""Verbs on the outbox: take what is due under a lease, say how it went, and what people decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, exists, func, select, update
from sqlalchemy.orm import aliased

from helpdesk.core.db import db
from helpdesk.core.errors import Refused
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.queries import person_by_id
from helpdesk.domain.correspondence.bouncing import suppressed_among
from helpdesk.domain.correspondence.models import DeliveryState, Fault, OutboundMail

__all__ = [
    "MARKED_TOGETHER",
    "DeliveryState",
    "Fault",
    "cancel",
    "claim_due",
    "give_up",
    "mark_sent",
    "put_off",
    "release",
    "send_again",
    "senders",
    "take_back",
    "withdraw_mail",
]

# So many mails that left may share the commit that says so. A sender who dies before it leaves them
# to be sent once more, so there are few; and only mails whose first attempt it is, so that one
# that its senders die of is soon found.
MARKED_TOGETHER = 10

_OUTBOX = cast(Table, OutboundMail.__table__)
_UNSENT = (DeliveryState.WAITING.value, DeliveryState.SENDING.value)


def claim_due(lease: str, *, until: datetime, now: datetime, limit: int) -> Sequence[int]:
    """Ids of mails that the holder of `lease` alone may send until `until`; commit before sending.

    Due is what waits for its time, and what a sender left behind when its lease ran out. A mail
    waits for an earlier one of the same ticket to the same address, so that they leave in order.
    """
    earlier = aliased(OutboundMail)
    due = (
        select(OutboundMail.id)
        .where(
            OutboundMail.state.in_(_UNSENT),
            OutboundMail.due_at <= now,
            ~exists().where(
                earlier.ticket_id == OutboundMail.ticket_id,
                earlier.to_address == OutboundMail.to_address,
                earlier.id < OutboundMail.id,
                earlier.state.in_(_UNSENT),
            ),
        )
        .order_by(OutboundMail.due_at, OutboundMail.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=OutboundMail)
    )
    ids = db.session.scalars(due).all()
    if ids:
        db.session.execute(
            update(OutboundMail)
            .where(OutboundMail.id.in_(ids))
            .values(
                state=DeliveryState.SENDING.value,
                leased_by=lease,
                due_at=until,
                # Counted before the attempt, so that a mail that kills its sender is counted too.
                attempts=OutboundMail.attempts + 1,
            )
        )
    return ids


def senders() -> Sequence[str]:
    """The leases under which mail is being sent at this moment, or was when its sender died."""
    held = select(OutboundMail.leased_by).where(
        OutboundMail.state == DeliveryState.SENDING.value, OutboundMail.leased_by.is_not(None)
    )
    return [lease for lease in db.session.scalars(held.distinct()) if lease is not None]


def take_back(lease: str, *, now: datetime) -> None:
    """What a dead sender left behind is due at once, instead of when his lease would run out.

    They are sent in the order of their ids, so only the first can have been in his hands, or a few
    of the first where their marks were to be made together. For the others it was no attempt, or
    many deaths would use up the attempts of all.
    """
    held = (OutboundMail.leased_by == lease, OutboundMail.state == DeliveryState.SENDING.value)
    first = db.session.execute(
        select(OutboundMail.id, OutboundMail.attempts)
        .where(*held)
        .order_by(OutboundMail.id)
        .limit(MARKED_TOGETHER)
    ).all()
    together = [mail.id for mail in takewhile(lambda mail: mail.attempts == 1, first)]
    in_his_hands = together or [mail.id for mail in first[:1]]
    db.session.execute(update(OutboundMail).where(*held).values(due_at=now))
    db.session.execute(
        update(OutboundMail)
        .where(*held, OutboundMail.id.not_in(in_his_hands), OutboundMail.attempts > 0)
        .values(attempts=OutboundMail.attempts - 1)
    )


def mark_sent(
    outbound_ids: Sequence[int],
    *,
    lease: str,
    kept_as: str | None = None,
    remark: str = "",
    now: datetime,
) -> int:
    """These left, or one was captured as `kept_as`, a digest in the storage; how many were held.

    `remark` says what was not as it should be, though it left.
    """
    state = DeliveryState.CAPTURED if kept_as else DeliveryState.SENT
    return _change(
        outbound_ids,
        lease,
        state=state.value,
        sent_at=now,
        raw_sha256=kept_as,
        last_error=remark,
        fault=Fault.WORDS.value if remark else Fault.NONE.value,
    )


def put_off(
    outbound_id: int,
    *,
    lease: str,
    error: str,
    fault: Fault,
    until: datetime,
    counts: bool = True,
) -> bool:
    """Try again at `until`; `counts` False when the mail itself was not the reason."""
    counted = OutboundMail.attempts if counts else OutboundMail.attempts - 1
    values = {"due_at": until, "last_error": error, "fault": fault.value, "attempts": counted}
    return bool(_change([outbound_id], lease, state=DeliveryState.WAITING.value, **values))


def give_up(
    outbound_id: int,
    *,
    lease: str,
    error: str,
    fault: Fault,
    state: DeliveryState = DeliveryState.FAILED,
) -> bool:
    """The mail will not leave by itself any more: FAILED or CANCELLED; False without lease."""
    values = {"state": state.value, "last_error": error, "fault": fault.value}
    return bool(_change([outbound_id], lease, **values))


def release(outbound_ids: Sequence[int], *, lease: str, now: datetime) -> None:
    """Give back what was claimed and not tried: it is due as before, and nothing was counted."""
    db.session.execute(
        update(OutboundMail)
        .where(OutboundMail.id.in_(outbound_ids), _held(lease))
        .values(
            state=DeliveryState.WAITING.value,
            due_at=now,
            leased_by=None,
            attempts=OutboundMail.attempts - 1,
        )
        .execution_options(synchronize_session=False)
    )


def send_again(mail: OutboundMail, *, by: Person, now: datetime) -> None:
    """Send a mail that failed, bounced, was cancelled or captured, or waits for its next attempt.

    It goes to the person's address of today. Refused for one that left or is leaving now, and
    for an address that nothing is sent to.
    """
    if mail.state in (DeliveryState.SENT.value, DeliveryState.SENDING.value):
        raise Refused(N_("This mail has left, or is leaving right now."))
    person = person_by_id(mail.person_id) if mail.person_id else None
    was, to = mail.to_address, person.email if person is not None else mail.to_address
    if suppressed_among((to,)):
        raise Refused(
            N_("Mail does not reach this address. Let it be freed first, or correct the address.")
        )
    mail.to_address = to
    mail.state = DeliveryState.WAITING.value
    mail.due_at = now
    mail.attempts = 0
    mail.fault = Fault.NONE.value
    mail.last_error = ""
    mail.sent_at = None
    mail.raw_sha256 = None
    # A report about the earlier sending may still come, and is about the earlier address.
    _remember(mail, "sent again", by, now, **({"was": was} if was != to else {}))
    db.session.flush()


def cancel(mail: OutboundMail, *, by: Person, now: datetime) -> None:
    """Keep a mail that waits or failed from being sent; Refused for one that left or is leaving."""
    if mail.state not in (DeliveryState.WAITING.value, DeliveryState.FAILED.value):
        raise Refused(N_("Only a mail that waits or failed can be cancelled."))
    mail.state = DeliveryState.CANCELLED.value
    mail.last_error = N_("Cancelled by hand.")
    _remember(mail, "cancelled", by, now)
    db.session.flush()


def withdraw_mail(message_id: int) -> None:
    """Keep all mail that carries a message from being sent; Refused when a sender has any of it.

    One statement, so that it either comes before the sender's claim or after it.
    """
    carrying = OutboundMail.message_id == message_id
    all_of_it = db.session.scalar(select(func.count()).where(carrying))
    done = db.session.execute(
        update(_OUTBOX)
        .where(
            _OUTBOX.c.message_id == message_id,
            _OUTBOX.c.state == DeliveryState.WAITING.value,
            _OUTBOX.c.attempts == 0,
        )
        .values(state=DeliveryState.CANCELLED.value, last_error=N_("Taken back before it left."))
    )
    if done.rowcount != all_of_it:  # type: ignore[attr-defined]
        raise Refused(N_("This reply has left, so it can no longer be taken back."))


def _held(lease: str) -> ColumnElement[bool]:
    # A sender whose lease ran out has nothing to say any more about what another took over.
    return and_(OutboundMail.leased_by == lease, OutboundMail.state == DeliveryState.SENDING.value)


def _change(outbound_ids: Sequence[int], lease: str, **values: Any) -> int:
    # The table itself, not the class: this runs for every mail, and takes half the time.
    done = db.session.execute(
        update(_OUTBOX)
        .where(_OUTBOX.c.id.in_(outbound_ids), _held(lease))
        .values(leased_by=None, **values)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def _remember(mail: OutboundMail, what: str, by: Person, now: datetime, **more: str) -> None:
    decided = {"what": what, "by": by.id, "at": now.isoformat(), **more}
    # A new value, so that the change is seen by the database.
    mail.facts = {**mail.facts, "decided": [*mail.facts.get("decided", []), decided]}
