"""Who fetches: a holder's name that tells other workers on this machine whether he still lives."""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.domain.correspondence.fetching import lease_holder, release_lease, take_lease

# Renewed after a third of it; another machine waits this long before it takes over from one that
# has vanished. On the same machine a dead process is noticed at once.
LEASE = timedelta(seconds=90)

_living: set[str] = set()


def new_holder() -> str:
    """A name of host, boot, process and chance, at most 80 characters, that nobody else has."""
    place = f"{socket.gethostname()[:40]}/{_boot()}"
    holder = f"{place}/{os.getpid()}/{secrets.token_hex(6)}"
    _living.add(holder)
    return holder


def take(mailbox_id: int, holder: str, *, seconds: float = 0.0) -> bool:
    """Take or renew the lease for LEASE and `seconds` more; False while somebody else has it."""
    now = clock.now()
    with unit_of_work():
        before = lease_holder(mailbox_id)
        dead = before if before and before != holder and is_dead(before) else None
        until = now + LEASE + timedelta(seconds=seconds)
        return take_lease(mailbox_id, holder=holder, until=until, dead=dead, now=now)


def release(mailbox_id: int, holder: str) -> None:
    """Let somebody else fetch."""
    _living.discard(holder)
    with unit_of_work():
        release_lease(mailbox_id, holder=holder)


def is_dead(holder: str) -> bool:
    """Whether it is certain that a holder is no more: his process on this machine has ended."""
    host, boot, pid, _ = (*holder.split("/"), "", "", "")[:4]
    if (host, boot) != (socket.gethostname()[:40], _boot()) or not pid.isdigit():
        return False
    if int(pid) == os.getpid():
        # The number of a process is given again, in a container always the same.
        return holder not in _living
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _boot() -> str:
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]
    return "?"
