"""What is asked of an IMAP server about mail: which there is, its bytes, and what it is told."""

from __future__ import annotations

import imaplib
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime

from helpdesk.domain.correspondence.models import AfterKeeping
from helpdesk.mail.fetch.connection import Connection
from helpdesk.mail.fetch.errors import breaks_the_connection
from helpdesk.mail.fetch.policy import Listed, seconds_for, windows

# Where kept mail goes when nobody has named a folder.
USUAL_FOLDER = "Processed"
# Mails that a server is asked about, or told about, at once.
MANY = 500


def search(
    connection: Connection, low: int, high: int, *, count: int, since: date | None = None
) -> list[int]:
    """The UIDs from `low` to `high`, ascending; with `since` only what arrived from that day on."""
    found: set[int] = set()
    for first, last in windows(low, high, count=count):
        criteria: list[object] = ["UID", f"{first}:{last}"]
        if since is not None:
            criteria += ["SINCE", since]
        with connection.within(connection.step_seconds):
            found.update(connection.client.search(criteria))
    # A range that is beyond the last mail gives the last mail (RFC 3501 section 6.4.8).
    return sorted(uid for uid in found if low <= uid <= high)


def listed(connection: Connection, uids: Sequence[int]) -> list[Listed]:
    """Size and date of arrival of these mails; those that have vanished meanwhile are left out."""
    try:
        with connection.within(connection.step_seconds):
            found = connection.client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
    except Exception as error:
        if breaks_the_connection(error):
            raise
        # One mail that the server cannot measure is no reason to leave the others.
        if len(uids) == 1:
            return [Listed(uids[0], None, None)]
        return [mail for uid in uids for mail in listed(connection, [uid])]
    return [
        Listed(uid, found[uid].get(b"RFC822.SIZE"), _aware(found[uid].get(b"INTERNALDATE")))
        for uid in uids
        if uid in found
    ]


def bodies(connection: Connection, mails: Sequence[Listed]) -> dict[int, bytes]:
    """The bytes of these mails by UID, without a mark of having been read; not always of all."""
    with connection.within(seconds_for(mails)):
        found = connection.client.fetch([mail.uid for mail in mails], ["BODY.PEEK[]"])
    return {
        uid: bytes(data[b"BODY[]"])
        for uid, data in found.items()
        if data.get(b"BODY[]") is not None
    }


def is_there(connection: Connection, uid: int) -> bool:
    """Whether the server still has a mail."""
    with connection.within(connection.step_seconds):
        return uid in connection.client.search(["UID", f"{uid}:{uid}"])


def tell(
    connection: Connection, uids: Sequence[int], after_keeping: AfterKeeping, move_to: str
) -> None:
    """Tell the server that mails are kept, as the mailbox wants it; vanished ones do not matter."""
    client = connection.client
    with connection.within(connection.step_seconds):
        if after_keeping is AfterKeeping.MARK_SEEN:
            client.add_flags(uids, [rb"\Seen"], silent=True)
        elif after_keeping is AfterKeeping.DELETE:
            _delete(connection, uids)
        elif after_keeping is AfterKeeping.MOVE:
            target = move_to or USUAL_FOLDER
            _make_folder(connection, target)
            if client.has_capability("MOVE"):
                client.move(uids, target)
            else:
                client.copy(uids, target)
                _delete(connection, uids)


def _delete(connection: Connection, uids: Sequence[int]) -> None:
    client = connection.client
    client.delete_messages(uids, silent=True)
    # Without UIDPLUS only everything that is marked could be removed, also what others have
    # marked; there the mark must do.
    if client.has_capability("UIDPLUS"):
        client.uid_expunge(uids)


def _make_folder(connection: Connection, name: str) -> None:
    client = connection.client
    if client.folder_exists(name):
        return
    try:
        client.create_folder(name)
    except imaplib.IMAP4.error:
        # Another worker, or a person, may have been quicker.
        if not client.folder_exists(name):
            raise
    with suppress(imaplib.IMAP4.error):
        client.subscribe_folder(name)


def _aware(arrived_at: object) -> datetime | None:
    return arrived_at if isinstance(arrived_at, datetime) and arrived_at.tzinfo else None
