"""Names for who holds a lease, by which others on this machine can tell whether he still lives."""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import suppress
from pathlib import Path

_living: set[str] = set()


def new_holder() -> str:
    """A name of host, boot, process and chance, at most 80 characters, that nobody else has."""
    place = f"{socket.gethostname()[:40]}/{_boot()}"
    holder = f"{place}/{os.getpid()}/{secrets.token_hex(6)}"
    _living.add(holder)
    return holder


def let_go(holder: str) -> None:
    """The holder holds nothing any more; whatever still names him may be taken over."""
    _living.discard(holder)


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
