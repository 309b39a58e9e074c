"""Verbs and questions of mailboxes on their way: nothing of them is in use until they are ready."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from helpdesk.core import signing
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.correspondence.configuring import (
    WHERE_THE_PASSWORD_GOES,
    add_mailbox,
    check_new,
)
from helpdesk.domain.correspondence.models import Mailbox, MailboxKind, MailboxSetup, OldMail

# What decides how mail is fetched: a test of other values proves nothing.
OF_FETCHING = (*WHERE_THE_PASSWORD_GOES, "grant_id", "folder")
# What the guide keeps for itself.
_ONLY_HERE = frozenset({"provider", "name", "address", "old_mail", "old_mail_since"})


def begin_setup(given: Mapping[str, Any], *, by: Person, now: datetime) -> MailboxSetup:
    """A mailbox on its way; Invalid for a name or an address that is taken."""
    check_new(given["name"], given["address"])
    setup = MailboxSetup(
        begun_at=now, begun_by_id=by.id, changed_at=now, given=dict(given), results={}, trial_id=""
    )
    db.session.add(setup)
    db.session.flush()
    return setup


def amend_setup(
    setup: MailboxSetup, given: Mapping[str, Any], *, password: str | None = None, now: datetime
) -> None:
    """Write more of it down; Invalid for a name or an address that is taken.

    A password is forgotten when it would go to another place, and where a grant stands for it.
    """
    known = setup.given | dict(given)
    check_new(known["name"], known["address"])
    moved = any(known.get(key) != setup.given.get(key) for key in WHERE_THE_PASSWORD_GOES)
    setup.given = known
    if known.get("grant_id") is not None or (moved and not password):
        setup.sealed_password = None
    elif password:
        setup.sealed_password = signing.seal(password)
    setup.changed_at = now
    db.session.flush()


def note_result(
    setup: MailboxSetup, step: str, result: Mapping[str, Any], *, of: str, now: datetime
) -> None:
    """Keep how a test went; `of` is what `tested_of` said before it."""
    kept = dict(result) | {"of": of, "at": now.isoformat()}
    setup.results = setup.results | {step: kept}
    setup.changed_at = now
    db.session.flush()


def note_trial(setup: MailboxSetup, rfc_id: str, *, now: datetime) -> None:
    """Keep which mail is to come back."""
    setup.trial_id = rfc_id
    setup.trial_at = now
    db.session.flush()


def tested_of(setup: MailboxSetup, *more: str) -> str:
    """A sign of all that a test depends on, secrets included: it changes with any of them."""
    told = [setup.given.get(key) for key in OF_FETCHING]
    text = json.dumps([*told, setup.given.get("address"), setup.sealed_password, *more])
    return hashlib.sha256(text.encode()).hexdigest()


def finish_setup(
    setup: MailboxSetup, values: Mapping[str, Any], *, active: bool, by: Person, now: datetime
) -> Mailbox:
    """Make a mailbox of it, in use or switched off, and forget the way; Invalid as for any."""
    given = setup.given
    columns = {key: value for key, value in given.items() if key not in _ONLY_HERE}
    since = given.get("old_mail_since")
    columns |= {
        "kind": MailboxKind.IMAP.value,
        "old_mail": given.get("old_mail") or OldMail.ASK.value,
        "old_mail_since": date.fromisoformat(since) if since else None,
        "active": active,
    }
    password = signing.unseal(setup.sealed_password) if setup.sealed_password else None
    mailbox = add_mailbox(
        given["name"],
        address=given["address"],
        values=columns | dict(values),
        password=password,
        by=by,
        now=now,
    )
    db.session.delete(setup)
    db.session.flush()
    return mailbox


def discard_setup(setup: MailboxSetup) -> None:
    """Forget it with its password; nothing of it was in use."""
    db.session.delete(setup)
    db.session.flush()


def setups() -> Sequence[MailboxSetup]:
    """All mailboxes on their way, the one that was touched last first."""
    return db.session.scalars(
        select(MailboxSetup).order_by(MailboxSetup.changed_at.desc(), MailboxSetup.id.desc())
    ).all()


def setups_count() -> int:
    """How many mailboxes are on their way."""
    return db.session.scalar(select(func.count()).select_from(MailboxSetup)) or 0


def setup_by_id(setup_id: int, *, lock: bool = False) -> MailboxSetup:
    """One of them; NotFound for one that is ready or given up."""
    setup = db.session.get(MailboxSetup, setup_id, with_for_update=lock or None)
    if setup is None:
        raise NotFound(f"There is no mailbox {setup_id} on its way.")
    return setup
