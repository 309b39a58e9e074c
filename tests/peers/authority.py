"""An authorization server of the tests' own (RFC 6749): people agree, tokens are given and end."""

from __future__ import annotations

import base64
import enum
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.peers.postgresql import free_port

CLIENT_ID = "helpdesk-application"
CLIENT_SECRET = "a client's secret % with signs"


class Mood(enum.Enum):
    """How the token endpoint behaves from now on."""

    GIVE = "gives tokens"
    INVALID_GRANT = "says that the grant is worth nothing"
    ECHO = "repeats in its error what it was asked with"
    AWAY = "500, as a page for people"
    BUSY = "503 with an error of OAuth"
    HANG = "says nothing"
    REDIRECT = "sends the client elsewhere"
    EMPTY = "answers with JSON that has no token"
    ENDLESS = "answers with far more than a token"
    NO_REFRESH = "gives no refresh token"


@dataclass
class Authority:
    """The server. `asked` has the form of every request for tokens, in their order.

    A refresh token is good for one use, and each answer has a new one; using an old one again ends
    all of the family (RFC 9700 section 4.14.2).
    """

    port: int
    username: str
    mood: Mood = Mood.GIVE
    lives_seconds: int = 3600
    rotates: bool = True
    thinks_seconds: float = 0.0
    asked: list[dict[str, str]] = field(default_factory=list)
    introspected: list[str] = field(default_factory=list)
    # What a browser was asked to agree to.
    wishes: list[dict[str, str]] = field(default_factory=list)
    agrees: bool = True
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    _refresh: set[str] = field(default_factory=set)
    _used: set[str] = field(default_factory=set)
    _access: set[str] = field(default_factory=set)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def token_url(self) -> str:
        """The token endpoint."""
        return f"{self.url}/token"

    @property
    def authorize_url(self) -> str:
        """Where a browser is sent."""
        return f"{self.url}/authorize"

    def new_refresh_token(self) -> str:
        """One that was got elsewhere."""
        with self._lock:
            token = f"refresh-{secrets.token_urlsafe(16)}"
            self._refresh.add(token)
            return token

    def end_access_tokens(self) -> None:
        """No access token that was given so far is good any more, whatever its life was to be."""
        with self._lock:
            self._access.clear()

    def is_good(self, token: str) -> bool:
        """Whether an access token may be used."""
        with self._lock:
            return token in self._access

    def agree(self, asked: dict[str, str]) -> str:
        """A person at /authorize says yes or no; where the browser is sent then."""
        with self._lock:
            self.wishes.append(asked)
            answer = {"state": asked["state"]}
            if self.agrees:
                code = f"code-{secrets.token_urlsafe(16)}"
                self._codes[code] = asked
                answer["code"] = code
            else:
                answer |= {"error": "access_denied", "error_description": "The person said no."}
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def give(self, asked: dict[str, str]) -> tuple[int, dict[str, object]]:
        """Status and answer of the token endpoint."""
        with self._lock:
            self.asked.append(asked)
        time.sleep(self.thinks_seconds)
        with self._lock:
            if self.mood is Mood.BUSY:
                return 503, {"error": "temporarily_unavailable"}
            if self.mood is Mood.EMPTY:
                return 200, {"token_type": "Bearer"}
            if self.mood is Mood.ENDLESS:
                return 200, {"token_type": "Bearer", "scope": "mail " * 500_000}
            if self.mood is Mood.ECHO:
                return 400, {"error": "invalid_grant", "error_description": json.dumps(asked)}
            if asked.get("client_id") != CLIENT_ID or asked.get("client_secret") != CLIENT_SECRET:
                return 401, {
                    "error": "invalid_client",
                    "error_description": "The secret of this application has expired.",
                }
            why_not = self._why_not(asked)
            if self.mood is Mood.INVALID_GRANT or why_not:
                words = why_not or "The password was changed."
                return 400, {"error": "invalid_grant", "error_description": words}
            return 200, self._tokens(asked)

    def _why_not(self, asked: dict[str, str]) -> str:
        kind = asked.get("grant_type")
        if kind == "client_credentials":
            return ""
        if kind == "refresh_token":
            token = asked["refresh_token"]
            if token in self._used:
                self._refresh.clear()
                return "The refresh token was used before; all of its family has ended."
            return "" if token in self._refresh else "The refresh token is unknown."
        wish = self._codes.pop(asked.get("code", ""), None)
        if wish is None or wish["redirect_uri"] != asked.get("redirect_uri"):
            return "The code is unknown."
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        is_proven = wish.get("code_challenge_method") == "S256"
        if not is_proven or wish.get("code_challenge") != challenge:
            return "The code is not for you."
        return ""

    def _tokens(self, asked: dict[str, str]) -> dict[str, object]:
        access = f"access-{secrets.token_urlsafe(16)}"
        self._access.add(access)
        answer: dict[str, object] = {
            "token_type": "Bearer",
            "access_token": access,
            "expires_in": self.lives_seconds,
        }
        if asked["grant_type"] == "client_credentials" or self.mood is Mood.NO_REFRESH:
            return answer
        used = asked.get("refresh_token")
        if used is None or self.rotates:
            answer["refresh_token"] = self.new_refresh_token()
        if used is not None and self.rotates:
            self._refresh.discard(used)
            self._used.add(used)
        return answer

    def introspect(self, token: str) -> dict[str, object]:
        """What a mail server is told about an access token (RFC 7662 section 2.2)."""
        with self._lock:
            self.introspected.append(token)
            if token not in self._access:
                return {"active": False}
            return {"active": True, "username": self.username, "token_type": "Bearer"}


@contextmanager
def authority(
    *, port: int | None = None, username: str = "desk@example.org"
) -> Iterator[Authority]:
    """An authority on 127.0.0.1 whose tokens are for one user."""
    known = Authority(port or free_port(), username)
    end = threading.Event()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place = urlsplit(self.path)
            if place.path != "/authorize":
                self._answer(404, {})
                return
            asked = {name: values[0] for name, values in parse_qs(place.query).items()}
            self.send_response(302)
            self.send_header("Location", known.agree(asked))
            self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            asked = {name: values[0] for name, values in parse_qs(body).items()}
            if self.path == "/introspect":
                self._answer(200, known.introspect(asked.get("token", "")))
            elif known.mood is Mood.HANG:
                known.asked.append(asked)
                end.wait(60)
            elif known.mood is Mood.AWAY:
                known.asked.append(asked)
                self.send_error(500, "Sorry")
            elif known.mood is Mood.REDIRECT:
                known.asked.append(asked)
                self.send_response(307)
                self.send_header("Location", f"{known.url}/elsewhere")
                self.end_headers()
            else:
                self._answer(*known.give(asked))

        def _answer(self, status: int, answer: dict[str, object]) -> None:
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            # Who has heard enough may hang up.
            with suppress(ConnectionError):
                self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            pass

    ThreadingHTTPServer.allow_reuse_address = True
    server = ThreadingHTTPServer(("127.0.0.1", known.port), Door)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield known
    finally:
        end.set()
        server.shutdown()
        server.server_close()
        thread.join()
