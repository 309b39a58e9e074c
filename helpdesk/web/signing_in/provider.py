"""The issuer of OpenID Connect as the settings name it, and what its ID tokens say of people."""

from __future__ import annotations

import logging
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from flask import Flask, current_app, request, session
from joserfc.errors import JoseError
from requests.exceptions import RequestException
from werkzeug.wrappers import Response

from helpdesk.core import oauth
from helpdesk.core.config import Settings
from helpdesk.core.db import db
from helpdesk.core.errors import HelpdeskError
from helpdesk.domain.accounts.identities import Claims

log = logging.getLogger(__name__)

# The issuer signs with a key of its own; with "none" nobody does, and with HS… whoever knows ours.
ALGORITHMS = frozenset(
    {
        *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
        *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
    }
)
_NAME = "oidc"
# A cookie has room for so many sign-ins that were begun and never came back.
_MOST_BEGUN = 3
# Clocks of two machines differ by less.
_LEEWAY_SECONDS = 60


class NotSignedIn(HelpdeskError):
    """The issuer could not be asked, or what came back proves nothing; the log says why."""


class _App(FlaskOAuth2App):  # type: ignore[misc]
    """Asks the issuer like every other server of OAuth 2 is asked."""

    client_cls = staticmethod(oauth.session)
    server_metadata: dict[str, Any]

    def load_server_metadata(self) -> dict[str, Any]:
        """What the issuer says of itself; NotSignedIn for another issuer than ours."""
        known: dict[str, Any] = super().load_server_metadata()
        settings: Settings = current_app.extensions["helpdesk_settings"]
        # OpenID Connect Discovery section 4.3: it must be exactly the one that was asked for.
        if known.get("issuer") != settings.oidc_issuer:
            said, self.server_metadata = known.get("issuer"), {}
            raise NotSignedIn(f"It names itself {said!r}, and not {settings.oidc_issuer!r}.")
        offered = known.get("id_token_signing_alg_values_supported") or ["RS256"]
        known["id_token_signing_alg_values_supported"] = sorted(ALGORITHMS.intersection(offered))
        ways = known.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if not self.client_secret:
            self.client_kwargs["token_endpoint_auth_method"] = "none"
        elif "client_secret_basic" not in ways and "client_secret_post" in ways:
            self.client_kwargs["token_endpoint_auth_method"] = "client_secret_post"
        return known


def prepare(app: Flask, settings: Settings) -> None:
    """Let the application know the issuer, which is asked when somebody signs in first."""
    registry = OAuth(app)
    if not settings.oidc_issuer:
        return
    app.extensions["helpdesk_oidc"] = registry.register(
        _NAME,
        client_cls=_App,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value() or None,
        server_metadata_url=settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration",
        client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256"},
    )


def is_offered() -> bool:
    """Whether people can sign in this way."""
    return "helpdesk_oidc" in current_app.extensions


def redirect_there(redirect_uri: str) -> Response:
    """Send the browser to the issuer, with state, nonce and PKCE remembered in its session."""
    _forget_old_beginnings()
    try:
        found: Response = _client().authorize_redirect(redirect_uri)
        return found
    except (AuthlibBaseError, RequestException, ValueError, RuntimeError) as error:
        raise NotSignedIn(str(error)) from error


def claims_that_came_back() -> Claims:
    """Who signed in, from the answer that this request carries; NotSignedIn unless it is proven."""
    settings: Settings = current_app.extensions["helpdesk_settings"]
    # RFC 9207: the answer may say whose it is, and another's is meant to be mixed up with ours.
    if request.args.get("iss", settings.oidc_issuer) != settings.oidc_issuer:
        raise NotSignedIn("The answer is another issuer's.")
    try:
        client = _client()
        token = client.authorize_access_token(
            leeway=_LEEWAY_SECONDS,
            claims_options={
                "iss": {"essential": True, "value": settings.oidc_issuer},
                "aud": {"essential": True, "value": settings.oidc_client_id},
                "sub": {"essential": True},
            },
        )
        signed = token.get("userinfo")
        if not signed or not isinstance(signed.get("sub"), str):
            raise NotSignedIn("There is no ID token in the answer.")
        told = _with_address(client, token, signed, settings)
    except (AuthlibBaseError, JoseError, RequestException, ValueError, KeyError) as error:
        raise NotSignedIn(f"{type(error).__name__}: {error}") from error
    return _claims(signed, told, settings)


def end_session_url(back_to: str) -> str | None:
    """Where one signs out of the issuer too (RP-Initiated Logout), or None where it has no such."""
    settings: Settings = current_app.extensions["helpdesk_settings"]
    try:
        client = _client()
        if not client.load_server_metadata().get("end_session_endpoint"):
            return None
        # No state: nothing that comes back is believed.
        return str(
            client.create_logout_url(
                post_logout_redirect_uri=back_to, client_id=settings.oidc_client_id, state=""
            )["url"]
        )
    except (RequestException, ValueError, NotSignedIn) as error:
        log.warning("The issuer cannot be asked where one signs out: %s", error)
        return None


def _client() -> _App:
    # The network may take its time, and no transaction waits for it.
    db.session.rollback()
    found: _App = current_app.extensions["helpdesk_oidc"]
    return found


def _forget_old_beginnings() -> None:
    begun = sorted(
        (key for key in session if key.startswith(f"_state_{_NAME}_")),
        key=lambda key: session[key].get("exp", 0),
    )
    for key in begun[: max(0, len(begun) - _MOST_BEGUN + 1)]:
        session.pop(key)


def _with_address(
    client: _App, token: dict[str, Any], signed: dict[str, Any], settings: Settings
) -> dict[str, Any]:
    """The claims that say the address: the ID token's, or else those of the userinfo endpoint."""
    if settings.oidc_address_claim in signed:
        return signed
    if not client.load_server_metadata().get("userinfo_endpoint"):
        return signed
    told: dict[str, Any] = client.userinfo(token=token)
    # OpenID Connect Core section 5.3.4: without this, it could be somebody else's.
    if told.get("sub") != signed["sub"]:
        raise NotSignedIn("The userinfo endpoint speaks of somebody else.")
    return told


def _claims(signed: dict[str, Any], told: dict[str, Any], settings: Settings) -> Claims:
    address = told.get(settings.oidc_address_claim)
    # What is said to be verified is the claim "email", and no other.
    marked = told.get("email_verified")
    verified = settings.oidc_address_claim == "email" and (marked is True or marked == "true")
    name = signed.get("name") or told.get("name")
    groups = signed.get(settings.oidc_groups_claim, told.get(settings.oidc_groups_claim))
    listed = groups if isinstance(groups, list) else [groups]
    return Claims(
        issuer=settings.oidc_issuer,
        subject=signed["sub"],
        address=address.strip().lower() if isinstance(address, str) else "",
        verified=verified or settings.oidc_trusts_addresses,
        name=" ".join(name.split()) if isinstance(name, str) else "",
        is_agent=settings.oidc_agent_group in listed if settings.oidc_agent_group else None,
    )
