"""What a server says of its numbers, held against the numbers that its mails have."""

from __future__ import annotations

from dataclasses import replace

from helpdesk.core.db import db
from helpdesk.domain.correspondence import fetching
from helpdesk.mail.fetch import commands
from helpdesk.mail.fetch.connection import Connection, Folder
from helpdesk.mail.fetch.keeping import Orders


def next_number(connection: Connection, folder: Folder) -> Folder:
    """The folder as it is noted at first sight, with a UIDNEXT that can be relied on.

    What comes later and has a number below it would be taken for old mail, so one that is too
    high would lose mail; no new mail has a number that is not above all of today's.
    """
    return replace(folder, uidnext=min(folder.uidnext, commands.highest_uid(connection) + 1))


def begun_anew(connection: Connection, orders: Orders, folder: Folder) -> bool:
    """Whether the numbers of a folder now mean other mails under the same UIDVALIDITY.

    No server may do that (RFC 3501 section 2.3.1.1), and some do when a folder is made anew under
    its old name. It shows in a UIDNEXT below what was kept; as a UIDNEXT may simply be wrong, or
    come from a server that lags behind, the newest mail that is there decides.
    """
    if folder.uidnext > orders.last_uid:
        return False
    highest = commands.highest_uid(connection)
    if highest >= folder.uidnext:
        return False
    if highest == 0:
        return True
    kept = fetching.mail_by_uid(orders.mailbox_id, folder.uidvalidity, highest)
    known_id = kept.rfc_message_id if kept is not None else None
    db.session.rollback()
    # Old mail that was not wanted has no row, and below that nothing of ours can be mistaken.
    if kept is None:
        return highest >= orders.first_uidnext
    return commands.message_id(connection, highest) != known_id
