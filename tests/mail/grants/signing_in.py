"""Sign-ins at the tests' own authority, as rows of the database."""

from __future__ import annotations

from typing import Any

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.correspondence.granting import add_grant, change_grant
from helpdesk.domain.correspondence.models import GrantFlow, MailGrant
from tests.peers.authority import CLIENT_ID, CLIENT_SECRET, Authority


def a_grant(
    authority: Authority,
    *,
    name: str = "desk",
    flow: GrantFlow = GrantFlow.CLIENT_CREDENTIALS,
    refresh_token: str | None = None,
    **more: Any,
) -> int:
    """A sign-in, committed; returns its id."""
    values = {
        "provider": "other",
        "flow": flow.value,
        "authorize_url": authority.authorize_url,
        "token_url": authority.token_url,
        "scope": "mail",
        "client_id": CLIENT_ID,
    }
    with unit_of_work():
        grant = add_grant(
            name,
            values=values | more,
            client_secret=CLIENT_SECRET,
            refresh_token=refresh_token,
            by=None,
            now=clock.now(),
        )
        return grant.id


def a_connected_grant(authority: Authority, **more: Any) -> int:
    """One for which a person has agreed."""
    token = authority.new_refresh_token()
    return a_grant(authority, flow=GrantFlow.AUTHORIZATION_CODE, refresh_token=token, **more)


def grant_row(grant_id: int) -> MailGrant:
    """The sign-in as the database has it now."""
    db.session.rollback()
    return db.session.get_one(MailGrant, grant_id)


def give_another_secret(grant_id: int, secret: str) -> None:
    """The administrator types another client secret."""
    with unit_of_work():
        row = db.session.get_one(MailGrant, grant_id)
        change_grant(row, values={}, client_secret=secret, by=None, now=clock.now())
