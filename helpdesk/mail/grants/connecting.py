"""Lets a person agree in a browser, and takes home what comes of it (RFC 6749 section 4.1)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import Refused
from helpdesk.core.signing import ForgedToken, read_token, token
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.correspondence.granting import connect_grant, grant_by_id
from helpdesk.domain.correspondence.models import GrantFlow, MailGrant
from helpdesk.mail.grants import endpoint
from helpdesk.mail.grants.tokens import client_of

# A person has to find a password, a telephone and a colleague who may agree.
MINUTES = 30

_PURPOSE = "sign-in-state"


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where the browser goes, and what its session has to keep until it comes back."""

    url: str
    nonce: str
    verifier: str = field(repr=False)


def begin(grant: MailGrant, *, redirect_uri: str) -> Beginning:
    """Ask for a person's agreement; Refused for a sign-in that needs none."""
    if grant.flow != GrantFlow.AUTHORIZATION_CODE.value:
        raise Refused(N_("This sign-in needs nobody’s agreement in a browser."))
    nonce = secrets.token_urlsafe(24)
    # RFC 7636 section 4.1 asks for 43 to 128 characters.
    verifier = secrets.token_urlsafe(64)
    url = endpoint.authorization_url(
        client_of(grant),
        state=token(_PURPOSE, [grant.id, nonce]),
        verifier=verifier,
        redirect_uri=redirect_uri,
    )
    return Beginning(url, nonce, verifier)


def grant_of_state(state: str, *, nonce: str) -> int:
    """The id of the sign-in that a browser comes back for.

    ForgedToken or ExpiredToken for a state that we have not given, or not to this browser.
    """
    grant_id, given = read_token(_PURPOSE, state, max_age_seconds=MINUTES * 60)
    if not nonce or not secrets.compare_digest(str(given).encode(), nonce.encode()):
        raise ForgedToken(N_("This answer was not asked for from here. Connect again."))
    return int(grant_id)


def finish(grant_id: int, code: str, *, verifier: str, redirect_uri: str, by_id: int) -> None:
    """Turn the code into tokens and commit them; NoToken with the endpoint's words."""
    grant = grant_by_id(grant_id)
    if grant is None:
        raise endpoint.NoToken(N_("The sign-in is gone."))
    client = client_of(grant)
    # The endpoint may take its time, and no transaction should stay open for so long.
    db.session.rollback()
    tokens = endpoint.by_code(client, code, verifier=verifier, redirect_uri=redirect_uri)
    if tokens.refresh_token is None:
        raise endpoint.TokensRefused(
            N_(
                "The provider gave no refresh token, so the sign-in would end within the hour."
                " Ask for offline access in the scope."
            )
        )
    with unit_of_work() as session:
        connect_grant(
            session.get_one(MailGrant, grant_id),
            refresh_token=tokens.refresh_token,
            access_token=tokens.access_token,
            access_until=tokens.access_until,
            by=session.get_one(Person, by_id),
            now=clock.now(),
        )
