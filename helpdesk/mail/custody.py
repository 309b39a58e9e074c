"""Which mail a worker has in hand, so that one that ends its worker is not taken up for ever."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from helpdesk.core.db import db, unit_of_work
from helpdesk.core.heartbeat import beats
from helpdesk.core.holders import is_dead, new_holder
from helpdesk.core.words import N_
from helpdesk.domain.correspondence.actions import note_step
from helpdesk.domain.correspondence.models import InboundMail, InboundState

_FOLDER = "in-hand"

# A worker may end by chance while it has a mail in hand; hardly three times with the same one.
MOST_DEATHS = 3
# A program that dies within ten seconds of its start, three times in a row, is given up by its
# supervisor; so a mail that may be the reason waits longer than that. Others are filed meanwhile.
PAUSES = (timedelta(seconds=15), timedelta(minutes=1))

# Seconds of the processor for one mail, far above every budget of the road. Only the kernel can
# stop a loop inside a library: it ends the process by SIGPROF, and the mail is told as above.
MOST_SECONDS = 120.0

# A worker that has given no sign of life for so long is gone, wherever it ran.
_SILENCE = timedelta(minutes=10)

DIED = N_("The worker ended while it had this mail in hand, time %(time)s of %(most)s")
GIVEN_UP = N_("It ended the worker three times. Its bytes are kept, and it can be filed again.")

log = logging.getLogger(__name__)


class _InHand:
    """The file of this process in which it says what it has in hand; None for whoever keeps none.

    Written without waiting for the disk: it has to survive the process, not the machine.
    """

    path: Path | None = None
    descriptor = -1
    seconds = MOST_SECONDS


def begin(data_dir: Path, *, seconds: float = MOST_SECONDS) -> None:
    """From now on this process says which mail it has in hand; only one of its threads may file."""
    try:
        folder = data_dir / _FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / new_holder().replace("/", ",")
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        _write(descriptor, 0)
    except OSError as error:
        log.warning("what is in hand cannot be noted: %s", error)
        return
    _InHand.path, _InHand.descriptor, _InHand.seconds = path, descriptor, seconds


def end() -> None:
    """This process stops on purpose: what it has in hand is not to blame."""
    path, _InHand.path = _InHand.path, None
    signal.setitimer(signal.ITIMER_PROF, 0)
    if path is not None:
        # Not closed: a thread that goes on must not write into another file of that number.
        path.unlink(missing_ok=True)


@contextmanager
def taking_up(inbound_id: int) -> Iterator[None]:
    """A mail is in hand as long as the block runs."""
    if _InHand.path is None:
        yield
        return
    descriptor = _InHand.descriptor
    _write(descriptor, inbound_id)
    signal.setitimer(signal.ITIMER_PROF, _InHand.seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        _write(descriptor, 0)


def take_over(data_dir: Path, *, now: datetime) -> int:
    """Count against each mail the worker that ended with it in hand; how many there were.

    After MOST_DEATHS of them a mail fails visibly. May run in several workers at once.
    """
    found = 0
    for file in sorted((data_dir / _FOLDER).glob("*,*")):
        holder = file.name.replace(",", "/")
        if not _is_gone(file, holder, data_dir, now):
            continue
        with suppress(FileNotFoundError):
            inbound_id = _read(file)
            if inbound_id:
                _count(inbound_id, holder, now=now)
                found += 1
            # Last of all: whoever is interrupted before finds it again.
            file.unlink(missing_ok=True)
    return found


def _count(inbound_id: int, holder: str, *, now: datetime) -> None:
    with unit_of_work():
        mail = db.session.get(InboundMail, inbound_id, with_for_update=True)
        if mail is None or mail.state != InboundState.WAITING.value:
            return
        deaths = _deaths(mail)
        if holder in deaths:
            return
        time = len(deaths) + 1
        # Counted as an attempt too, so that it is filed alone and takes no other along.
        mail.attempts += 1
        note_step(mail, "fault", DIED, now=now, time=time, most=MOST_DEATHS, holder=holder)
        if time < MOST_DEATHS:
            mail.due_at = now + PAUSES[time - 1]
            log.warning("a worker ended with mail %s in hand, time %s", inbound_id, time)
            return
        mail.state = InboundState.FAILED.value
        mail.error = GIVEN_UP
        note_step(mail, "fault", GIVEN_UP, now=now)
        log.error("mail %s ended the worker %s times and is given up", inbound_id, time)


def _deaths(mail: InboundMail) -> list[str]:
    """The workers that ended with it since somebody last decided about it."""
    deaths: list[str] = []
    for step in mail.trace:
        if step["stage"] == "by hand":
            deaths.clear()
        elif step["words"] == DIED:
            deaths.append(step["with"]["holder"])
    return deaths


def _is_gone(file: Path, holder: str, data_dir: Path, now: datetime) -> bool:
    if is_dead(holder):
        return True
    # It may have run on another machine, or another program may have its number by now.
    with suppress(OSError):
        if now.timestamp() - file.stat().st_mtime < _SILENCE.total_seconds():
            return False
    host, _, pid = (*holder.split("/"), "", "")[:3]
    return not any(
        beat.host.startswith(host) and str(beat.pid) == pid and now - beat.at < _SILENCE
        for beat in beats(data_dir)
    )


def _write(descriptor: int, inbound_id: int) -> None:
    os.pwrite(descriptor, b"%020d" % inbound_id, 0)


def _read(file: Path) -> int:
    text = file.read_bytes()
    return int(text) if text.isdigit() else 0
