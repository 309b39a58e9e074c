"""Signs what leaves the house and comes back, and seals secrets that rest in the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from helpdesk.core.errors import HelpdeskError

# 80 bits: out of reach for guessing over a network, and short enough for the
# local part of an address (RFC 5321 section 4.5.3.1.1: 64 octets).
_SHORT_BYTES = 10

_secret: bytes | None = None


class ExpiredToken(HelpdeskError):
    """The token was ours, but its time is over; `payload` says what it was for."""

    def __init__(self, payload: Any) -> None:
        super().__init__("This link has expired.")
        self.payload = payload


class ForgedToken(HelpdeskError):
    """The token is not ours, or somebody changed it."""


def use(secret: str) -> None:
    """Sign with keys derived from `secret` from now on; called when the application is made."""
    global _secret
    _secret = secret.encode()


def _key(purpose: str) -> bytes:
    if _secret is None:
        raise RuntimeError("no secret key is in use yet")
    return hmac.digest(_secret, f"helpdesk:{purpose}".encode(), "sha256")


def short_signature(purpose: str, text: str) -> str:
    """Sixteen lower-case characters that prove `text`; they survive mail systems that fold case."""
    digest = hmac.digest(_key(purpose), text.encode(), hashlib.sha256)
    return base64.b32encode(digest[:_SHORT_BYTES]).decode().lower()


def is_signed(purpose: str, text: str, signature: str) -> bool:
    """Whether the signature is ours, compared in constant time."""
    expected = short_signature(purpose, text)
    return hmac.compare_digest(expected.encode(), signature.lower().encode())


def token(purpose: str, payload: Any) -> str:
    """A signed and dated token for a URL; its holder can read `payload`, a value of JSON."""
    return URLSafeTimedSerializer(_key(purpose), salt=purpose).dumps(payload)


def read_token(purpose: str, token: str, *, max_age_seconds: int) -> Any:
    """The payload of a token of ours; ExpiredToken when too old, ForgedToken when not ours."""
    serializer = URLSafeTimedSerializer(_key(purpose), salt=purpose)
    try:
        return serializer.loads(token, max_age=max_age_seconds)
    except SignatureExpired as error:
        # SignatureExpired is raised only for a good signature, so its payload can be believed.
        raise ExpiredToken(serializer.load_payload(error.payload or b"")) from None
    except BadSignature:
        raise ForgedToken("This link is not valid. Copy it whole from the mail.") from None


def seal(secret: str) -> str:
    """Encrypt a secret for the database."""
    return _fernet().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Decrypt what `seal` made; HelpdeskError when it was sealed under another secret key."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise HelpdeskError(
            "A stored secret cannot be read with this HELPDESK_SECRET_KEY; enter it again."
        ) from None


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_key("seal")))
