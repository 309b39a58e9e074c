"""The table of mail grants: how we sign in where OAuth 2 stands for passwords."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core import clock
from helpdesk.core.db import Base, Instant


class GrantFlow(enum.StrEnum):
    """Who gave the grant (RFC 6749 section 1.3): an administrator for the whole application, or
    the mailbox's own user in a browser.
    """

    CLIENT_CREDENTIALS = "client credentials"
    AUTHORIZATION_CODE = "authorization code"


class MailGrant(Base):
    """One right to sign in with tokens (RFC 6749). Any number of mailboxes may use it.

    Everything that opens a door is sealed. A token endpoint may hand out a new refresh token with
    every access token, and the old one may be worthless then: both are stored in one commit.
    """

    __tablename__ = "mail_grants"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    provider: Mapped[str] = mapped_column(String(20))  # microsoft | google | other
    flow: Mapped[str] = mapped_column(String(20), default=GrantFlow.AUTHORIZATION_CODE.value)
    # Microsoft's directory, by its id or domain; the addresses below follow from it.
    tenant: Mapped[str] = mapped_column(String(200), default="")
    authorize_url: Mapped[str] = mapped_column(String(500), default="")
    token_url: Mapped[str] = mapped_column(String(500), default="")
    # Separated by spaces (RFC 6749 section 3.3).
    scope: Mapped[str] = mapped_column(String(1000), default="")
    client_id: Mapped[str] = mapped_column(String(300), default="")
    sealed_client_secret: Mapped[str | None] = mapped_column()
    sealed_refresh_token: Mapped[str | None] = mapped_column()
    sealed_access_token: Mapped[str | None] = mapped_column()
    access_until: Mapped[datetime | None] = mapped_column(Instant)

    created_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    # When a person set it up or connected it last: whoever waits after failures tries again then.
    connected_at: Mapped[datetime | None] = mapped_column(Instant)
    renewed_at: Mapped[datetime | None] = mapped_column(Instant)
    # When the endpoint was asked last, whatever it answered.
    tried_at: Mapped[datetime | None] = mapped_column(Instant)
    failing_since: Mapped[datetime | None] = mapped_column(Instant)
    last_error: Mapped[str] = mapped_column(default="")
    # The endpoint said no, and waiting will not change that; otherwise it is only away.
    refused: Mapped[bool] = mapped_column(default=False)
    alarmed_at: Mapped[datetime | None] = mapped_column(Instant)
    # One process asks at a time: of two that used one refresh token, one could lose the new one.
    leased_by: Mapped[str | None] = mapped_column(String(80))
    leased_until: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def is_connected(self) -> bool:
        """Whether tokens can be had without a person."""
        if self.flow == GrantFlow.CLIENT_CREDENTIALS.value:
            return self.sealed_client_secret is not None
        return self.sealed_refresh_token is not None
