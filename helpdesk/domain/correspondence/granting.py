"""Verbs and questions of sign-ins by OAuth 2; each change is recorded."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, Refused
from helpdesk.core.signing import seal
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.configuration.actions import Thing, What, apply, erase, record_change
from helpdesk.domain.correspondence.models import GrantFlow, Mailbox, MailGrant

# Where the client secret is sent: whoever changes it has to know the secret.
WHERE_THE_SECRET_GOES = ("token_url",)
# Tokens were given for exactly these; with any other they say nothing.
WHAT_TOKENS_ARE_FOR = ("flow", "authorize_url", "token_url", "scope", "client_id")

_SEALED = ("client_secret", "refresh_token")


def add_grant(
    name: str,
    *,
    values: Mapping[str, Any],
    client_secret: str | None = None,
    refresh_token: str | None = None,
    by: Person | None,
    now: datetime,
) -> MailGrant:
    """A new sign-in; Invalid for a name that is taken or an address that is not safe.

    `values` by column; `refresh_token` is one that was got elsewhere.
    """
    new = MailGrant(name="", created_at=now, connected_at=now)
    _set(new, {"name": name, **values})
    _seal(new, client_secret=client_secret, refresh_token=refresh_token)
    db.session.add(new)
    db.session.flush()
    told = ("provider", "flow", "tenant", "client_id")
    changes = {field: [None, getattr(new, field)] for field in told if getattr(new, field)}
    _record(new, What.ADDED, changes, by=by, now=now)
    return new


def change_grant(
    grant: MailGrant,
    *,
    values: Mapping[str, Any],
    client_secret: str | None = None,
    refresh_token: str | None = None,
    smtp_grant: str = "",
    by: Person | None,
    now: datetime,
) -> None:
    """Change what `values` names; secrets that are None or "" stay as they are.

    Tokens that were given for something else are forgotten. `smtp_grant` is the name by which the
    settings ask for a sign-in, which therefore keeps it.
    """
    _lock(grant)
    if grant.name == smtp_grant and values.get("name", grant.name) != grant.name:
        raise Invalid("name", N_("HELPDESK_SMTP_GRANT has this name; change it there first."))
    changes = _set(grant, values)
    moved = any(field in changes for field in WHERE_THE_SECRET_GOES)
    if moved and grant.sealed_client_secret and not client_secret:
        raise Invalid(
            "client_secret",
            N_("Type the secret again: it would go to another place than before."),
        )
    if any(field in changes for field in WHAT_TOKENS_ARE_FOR):
        _forget_tokens(grant)
    if client_secret or refresh_token:
        grant.sealed_access_token = grant.access_until = None
    _seal(grant, client_secret=client_secret, refresh_token=refresh_token)
    given = zip(_SEALED, (client_secret, refresh_token), strict=True)
    changes |= {field: [None, None] for field, secret in given if secret}
    if changes:
        _begin_anew(grant, now=now)
    db.session.flush()
    _record(grant, What.CHANGED, changes, by=by, now=now)


def connect_grant(
    grant: MailGrant,
    *,
    refresh_token: str | None,
    access_token: str,
    access_until: datetime,
    by: Person | None,
    now: datetime,
) -> None:
    """Keep what a person has granted in the browser (RFC 6749 section 4.1.4)."""
    _lock(grant)
    _forget_tokens(grant)
    _seal(grant, refresh_token=refresh_token)
    grant.sealed_access_token = seal(access_token)
    grant.access_until = access_until
    grant.renewed_at = grant.tried_at = now
    grant.failing_since = None
    grant.last_error = ""
    _begin_anew(grant, now=now)
    db.session.flush()
    _record(grant, What.CONNECTED, {}, by=by, now=now)


def disconnect_grant(
    grant: MailGrant, *, smtp_grant: str = "", by: Person | None, now: datetime
) -> None:
    """Forget the tokens; Refused while mail is fetched or sent by them."""
    _lock(grant)
    names = [mailbox.name for mailbox in mailboxes_by(grant) if mailbox.active]
    if names:
        raise Refused(
            N_("%(names)s signs in by it. Give it another sign-in or switch it off first."),
            names=", ".join(names),
        )
    if grant.name == smtp_grant:
        raise Refused(N_("Outgoing mail signs in by it (HELPDESK_SMTP_GRANT)."))
    _forget_tokens(grant)
    grant.failing_since = None
    grant.last_error = ""
    grant.leased_by = grant.leased_until = None
    db.session.flush()
    _record(grant, What.DISCONNECTED, {}, by=by, now=now)


def delete_grant(
    grant: MailGrant, *, smtp_grant: str = "", by: Person | None, now: datetime
) -> None:
    """Delete a sign-in with its secrets; Refused while anything uses it."""
    names = [mailbox.name for mailbox in mailboxes_by(grant)]
    if names:
        raise Refused(
            N_("%(names)s signs in by it, so it cannot be deleted."), names=", ".join(names)
        )
    if grant.name == smtp_grant:
        raise Refused(N_("Outgoing mail signs in by it (HELPDESK_SMTP_GRANT)."))
    erase(grant, kind=Thing.GRANT, thing_id=grant.id, name=grant.name, by=by, now=now)


def grants() -> Sequence[MailGrant]:
    """All sign-ins by name."""
    return db.session.scalars(select(MailGrant).order_by(MailGrant.name)).all()


def grant_by_id(grant_id: int) -> MailGrant | None:
    """The sign-in with that id."""
    return db.session.get(MailGrant, grant_id)


def grant_by_name(name: str) -> MailGrant | None:
    """The sign-in with that name."""
    return db.session.scalar(select(MailGrant).where(MailGrant.name == name))


def mailboxes_by(grant: MailGrant) -> Sequence[Mailbox]:
    """The mailboxes that sign in by it."""
    return db.session.scalars(
        select(Mailbox).where(Mailbox.grant_id == grant.id).order_by(Mailbox.position, Mailbox.id)
    ).all()


def is_safe_url(url: str) -> bool:
    """Whether secrets may be sent there: encrypted, or on this machine itself."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not host or parts.username is not None or parts.fragment:
        return False
    if parts.scheme == "https":
        return True
    return parts.scheme == "http" and _is_loopback(host)


