"""Verbs of tokens: how it went with renewing them, told by whoever holds the grant's lease."""

from __future__ import annotations

from datetime import datetime, timedelta

from helpdesk.core.signing import seal
from helpdesk.domain.correspondence.leases import leased
from helpdesk.domain.correspondence.models import MailGrant

# So long before its end an access token is renewed, so that none ends on the way to a server.
EARLY = timedelta(minutes=5)


def holds(grant: MailGrant, *, now: datetime) -> bool:
    """Whether the access token that is kept can still be used."""
    if grant.sealed_access_token is None or grant.access_until is None:
        return False
    # A token with a short life is used for half of it.
    life = grant.access_until - (grant.renewed_at or grant.access_until)
    return now < grant.access_until - min(EARLY, life / 2)


def note_renewed(
    grant_id: int,
    *,
    holder: str,
    access_token: str,
    access_until: datetime,
    refresh_token: str | None,
    now: datetime,
) -> bool:
    """Keep what the endpoint gave, all of it at once; False when it was asked by somebody outdated.

    `refresh_token` None: the one that was used stays good (RFC 6749 section 6).
    """
    grant = leased(MailGrant, grant_id, holder=holder)
    if grant is None:
        return False
    if refresh_token:
        grant.sealed_refresh_token = seal(refresh_token)
    grant.sealed_access_token = seal(access_token)
    grant.access_until = access_until
    grant.renewed_at = grant.tried_at = now
    grant.failing_since = None
    grant.last_error = ""
    grant.refused = False
    grant.leased_by = grant.leased_until = None
    return True


def note_not_renewed(
    grant_id: int, *, holder: str, error: str, refused: bool, now: datetime
) -> bool:
    """Keep why there is no token; what is kept of tokens stays as it is."""
    grant = leased(MailGrant, grant_id, holder=holder)
    if grant is None:
        return False
    grant.tried_at = now
    grant.failing_since = grant.failing_since or now
    grant.last_error = error
    grant.refused = refused
    grant.leased_by = grant.leased_until = None
    return True
