"""Hands out access tokens, and renews them: one process at a time, and stored before they are used.

Needs an application context and no open unit of work: the endpoint may take its time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import HelpdeskError
from helpdesk.core.holders import is_dead, let_go, new_holder
from helpdesk.core.signing import unseal
from helpdesk.core.words import N_
from helpdesk.domain.correspondence.granting import grant_by_id, grant_by_name
from helpdesk.domain.correspondence.leases import lease_holder, release_lease, take_lease
from helpdesk.domain.correspondence.models import GrantFlow, MailGrant
from helpdesk.domain.correspondence.renewing import (
    holds,
    note_not_renewed,
    note_renewed,
)
from helpdesk.mail.grants import endpoint
from helpdesk.mail.grants.endpoint import Client, NoToken, Tokens, TokensAway, TokensRefused
from helpdesk.mail.grants.providers import PROVIDERS

# Above what an answer may take and the storing of it; who is dead on this machine is noticed
# at once.
LEASE = timedelta(seconds=120)
# How long one waits for another who is asking.
PATIENCE_SECONDS = 90.0
_LOOK_AGAIN_SECONDS = 0.1
# A token that is younger than this has not ended early: it is refused for another reason.
YOUNG = timedelta(seconds=30)
# A new refresh token that cannot be stored is lost for good, so the database is asked so often.
MOST_STORINGS = 12
_BETWEEN_STORINGS_SECONDS = 2.0

log = logging.getLogger(__name__)


def access_token(grant_id: int, *, instead_of: str | None = None, anew: bool = False) -> str:
    """A token that can be used now; NoToken says why there is none.

    `instead_of` is one that a server has just refused: it may have ended early, so another is
    asked for unless it is brand new. `anew` asks the endpoint in any case.
    """
    began = clock.now()
    until = time.monotonic() + PATIENCE_SECONDS

    def known() -> str | None:
        _fail_like_the_other(grant_id, since=began)
        return _kept(grant_id, instead_of=instead_of, anew=anew, since=began)

    while True:
        if (kept := known()) is not None:
            return kept
        holder = new_holder()
        try:
            if _take(grant_id, holder):
                # Another may have been given a token between our look and our turn.
                with _giving_back(grant_id, holder):
                    return known() or _renewed(grant_id, holder)
        finally:
            let_go(holder)
        if time.monotonic() > until:
            raise TokensAway(N_("Another process has been asking for a token for too long."))
        time.sleep(_LOOK_AGAIN_SECONDS)


def token_by_name(name: str, *, instead_of: str | None = None) -> str:
    """The same for a sign-in that is known by its name."""
    grant = grant_by_name(name)
    db.session.rollback()
    if grant is None:
        raise NoToken(N_("There is no sign-in “%(name)s”."), name=name)
    return access_token(grant.id, instead_of=instead_of)


def client_of(grant: MailGrant) -> Client:
    """Who we are at the endpoint of a grant."""
    provider = PROVIDERS.get(grant.provider)
    sealed = grant.sealed_client_secret
    return Client(
        token_url=grant.token_url,
        client_id=grant.client_id,
        client_secret=unseal(sealed) if sealed else "",
        scope=grant.scope,
        authorize_url=grant.authorize_url,
        asks=provider.asks if provider else {},
    )


def _kept(grant_id: int, *, instead_of: str | None, anew: bool, since: datetime) -> str | None:
    """The token that is kept, if it will do."""
    grant = _grant(grant_id)
    sealed, renewed_at = grant.sealed_access_token, grant.renewed_at
    good = holds(grant, now=clock.now())
    db.session.rollback()
    if sealed is None or renewed_at is None or not good:
        return None
    if anew and renewed_at <= since:
        return None
    token = unseal(sealed)
    if token == instead_of and clock.now() - renewed_at > YOUNG:
        return None
    return token


def _fail_like_the_other(grant_id: int, *, since: datetime) -> None:
    """Who has waited for another's answer does not ask again when that was a no."""
    grant = _grant(grant_id)
    failed = grant.failing_since is not None
    words, refused, tried_at = grant.last_error, grant.refused, grant.tried_at
    db.session.rollback()
    if failed and tried_at is not None and tried_at > since:
        raise (TokensRefused if refused else TokensAway)(words)


@contextmanager
def _giving_back(grant_id: int, holder: str) -> Iterator[None]:
    """Let the next one ask at once, whatever happens; who stored an answer has done so already."""
    try:
        yield
    finally:
        db.session.rollback()
        if lease_holder(MailGrant, grant_id) == holder:
            with unit_of_work():
                release_lease(MailGrant, grant_id, holder=holder)
        db.session.rollback()


def _take(grant_id: int, holder: str) -> bool:
    before = lease_holder(MailGrant, grant_id)
    db.session.rollback()
    dead = before if before and is_dead(before) else None
    now = clock.now()
    with unit_of_work():
        return take_lease(MailGrant, grant_id, holder=holder, until=now + LEASE, dead=dead, now=now)


def _renewed(grant_id: int, holder: str) -> str:
    try:
        tokens = _asked(_grant(grant_id))
    except NoToken as error:
        refused = isinstance(error, TokensRefused)
        log.warning("sign-in %s: %s", grant_id, error)
        with unit_of_work():
            note_not_renewed(
                grant_id, holder=holder, error=str(error), refused=refused, now=clock.now()
            )
        raise
    if not _stored(grant_id, holder, tokens):
        # Somebody has set it up anew meanwhile; what was asked for before that is not used.
        raise TokensAway(
            N_("The sign-in was changed while a token was asked for; it is tried anew.")
        )
    return tokens.access_token


def _asked(grant: MailGrant) -> Tokens:
    """Ask the endpoint; no transaction is open while it thinks."""
    try:
        client = client_of(grant)
        sealed = grant.sealed_refresh_token
        refresh_token = unseal(sealed) if sealed else None
        flow = grant.flow
    except NoToken:
        raise
    except HelpdeskError as error:
        raise TokensRefused(str(error)) from None
    finally:
        db.session.rollback()
    if flow == GrantFlow.CLIENT_CREDENTIALS.value:
        return endpoint.by_client_credentials(client)
    if refresh_token is None:
        raise TokensRefused(N_("It is not connected: nobody has agreed in a browser yet."))
    return endpoint.by_refresh_token(client, refresh_token)


def _stored(grant_id: int, holder: str, tokens: Tokens) -> bool:
    """Commit all that the endpoint gave, before any of it is used."""
    for attempt in range(1, MOST_STORINGS + 1):
        try:
            with unit_of_work():
                return note_renewed(
                    grant_id,
                    holder=holder,
                    access_token=tokens.access_token,
                    access_until=tokens.access_until,
                    refresh_token=tokens.refresh_token,
                    now=clock.now(),
                )
        except DBAPIError as error:
            # The endpoint may have forgotten the old refresh token already, and does not give the
            # new one twice: it is worth waiting for the database.
            if tokens.refresh_token is None or attempt == MOST_STORINGS:
                raise
            log.warning("sign-in %s: the new token cannot be stored yet: %s", grant_id, error.orig)
            time.sleep(_BETWEEN_STORINGS_SECONDS)
    raise AssertionError("unreachable")


def _grant(grant_id: int) -> MailGrant:
    db.session.rollback()
    grant = grant_by_id(grant_id)
    if grant is None:
        raise NoToken(N_("The sign-in is gone."))
    return grant
