"""Takes mail from files and from a pipe: the third of the three doors."""

from __future__ import annotations

import errno
import logging
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from pathlib import Path

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.storage import storage
from helpdesk.domain.correspondence.fetching import known_contents
from helpdesk.domain.correspondence.models import Mailbox
from helpdesk.domain.correspondence.queries import mailbox_by_name, mailboxes
from helpdesk.domain.correspondence.tokens import without_tag
from helpdesk.mail.addresses import Ours, our_mailboxes
from helpdesk.mail.keep import content_key, keep_raw
from helpdesk.mail.mailfiles import raw_mails

# Mails that share a commit. The bytes keep the memory small.
BATCH_MAILS = 50
BATCH_BYTES = 8 * 1024 * 1024

# Where a mail server says whom it delivers to, before what the mail says of itself.
_DELIVERY_HEADERS = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
_LETTER_HEADERS = ("To", "Cc")
_LONGEST_ADDRESS = 320
_LONGEST_HEAD = 256 * 1024

log = logging.getLogger(__name__)


@dataclass
class _Count:
    """How many mails were kept, and how many had been kept in the same mailbox before."""

    kept: int = 0
    known: int = 0


class _Stop(Exception):
    """The rest is left; `code` is of sysexits.h."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code


def ingest(
    paths: Sequence[str | Path],
    mailbox_name: str | None,
    settings: Settings,
    *,
    quiet: bool = False,
) -> int:
    """Keep every mail in the paths (none: standard input) and return a code of sysexits.h.

    0 all kept; 64 nothing was given; 65 there is no mail in it; 66 no such input; 67 no such
    mailbox; 74 the input cannot be read; 75 the database or the disk is away, so that a mail server
    keeps the mail; 78 there is no mailbox at all. Inside an application context. Says on standard
    output what was done (unless `quiet`) and on standard error what was not. A mail that the same
    mailbox already has is not kept again, so that what was interrupted can be repeated.
    """
    count = _Count()
    try:
        _take_all(paths, mailbox_name, count)
        code = os.EX_OK
    except _Stop as stop:
        sys.stderr.write(f"{stop}\n")
        code = stop.code
    except Exception as error:
        # Whatever is wrong with us, a mail server that hands over mail is to keep it.
        log.debug("mail could not be kept", exc_info=True)
        sys.stderr.write(f"Mail cannot be kept just now: {_first_line(error)}\n")
        code = os.EX_TEMPFAIL
    if not quiet and (count.kept or count.known or code == os.EX_OK):
        sys.stdout.write(f"{count.kept} kept, {count.known} known already.\n")
    return code


def _take_all(paths: Sequence[str | Path], mailbox_name: str | None, count: _Count) -> None:
    if not paths and sys.stdin.isatty():
        raise _Stop(os.EX_USAGE, "Name files or folders, or hand over a mail on standard input.")
    named = _named_mailbox(mailbox_name)
    found = False
    for batch in _batches(_readable(paths)):
        found = True
        _keep(batch, named, count)
    if not found:
        raise _Stop(os.EX_DATAERR, "There is no mail in it.")


def _readable(paths: Sequence[str | Path]) -> Iterator[bytes]:
    """The mails; what cannot be read ends it with the reason."""
    for path in paths:
        if str(path) != "-" and not Path(path).exists():
            raise _Stop(os.EX_NOINPUT, f"There is no {path}.")
    try:
        for _, raw in raw_mails(paths):
            if raw.strip():
                yield raw
    except PermissionError as error:
        raise _Stop(os.EX_NOINPUT, f"{error.filename} may not be read by this user.") from None
    except OSError as error:
        raise _Stop(os.EX_IOERR, f"{error.filename or 'The input'}: {error.strerror}.") from None


def _batches(mails: Iterable[bytes]) -> Iterator[list[bytes]]:
    """What was read before an error is kept before the error is raised."""
    batch: list[bytes] = []
    size = 0
    reading = iter(mails)
    trouble: _Stop | None = None
    while trouble is None:
        try:
            raw = next(reading)
        except StopIteration:
            break
        except _Stop as stop:
            trouble = stop
            break
        batch.append(raw)
        size += len(raw)
        if len(batch) == BATCH_MAILS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
    if trouble is not None:
        raise trouble


def _named_mailbox(name: str | None) -> int | None:
    """The id of the mailbox with that name, None where each mail is to say it; ends without any."""
    mailbox = mailbox_by_name(name) if name is not None else None
    if name is not None and mailbox is None:
        known = ", ".join(each.name for each in mailboxes())
        raise _Stop(os.EX_NOUSER, f"There is no mailbox {name}. There are: {known or 'none'}.")
    if mailbox is not None:
        return mailbox.id
    if not mailboxes(active_only=True):
        raise _Stop(os.EX_CONFIG, "There is no mailbox yet; make one first.")
    return None


def _keep(batch: Sequence[bytes], named: int | None, count: _Count) -> None:
    """Commit a batch; what is counted is committed."""
    try:
        # Before the transaction: the disk may be slow, and others wait for the database.
        storage().keep_all(batch)
    except OSError as error:
        words = "The disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else error
        raise _Stop(os.EX_TEMPFAIL, f"Mail cannot be kept just now: {words}.") from None
    done = _Count()
    with unit_of_work():
        ours = our_mailboxes()
        keys = [content_key(raw) for raw in batch]
        known = set(known_contents(keys))
        for raw, key in zip(batch, keys, strict=True):
            head = BytesHeaderParser().parsebytes(raw[:_LONGEST_HEAD])
            mailbox_id, recipient = _place_of(head, ours, named)
            if (mailbox_id, key) in known:
                done.known += 1
                continue
            known.add((mailbox_id, key))
            done.kept += 1
            keep_raw(
                db.session.get_one(Mailbox, mailbox_id),
                raw,
                door="pipe",
                envelope_from=_envelope_from(head),
                envelope_to=recipient,
                now=clock.now(),
            )
        db.session.flush()
    count.kept += done.kept
    count.known += done.known


def _place_of(head: Message, ours: Ours, named: int | None) -> tuple[int, str | None]:
    """The id of the mailbox that a mail is for, and the address that said so."""
    candidates = [
        mailbox
        for mailbox in ours.mailboxes
        if (mailbox.active if named is None else mailbox.id == named)
    ]
    for headers in (_DELIVERY_HEADERS, _LETTER_HEADERS):
        addresses = _addresses(head, headers)
        for mailbox in candidates:
            for address in addresses:
                if {address.lower(), without_tag(address)} & set(mailbox.addresses):
                    return mailbox.id, address
    return candidates[0].id, None


def _addresses(head: Message, headers: Iterable[str]) -> list[str]:
    values = [str(value) for name in headers for value in head.get_all(name, [])]
    found = (address.strip() for _, address in getaddresses(values))
    return [address for address in found if "@" in address and _is_storable(address)]


def _envelope_from(head: Message) -> str | None:
    """What the last mail server wrote down (RFC 5321 section 4.4); "" is the null sender."""
    value = head.get("Return-Path")
    if value is None:
        return None
    address = str(value).strip().strip("<>")
    return address if _is_storable(address) else None


def _is_storable(address: str) -> bool:
    if len(address) > _LONGEST_ADDRESS or "\0" in address:
        return False
    return not any("\ud800" <= character <= "\udfff" for character in address)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
