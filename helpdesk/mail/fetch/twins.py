"""Mails that a server gives one and the same UID, which no server may do: none of them is lost."""

from __future__ import annotations

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.core.storage import storage
from helpdesk.domain.correspondence import fetching
from helpdesk.mail.fetch.connection import Connection
from helpdesk.mail.fetch.keeping import Orders, held
from helpdesk.mail.fetch.policy import BATCH_BYTES, SLOWEST_BYTES
from helpdesk.mail.keep import content_key, keep_raw


def bodies_of_twins(connection: Connection, uid: int) -> list[bytes]:
    """The bytes of all mails with this UID. A FETCH by UID would give only one of them.

    By sequence numbers, which hold until the next command that lets the server speak of others
    (RFC 3501 section 7.4.1).
    """
    client = connection.client
    client.use_uid = False
    try:
        with connection.within(connection.step_seconds):
            numbers = client.search(["UID", str(uid)])
        seconds = connection.step_seconds + len(numbers) * BATCH_BYTES / SLOWEST_BYTES
        with connection.within(seconds):
            found = client.fetch(numbers, ["UID", "BODY.PEEK[]"])
    finally:
        client.use_uid = True
    return [
        bytes(data[b"BODY[]"])
        for data in found.values()
        if data.get(b"UID") == uid and data.get(b"BODY[]")
    ]


def keep_twins(orders: Orders, holder: str, uid: int, bodies: list[bytes]) -> int:
    """Commit rows for those that this mailbox has not; how many. Only one row can have the UID."""
    storage().keep_all(bodies)
    now = clock.now()
    kept = 0
    with unit_of_work() as session:
        mailbox = held(orders, holder)
        assert orders.uidvalidity is not None
        taken = bool(fetching.known_uids(mailbox.id, orders.uidvalidity, low=uid, high=uid))
        keys = [content_key(raw) for raw in bodies]
        known = {key for owner, key in fetching.known_contents(keys) if owner == mailbox.id}
        for raw, key in zip(bodies, keys, strict=True):
            if key in known:
                continue
            known.add(key)
            mail = keep_raw(
                mailbox,
                raw,
                door="imap",
                uidvalidity=None if taken else orders.uidvalidity,
                uid=None if taken else uid,
                now=now,
            )
            # What is told about one of them is told about all.
            mail.server_told = taken or not orders.tells
            taken = True
            kept += 1
        session.flush()
    return kept