def is_shown_safely(host: str, security: str, *, verify_tls: bool) -> bool:
    """Whether a token may be shown to a mail server that is reached so."""
    return (security != "none" and verify_tls) or _is_loopback(host)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _set(grant: MailGrant, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    given = dict(values)
    if "name" in given:
        given["name"] = _free_name(str(given["name"]).strip(), grant)
    for field in ("authorize_url", "token_url"):
        needed = field == "token_url" or _will_be(grant, given, "flow") == _BY_A_PERSON
        if needed and not is_safe_url(str(_will_be(grant, given, field))):
            raise Invalid(field, N_("Write an address that begins with https://."))
    if not str(_will_be(grant, given, "client_id")).strip():
        raise Invalid("client_id", N_("Write the id that the provider gave the application."))
    return apply(grant, given)


_BY_A_PERSON = GrantFlow.AUTHORIZATION_CODE.value


def _will_be(grant: MailGrant, given: Mapping[str, Any], field: str) -> Any:
    known = given[field] if field in given else getattr(grant, field)
    return known or ""


def _free_name(name: str, grant: MailGrant) -> str:
    if not name:
        raise Invalid("name", N_("Give the sign-in a name."))
    other = grant_by_name(name)
    if other is not None and other is not grant:
        raise Invalid("name", N_("There is a sign-in with this name already."))
    return name


def _seal(
    grant: MailGrant, *, client_secret: str | None = None, refresh_token: str | None = None
) -> None:
    if client_secret:
        grant.sealed_client_secret = seal(client_secret)
    if refresh_token:
        grant.sealed_refresh_token = seal(refresh_token)


def _lock(grant: MailGrant) -> None:
    # A process may have begun to ask for a token since the row was read; its lease is only taken
    # away where it is seen.
    db.session.refresh(grant, with_for_update={"key_share": True})


def _forget_tokens(grant: MailGrant) -> None:
    grant.sealed_refresh_token = grant.sealed_access_token = grant.access_until = None


def _begin_anew(grant: MailGrant, *, now: datetime) -> None:
    # An answer that is still on its way was asked for with what is no longer true.
    grant.leased_by = grant.leased_until = None
    grant.refused = False
    grant.connected_at = now


def _record(
    grant: MailGrant, what: What, changes: dict[str, list[Any]], *, by: Person | None, now: datetime
) -> None:
    record_change(
        Thing.GRANT,
        thing_id=grant.id,
        name=grant.name,
        what=what,
        changes=changes,
        by=by,
        now=now,
    )
