"""What is asked of an IMAP server about mail: which there is, its bytes, and what it is told."""

from __future__ import annotations

import imaplib
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from helpdesk.domain.correspondence.models import AfterKeeping
from helpdesk.mail.fetch.connection import Connection
from helpdesk.mail.fetch.errors import breaks_the_connection
from helpdesk.mail.fetch.policy import Listed, seconds_for, windows
from helpdesk.mail.keep import message_id_of

# Where kept mail goes when nobody has named a folder.
USUAL_FOLDER = "Processed"
# Mails that a server is asked about, or told about, at once.
MANY = 500
# RFC 3501 section 9: a UID has 32 bits.
LARGEST_UID = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Found:
    """UIDs, ascending, each once; `twice` are those that the server gave to several mails."""

    uids: Sequence[int] = ()
    twice: Mapping[int, int] = field(default_factory=dict)


def search(
    connection: Connection,
    low: int,
    high: int,
    *,
    count: int,
    since: date | None = None,
    to_the_end: bool = False,
) -> Found:
    """The UIDs from `low` to `high`; with `since` only what arrived from that day on.

    `to_the_end`: and all above `high`, which is only what the server said of itself.
    """
    high = min(high, LARGEST_UID)
    found: Counter[int] = Counter()
    for first, last in windows(low, max(low, high), count=count):
        end = "*" if to_the_end and last >= high else str(last)
        criteria: list[object] = ["UID", f"{first}:{end}"]
        if since is not None:
            criteria += ["SINCE", since]
        with connection.within(connection.step_seconds):
            found.update(connection.client.search(criteria))
    # A range that is beyond the last mail gives the last mail (RFC 3501 section 6.4.8).
    inside = {uid: n for uid, n in found.items() if low <= uid and (to_the_end or uid <= high)}
    return Found(sorted(inside), {uid: n for uid, n in inside.items() if n > 1})


def highest_uid(connection: Connection) -> int:
    """The highest UID that a mail of the folder has; 0 in an empty one."""
    with connection.within(connection.step_seconds):
        return max(connection.client.search(["UID", "*"]), default=0)


def message_id(connection: Connection, uid: int) -> str | None:
    """The Message-ID of one mail as we write it down."""
    name = b"BODY[HEADER.FIELDS (MESSAGE-ID)]"
    with connection.within(connection.step_seconds):
        found = connection.client.fetch([uid], ["BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"])
    return message_id_of(bytes(found.get(uid, {}).get(name) or b""))


def listed(connection: Connection, uids: Sequence[int]) -> list[Listed]:
    """Size and date of arrival of these mails; those that have vanished meanwhile are left out.

    A mail of which the server does not say them is there all the same.
    """
    found = _measured(connection, uids)
    silent = [uid for uid in uids if b"RFC822.SIZE" not in found.get(uid, {})]
    there = frozenset(_still_there(connection, silent)) if silent else frozenset()
    return [
        Listed(uid, found[uid].get(b"RFC822.SIZE"), _aware(found[uid].get(b"INTERNALDATE")))
        if uid in found
        else Listed(uid, None, None)
        for uid in uids
        if uid not in silent or uid in there
    ]


def _measured(connection: Connection, uids: Sequence[int]) -> dict[int, dict[bytes, Any]]:
    for asked in (["RFC822.SIZE", "INTERNALDATE"], ["RFC822.SIZE"]):
        try:
            with connection.within(connection.step_seconds):
                found: dict[int, dict[bytes, Any]] = connection.client.fetch(uids, asked)
                return found
        except ValueError:
            # The answer is here, but a date in it is none; the mail does not need it.
            continue
        except Exception as error:
            if breaks_the_connection(error):
                raise
            break
    if len(uids) == 1:
        return {}
    # One mail that the server cannot measure is no reason to leave the others.
    return {uid: known for each in uids for uid, known in _measured(connection, [each]).items()}


def bodies(connection: Connection, mails: Sequence[Listed]) -> dict[int, bytes]:
    """The bytes of these mails by UID, without a mark of having been read; not always of all."""
    with connection.within(seconds_for(mails)):
        found = connection.client.fetch([mail.uid for mail in mails], ["BODY.PEEK[]"])
    sizes = {mail.uid: mail.size for mail in mails}
    return {
        uid: bytes(data[b"BODY[]"])
        for uid, data in found.items()
        # Nothing at all, of a mail that has a size, is a broken answer and not the mail.
        if data.get(b"BODY[]") or (data.get(b"BODY[]") is not None and not sizes[uid])
    }


def is_there(connection: Connection, uid: int) -> bool:
    """Whether the server still has a mail."""
    return bool(_still_there(connection, [uid]))


def _still_there(connection: Connection, uids: Sequence[int]) -> list[int]:
    wanted = set(uids)
    with connection.within(connection.step_seconds):
        found = connection.client.search(["UID", ",".join(map(str, uids))])
    return [uid for uid in found if uid in wanted]


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
