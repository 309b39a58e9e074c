"""An OpenID provider of the tests' own: discovery, authorize, token, keys, userinfo, sign-out.

It signs with a key of its own, and can be told to misbehave like an attacker's would.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests.peers.postgresql import free_port

CLIENT_ID = "helpdesk"
CLIENT_SECRET = "a secret of the client / with signs %"


def _plain(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@dataclass
class Issuer:
    """`claims` are what it says of whoever signs in; `forge` may change an ID token's claims."""

    port: int
    claims: dict[str, Any] = field(
        default_factory=lambda: {
            "sub": "eva-1",
            "email": "eva@example.com",
            "email_verified": True,
            "name": "Eva Ek",
        }
    )
    # Only told by the userinfo endpoint, as some do.
    told_later: dict[str, Any] = field(default_factory=dict)
    forge: Callable[[dict[str, Any]], None] = lambda claims: None
    # RS256 by its own key, "stranger" by another, HS256 by the client's secret, or "none".
    signs: str = "RS256"
    names_itself: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    asked: list[dict[str, str]] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    _access: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where it is, and how it names itself."""
        return f"http://127.0.0.1:{self.port}"

    def metadata(self) -> dict[str, Any]:
        """What it says of itself (OpenID Connect Discovery)."""
        return {
            "issuer": self.names_itself or self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "end_session_endpoint": f"{self.url}/sign-out",
            # More than anybody should believe.
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def agree(self, asked: dict[str, str]) -> str:
        """Somebody signs in at /authorize; where the browser is sent then."""
        self.asked.append(asked)
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def give(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """The answer of the token endpoint."""
        wish = self._codes.pop(form.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if authorization != f"Basic {basic}":
            return 401, {"error": "invalid_client"}
        challenge = _plain(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (
            wish is None
            or wish["redirect_uri"] != form.get("redirect_uri")
            or wish.get("code_challenge_method") != "S256"
            or wish.get("code_challenge") != challenge
        ):
            return 400, {"error": "invalid_grant"}
        access = secrets.token_urlsafe(16)
        self._access.add(access)
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300}
        claims |= {"nonce": wish.get("nonce"), **self.claims}
        self.forge(claims)
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": 300}
        return 200, answer | {"id_token": self._signed(claims)}

    def _signed(self, claims: dict[str, Any]) -> str:
        header = {"alg": "RS256", "kid": "one"}
        if self.signs == "none":
            parts = ({"alg": "none"}, claims)
            return ".".join(_plain(json.dumps(part).encode()) for part in parts) + "."
        if self.signs == "HS256":
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(CLIENT_SECRET))
        if self.signs == "stranger":
            return jwt.encode(header, claims, RSAKey.generate_key(2048, {"kid": "one"}))
        return jwt.encode(header, claims, self.key)

    def tell(self, authorization: str) -> tuple[int, dict[str, Any]]:
        """The answer of the userinfo endpoint."""
        if authorization.removeprefix("Bearer ") not in self._access:
            return 401, {"error": "invalid_token"}
        return 200, {"sub": self.claims["sub"], **self.told_later}


@contextmanager
def issuer() -> Iterator[Issuer]:
    """A provider on 127.0.0.1."""
    known = Issuer(free_port())

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(place.query).items()}
            if place.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", known.agree(asked))
                self.end_headers()
            elif place.path == "/.well-known/openid-configuration":
                self._answer(200, known.metadata())
            elif place.path == "/keys":
                self._answer(200, {"keys": [known.key.as_dict(private=False, use="sig")]})
            elif place.path == "/userinfo":
                self._answer(*known.tell(self.headers.get("Authorization", "")))
            else:
                self._answer(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._answer(*known.give(form, self.headers.get("Authorization", "")))

        def _answer(self, status: int, answer: dict[str, Any]) -> None:
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(ConnectionError):
                self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", known.port), Door)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
