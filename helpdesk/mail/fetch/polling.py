"""One attempt to fetch from a mailbox, and the note of how it went."""

from __future__ import annotations

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import Refused
from helpdesk.core.holders import new_holder
from helpdesk.domain.correspondence import fetching
from helpdesk.mail.fetch import lease
from helpdesk.mail.fetch.errors import in_words
from helpdesk.mail.fetch.fetcher import Fetcher, Polled
from helpdesk.mail.fetch.keeping import Orders


def poll(mailbox_id: int, settings: Settings) -> Polled:
    """Fetch what there is, once; for the command line and tests. Inside an application context.

    Raises Refused when a worker is fetching from this mailbox; any other error of the server or
    the network is noted on the mailbox and raised.
    """
    holder = new_holder()
    if not lease.take(mailbox_id, holder):
        lease.release(mailbox_id, holder)
        raise Refused("A worker is fetching from this mailbox at this moment.")
    fetcher = Fetcher(mailbox_id, settings, holder)
    try:
        polled = fetcher.round()
        note_success(mailbox_id, polled)
        return polled
    except Exception as error:
        note_failure(mailbox_id, error, fetcher.orders)
        raise
    finally:
        fetcher.close()
        lease.release(mailbox_id, holder)


def note_success(mailbox_id: int, polled: Polled) -> None:
    """Commit that the server was reached, and what it refused if it did."""
    with unit_of_work():
        fetching.note_poll(
            mailbox_id,
            error=polled.trouble or None,
            worked=True,
            on_server=polled.on_server,
            now=clock.now(),
        )


def note_failure(mailbox_id: int, error: BaseException, orders: Orders | None) -> str:
    """Commit and return in words why fetching failed."""
    account = orders.account if orders else None
    words = in_words(
        error,
        host=account.host if account else "?",
        port=account.port if account else 0,
        password=account.password if account else "",
    )
    db.session.rollback()
    with unit_of_work():
        fetching.note_poll(mailbox_id, error=words, worked=False, now=clock.now())
    return words
