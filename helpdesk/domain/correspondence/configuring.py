"""Verbs that set mailboxes up: add one, change one, decide about its old mail; each is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from helpdesk.core import signing
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.words import N_
from helpdesk.domain.accounts.actions import checked_address
from helpdesk.domain.accounts.models import Address, Person
from helpdesk.domain.configuration.actions import Thing, What, apply, plain, record_change
from helpdesk.domain.correspondence import fetching
from helpdesk.domain.correspondence.granting import grant_by_id
from helpdesk.domain.correspondence.models import AfterKeeping, Mailbox, MailboxKind, OldMail
from helpdesk.domain.correspondence.queries import mailbox_by_name, mailboxes
from helpdesk.domain.correspondence.trusting import server_names, spam_sign

# Where a password is sent: whoever changes one of these has to know it.
WHERE_THE_PASSWORD_GOES = ("host", "port", "security", "verify_tls", "username")

_USUAL_PORTS = {"tls": 993}
_OTHER_PORT = 143


def add_mailbox(
    name: str,
    *,
    address: str,
    values: Mapping[str, Any],
    password: str | None = None,
    by: Person | None,
    now: datetime,
) -> Mailbox:
    """A new mailbox; Invalid for a name or an address that is taken. `values` by column."""
    last = db.session.scalar(select(func.max(Mailbox.position)))
    new = Mailbox(name="", address="", aliases=[], created_at=now)
    new.position = 0 if last is None else last + 1
    given = {"name": name, "address": address, **values}
    _set(new, given)
    if password and new.grant_id is None:
        new.sealed_password = signing.seal(password)
    db.session.add(new)
    db.session.flush()
    told = {field: [None, plain(getattr(new, field))] for field in given if field != "name"}
    record_change(
        Thing.MAILBOX,
        thing_id=new.id,
        name=new.name,
        what=What.ADDED,
        changes={field: pair for field, pair in told.items() if pair[1]},
        by=by,
        now=now,
    )
    return new


def change_mailbox(
    mailbox: Mailbox,
    *,
    values: Mapping[str, Any],
    password: str | None = None,
    by: Person | None,
    now: datetime,
) -> None:
    """Change what `values` names; `password` None or "" keeps the one that is kept.

    Invalid where a value is wrong.
    """
    changes = _set(mailbox, values)
    if mailbox.grant_id is not None:
        # What is not needed any more is not kept.
        mailbox.sealed_password = None
    elif password:
        mailbox.sealed_password = signing.seal(password)
        changes["password"] = [None, None]
    db.session.flush()
    record_change(
        Thing.MAILBOX,
        thing_id=mailbox.id,
        name=mailbox.name,
        what=What.CHANGED,
        changes=changes,
        by=by,
        now=now,
    )


def decide_old_mail(
    mailbox: Mailbox,
    *,
    policy: OldMail,
    since: date | None = None,
    by: Person | None,
    now: datetime,
) -> None:
    """Say what becomes of mail that was there before us; Invalid without a date for `since`."""
    before = [mailbox.old_mail, mailbox.old_mail_since]
    fetching.decide_old_mail(mailbox, policy=policy, since=since)
    changes = {}
    if before[0] != mailbox.old_mail:
        changes["old_mail"] = [before[0], mailbox.old_mail]
    if before[1] != mailbox.old_mail_since:
        changes["old_mail_since"] = [
            day.isoformat() if isinstance(day, date) else None
            for day in (before[1], mailbox.old_mail_since)
        ]
    db.session.flush()
    record_change(
        Thing.MAILBOX,
        thing_id=mailbox.id,
        name=mailbox.name,
        what=What.CHANGED,
        changes=changes,
        by=by,
        now=now,
    )


def check_new(name: str, address: str) -> None:
    """Invalid for a name or an address that no new mailbox could have."""
    nobody = Mailbox()
    _free_name(name.strip(), nobody)
    _free_address(address, nobody, "address")


def usual_port(security: str) -> int:
    """The port of IMAP with this security (RFC 8314, RFC 9051)."""
    return _USUAL_PORTS.get(security, _OTHER_PORT)


def _set(mailbox: Mailbox, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    given = dict(values)
    if "name" in given:
        given["name"] = _free_name(str(given["name"]).strip(), mailbox)
    if "address" in given:
        given["address"] = _free_address(given["address"], mailbox, "address")
    if "aliases" in given:
        given["aliases"] = list(_free_aliases(given["aliases"], mailbox))
    if "authserv_ids" in given:
        given["authserv_ids"] = server_names(given["authserv_ids"])
    if "spam_header" in given:
        given["spam_header"] = str(given["spam_header"]).strip()
        spam_sign(given["spam_header"])
    if given.get("kind", mailbox.kind) == MailboxKind.IMAP.value:
        for field in ("host", "username"):
            if field in given and not str(given[field]).strip():
                raise Invalid(field, N_("A mailbox that is fetched needs it."))
        _refuse_moving_in_a_circle(mailbox, given)
    if given.get("grant_id") is not None and grant_by_id(given["grant_id"]) is None:
        raise Invalid("grant", N_("This sign-in is gone. Choose another."))
    return apply(mailbox, given)


def _refuse_moving_in_a_circle(mailbox: Mailbox, given: Mapping[str, Any]) -> None:
    def will_be(field: str, usual: str = "") -> str:
        return str(given.get(field) or getattr(mailbox, field) or usual)

    if will_be("after_keeping") != AfterKeeping.MOVE.value:
        return
    if not will_be("move_to"):
        raise Invalid("move_to", N_("Write the folder that mail is moved to."))
    if will_be("move_to") == will_be("folder", "INBOX"):
        raise Invalid("move_to", N_("Mail moved there would be fetched again. Choose another."))


def _free_name(name: str, mailbox: Mailbox) -> str:
    if not name:
        raise Invalid("name", N_("Give the mailbox a name."))
    other = mailbox_by_name(name)
    if other is not None and other is not mailbox:
        raise Invalid("name", N_("There is a mailbox with this name already."))
    return name


def _free_aliases(aliases: Iterable[str], mailbox: Mailbox) -> Iterable[str]:
    return dict.fromkeys(_free_address(alias, mailbox, "aliases") for alias in aliases)


def _free_address(address: str, mailbox: Mailbox, field: str) -> str:
    try:
        address = checked_address(address)
    except Invalid as error:
        raise Invalid(field, error.words, **error.facts) from None
    for other in mailboxes():
        if other is not mailbox and address in other.all_addresses:
            raise Invalid(field, N_("This address leads to another mailbox already."))
    # Mail to it would be taken for mail from that person, and never be answered.
    if db.session.scalar(select(Address.id).where(Address.address == address)) is not None:
        raise Invalid(field, N_("This is the address of a person."))
    return address
