"""Verbs of tokens: who renews them, and how it went; one at a time, whatever the number."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from helpdesk.core.db import db
from helpdesk.core.signing import seal
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


def take_renewal(
    grant_id: int, *, holder: str, until: datetime, dead: str | None = None, now: datetime
) -> bool:
    """Become the only one who asks for a token; False while somebody else does.

    `dead` is a holder of whom the caller knows that he is no more.
    """
    free = or_(
        MailGrant.leased_by.is_(None),
        MailGrant.leased_until.is_(None),
        MailGrant.leased_until < now,
        MailGrant.leased_by.in_([holder, dead or holder]),
    )
    taken = db.session.execute(
        update(MailGrant)
        .where(MailGrant.id == grant_id, free)
        .values(leased_by=holder, leased_until=until)
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def renewal_holder(grant_id: int) -> str | None:
    """Who asks for a token now."""
    return db.session.scalar(select(MailGrant.leased_by).where(MailGrant.id == grant_id))


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
    grant = _held(grant_id, holder)
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
    grant = _held(grant_id, holder)
    if grant is None:
        return False
    grant.tried_at = now
    grant.failing_since = grant.failing_since or now
    grant.last_error = error
    grant.refused = refused
    grant.leased_by = grant.leased_until = None
    return True


def let_go_of_renewal(grant_id: int, *, holder: str) -> None:
    """Let somebody else ask; changes nothing when it was not ours."""
    db.session.execute(
        update(MailGrant)
        .where(MailGrant.id == grant_id, MailGrant.leased_by == holder)
        .values(leased_by=None, leased_until=None)
        .execution_options(synchronize_session=False)
    )


def _held(grant_id: int, holder: str) -> MailGrant | None:
    return db.session.scalar(
        select(MailGrant)
        .where(MailGrant.id == grant_id, MailGrant.leased_by == holder)
        # Not against the foreign keys of mailboxes.
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
