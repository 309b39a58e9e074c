"""Keeps single mails that were passed over, whoever else fetches from the mailbox meanwhile."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.exc import IntegrityError

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.storage import storage
from helpdesk.domain.correspondence.comparing import late_mail
from helpdesk.domain.correspondence.models import InboundState, Mailbox
from helpdesk.mail.fetch.keeping import Orders
from helpdesk.mail.keep import content_key, keep_raw, message_id_of


def keep_missing(orders: Orders, found: Mapping[int, bytes]) -> int:
    """Commit a row for each of these mails (by UID) that is not kept whole; how many.

    Without the lease, which a worker holds all the time: that a UID can have only one row keeps
    two from taking the same mail. OSError when the disk refuses.
    """
    return sum(_keep(orders, uid, raw) for uid, raw in found.items())


def _keep(orders: Orders, uid: int, raw: bytes) -> bool:
    storage().keep(raw)
    now = clock.now()
    assert orders.uidvalidity is not None
    try:
        with unit_of_work() as session:
            known = late_mail(orders.mailbox_id, orders.uidvalidity, uid)
            if known is not None and known.raw_sha256 is not None:
                return False
            if known is not None:
                # It is asked for on purpose now, so the row that only names it becomes the mail.
                known.raw_sha256, known.size = storage().keep(raw), len(raw)
                known.content_key, known.rfc_message_id = content_key(raw), message_id_of(raw)
                known.state, known.error, known.reason = InboundState.WAITING.value, "", ""
                known.attempts, known.due_at = 0, now
                known.server_told = not orders.tells
                return True
            mail = keep_raw(
                session.get_one(Mailbox, orders.mailbox_id),
                raw,
                door="imap",
                uidvalidity=orders.uidvalidity,
                uid=uid,
                now=now,
            )
            mail.server_told = not orders.tells
            session.flush()
    except IntegrityError:
        # A worker was quicker.
        db.session.rollback()
        return False
    return True
