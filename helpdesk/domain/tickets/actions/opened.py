"""The verb that notes how far somebody has read a ticket; it is no change of the ticket."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from helpdesk.core.db import db, on_postgresql
from helpdesk.domain.tickets.models import ReadMark

# A page that is loaded again and again is not written down each time.
_MINUTE = timedelta(minutes=1)


def mark_read(
    ticket_id: int, *, version: int, person_id: int, again: bool = False, now: datetime
) -> None:
    """A person had a ticket open as it was in `version`; an older version than known is no news.

    `again` also notes that the same version was opened anew, once a minute.
    """
    insert = postgresql_insert if on_postgresql() else sqlite_insert
    given = {"person_id": person_id, "ticket_id": ticket_id, "version": version, "at": now}
    newer = ReadMark.version < version
    if again:
        newer = or_(newer, (ReadMark.version == version) & (ReadMark.at < now - _MINUTE))
    db.session.execute(
        insert(ReadMark)
        .values(given)
        .on_conflict_do_update(
            index_elements=[ReadMark.person_id, ReadMark.ticket_id],
            set_={"version": version, "at": now},
            where=newer,
        )
    )
