"""PROVIDERS: where tokens come from, and what is asked for there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from helpdesk.core.errors import Invalid
from helpdesk.core.words import N_
from helpdesk.domain.correspondence.models import GrantFlow

_MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
# Both of one resource: Microsoft gives a token for one resource only, and one token must do for
# fetching and for sending.
_MICROSOFT_SCOPE = (
    "https://outlook.office365.com/IMAP.AccessAsUser.All "
    "https://outlook.office365.com/SMTP.Send offline_access"
)
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,199}\Z")


@dataclass(frozen=True, slots=True)
class Provider:
    """One row. `scopes` by flow, which also says which flows there are; `{tenant}` is filled in.

    `asks` are parameters of the authorization request beyond RFC 6749; `imap` and `smtp` are the
    provider's servers, for people who set a mailbox up.
    """

    label: str
    authorize_url: str = ""
    token_url: str = ""
    scopes: Mapping[GrantFlow, str] = field(default_factory=dict)
    asks: Mapping[str, str] = field(default_factory=dict)
    imap: str = ""
    smtp: str = ""

    @property
    def wants_tenant(self) -> bool:
        """Whether its addresses depend on whose directory it is."""
        return "{tenant}" in self.token_url

    @property
    def is_preset(self) -> bool:
        """Whether its addresses are known."""
        return bool(self.token_url)


PROVIDERS: Mapping[str, Provider] = {
    "microsoft": Provider(
        N_("Microsoft 365"),
        authorize_url=f"{_MICROSOFT}/authorize",
        token_url=f"{_MICROSOFT}/token",
        scopes={
            GrantFlow.CLIENT_CREDENTIALS: "https://outlook.office365.com/.default",
            GrantFlow.AUTHORIZATION_CODE: _MICROSOFT_SCOPE,
        },
        # Whoever is signed in to Microsoft as himself is to choose the mailbox's user.
        asks={"prompt": "select_account"},
        imap="outlook.office365.com",
        smtp="smtp.office365.com",
    ),
    "google": Provider(
        N_("Google"),
        authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
        token_url="https://oauth2.googleapis.com/token",
        scopes={GrantFlow.AUTHORIZATION_CODE: "https://mail.google.com/"},
        # Without both, Google gives a refresh token only the first time that somebody agrees.
        asks={"access_type": "offline", "prompt": "consent"},
        imap="imap.gmail.com",
        smtp="smtp.gmail.com",
    ),
    "other": Provider(
        N_("Another provider"),
        scopes={GrantFlow.CLIENT_CREDENTIALS: "", GrantFlow.AUTHORIZATION_CODE: ""},
    ),
}


def completed(
    provider: str,
    flow: str,
    *,
    tenant: str = "",
    authorize_url: str = "",
    token_url: str = "",
    scope: str = "",
) -> dict[str, str]:
    """The columns of a grant that follow from its provider; Invalid where one cannot be.

    For a provider whose addresses are known, what was given of them is not looked at; a scope that
    was given wins over the usual one.
    """
    known = PROVIDERS.get(provider)
    if known is None:
        raise Invalid("provider", N_("Choose one of the providers."))
    usual = {each.value: words for each, words in known.scopes.items()}
    if flow not in usual:
        raise Invalid("flow", N_("This provider does not give mail to an application that way."))
    if known.wants_tenant and not _TENANT.match(tenant):
        raise Invalid("tenant", N_("Write the directory’s id or domain, like example.org."))
    values = {
        "provider": provider,
        "flow": flow,
        "tenant": tenant if known.wants_tenant else "",
        "authorize_url": authorize_url,
        "token_url": token_url,
        "scope": " ".join(scope.split()) or usual[flow],
    }
    if known.is_preset:
        values["authorize_url"] = known.authorize_url.format(tenant=tenant)
        values["token_url"] = known.token_url.format(tenant=tenant)
    return values
