"""Who fetches: one holder for each mailbox, whatever the number of workers."""

from __future__ import annotations

from datetime import timedelta

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.core.holders import is_dead, let_go
from helpdesk.domain.correspondence.leases import lease_holder, release_lease, take_lease
from helpdesk.domain.correspondence.models import Mailbox

# Renewed after a third of it; another machine waits this long before it takes over from one that
# has vanished. On the same machine a dead process is noticed at once.
LEASE = timedelta(seconds=90)


def take(mailbox_id: int, holder: str, *, seconds: float = 0.0) -> bool:
    """Take or renew the lease for LEASE and `seconds` more; False while somebody else has it."""
    now = clock.now()
    with unit_of_work():
        before = lease_holder(Mailbox, mailbox_id)
        dead = before if before and before != holder and is_dead(before) else None
        until = now + LEASE + timedelta(seconds=seconds)
        return take_lease(Mailbox, mailbox_id, holder=holder, until=until, dead=dead, now=now)


def release(mailbox_id: int, holder: str) -> None:
    """Let somebody else fetch."""
    let_go(holder)
    with unit_of_work():
        release_lease(Mailbox, mailbox_id, holder=holder)
