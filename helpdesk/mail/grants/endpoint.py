"""Talks to a token endpoint (RFC 6749): asks for tokens, and says in words what it answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from helpdesk.core import clock, oauth
from helpdesk.core.errors import HelpdeskError
from helpdesk.core.words import N_

# A token without a word about its life (RFC 6749 section 5.1 only recommends one).
USUAL_LIFE = timedelta(minutes=30)
LONGEST_LIFE = timedelta(days=365)

_LONGEST_WORDS = 500
_MASK = "••••"
# What an endpoint says when asking again later may help (RFC 6749 section 4.1.2.1).
_ONLY_NOW = frozenset({"server_error", "temporarily_unavailable", "slow_down"})


class NoToken(HelpdeskError):
    """There is no token to sign in with; the words say why, with no secret in them."""


class TokensRefused(NoToken):
    """The endpoint says no, and will say no again: somebody has to do something."""


class TokensAway(NoToken):
    """The endpoint does not answer as it should; later it may."""


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are at an endpoint, and what we ask for there."""

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str
    authorize_url: str = ""
    asks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What an endpoint gave. `refresh_token` None: it gave none with this answer."""

    access_token: str = field(repr=False)
    access_until: datetime
    refresh_token: str | None = field(default=None, repr=False)


def by_client_credentials(client: Client) -> Tokens:
    """Ask as an application (RFC 6749 section 4.4); TokensRefused, TokensAway."""
    return _asked(
        client, "fetch_token", {"grant_type": "client_credentials"}, hidden=(client.client_secret,)
    )


def by_refresh_token(client: Client, refresh_token: str) -> Tokens:
    """Ask with a refresh token (RFC 6749 section 6); TokensRefused, TokensAway."""
    return _asked(
        client,
        "refresh_token",
        {"refresh_token": refresh_token},
        hidden=(client.client_secret, refresh_token),
    )


def by_code(client: Client, code: str, *, verifier: str, redirect_uri: str) -> Tokens:
    """Ask with the code that a browser brought (RFC 6749 section 4.1.3, RFC 7636 section 4.5)."""
    return _asked(
        client,
        "fetch_token",
        {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
        },
        hidden=(client.client_secret, code, verifier),
    )


def authorization_url(client: Client, *, state: str, verifier: str, redirect_uri: str) -> str:
    """Where a browser goes to ask its person (RFC 6749 section 4.1.1, RFC 7636 section 4.3)."""
    with _session(client) as session:
        url, _ = session.create_authorization_url(
            client.authorize_url,
            state=state,
            code_verifier=verifier,
            redirect_uri=redirect_uri,
            **client.asks,
        )
    return str(url)


def _asked(
    client: Client, way: str, request: Mapping[str, str], *, hidden: tuple[str, ...]
) -> Tokens:
    asked_at = clock.now()
    with _session(client) as session:
        for hook in ("access_token_response", "refresh_token_response"):
            session.register_compliance_hook(hook, _judged)
        try:
            # Nobody else is to get what is meant for this endpoint.
            answer = getattr(session, way)(client.token_url, allow_redirects=False, **request)
        except NoToken as error:
            raise type(error)(_without(hidden, str(error))) from None
        except oauth.AnswerTooLong:
            raise TokensAway(
                N_("The endpoint’s answer is too long: more than a megabyte.")
            ) from None
        except (OSError, ValueError, TypeError) as error:
            # What requests raises is an OSError, and what is no JSON a ValueError.
            words = f"{_host(client)} gives no answer: {_innermost(error)}"
            raise TokensAway(_without(hidden, words)) from None
    return _tokens(answer, request.get("refresh_token"), asked_at)


def _tokens(answer: Mapping[str, Any], used: str | None, asked_at: datetime) -> Tokens:
    access_token = answer.get("access_token")
    if not isinstance(access_token, str) or not access_token:
        raise TokensAway(N_("The endpoint answers without a token."))
    new = answer.get("refresh_token")
    return Tokens(
        access_token,
        asked_at + _life(answer.get("expires_in")),
        new if isinstance(new, str) and new and new != used else None,
    )


def _life(expires_in: object) -> timedelta:
    try:
        life = timedelta(seconds=float(str(expires_in)))
    except (ValueError, OverflowError):
        return USUAL_LIFE
    return min(life, LONGEST_LIFE) if life > timedelta(0) else USUAL_LIFE


def _judged(response: Any) -> Any:
    """The answer if it is one; else TokensRefused or TokensAway with exactly what it says."""
    try:
        answer = response.json()
    except ValueError:
        answer = None
    error = answer.get("error") if isinstance(answer, dict) else None
    if response.status_code == 200 and isinstance(answer, dict) and not error:
        return response
    words = f"HTTP {response.status_code}"
    if error:
        words += f" {error}"
        if description := answer.get("error_description"):
            words += f": {description}"
    words = N_("The endpoint answers") + ": " + " ".join(words.split())
    is_no = 400 <= response.status_code < 500 and response.status_code not in (408, 429)
    if error and is_no and error not in _ONLY_NOW:
        raise TokensRefused(words)
    raise TokensAway(words)


def _session(client: Client) -> Any:
    return oauth.session(
        client_id=client.client_id,
        client_secret=client.client_secret or None,
        # In the body: in the header the two would be encoded in ways that endpoints differ about.
        token_endpoint_auth_method="client_secret_post" if client.client_secret else "none",
        scope=client.scope or None,
        code_challenge_method="S256",
    )


def _host(client: Client) -> str:
    return client.token_url.partition("://")[2].partition("/")[0]


def _innermost(error: BaseException) -> str:
    """What really happened, below what the libraries have wrapped around it."""
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        reason = getattr(error, "reason", None)
        inner = reason if isinstance(reason, BaseException) else None
        inner = inner or next((arg for arg in error.args if isinstance(arg, BaseException)), None)
        if inner is None:
            break
        error = inner
    return f"{error}" or type(error).__name__


def _without(hidden: tuple[str, ...], words: str) -> str:
    for secret in hidden:
        if secret:
            words = words.replace(secret, _MASK)
    return words[:_LONGEST_WORDS]
