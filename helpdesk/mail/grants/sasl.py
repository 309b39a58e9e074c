"""Shows a token to a mail server: XOAUTH2 and OAUTHBEARER (RFC 7628)."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Container
from contextlib import suppress

_LONGEST = 300


class Bearer:
    """One sign-in with one token. `complaint` is what the server said against it, if anything."""

    def __init__(self, mechanism: str, user: str, token: str) -> None:
        self.mechanism = mechanism
        self.complaint = ""
        self._user = user
        self._token = token

    def first(self) -> str:
        """What the client says to begin with."""
        if self.mechanism == "XOAUTH2":
            return f"user={self._user}\1auth=Bearer {self._token}\1\1"
        # RFC 5801 section 4: in the name these two signs stand for themselves only so.
        name = self._user.replace("=", "=3D").replace(",", "=2C")
        return f"n,a={name},\1auth=Bearer {self._token}\1\1"

    def answer(self, challenge: bytes | None = None) -> str:
        """The client's answer to each challenge: the token, and to a complaint as good as nothing.

        A complaint is JSON (RFC 7628 section 3.2.3), and the server says no only after an answer.
        """
        if not challenge:
            return self.first()
        self.complaint = _readable(challenge).replace(self._token, "••••")
        return "" if self.mechanism == "XOAUTH2" else "\1"

    def in_words(self, said: str) -> str:
        """What the server said last, and what it complained of before that."""
        words = said.replace(self._token, "••••") if self._token else said
        return f"{words} {self.complaint}".strip()


def mechanism_of(offered: Container[str]) -> str:
    """The mechanism to use, of those that a server names; XOAUTH2 where it names neither."""
    return "OAUTHBEARER" if "OAUTHBEARER" in offered and "XOAUTH2" not in offered else "XOAUTH2"


def _readable(challenge: bytes) -> str:
    """The complaint on one line; servers differ about how often it is encoded."""
    text = challenge.decode("utf-8", "replace").strip()
    if not text.startswith("{"):
        with suppress(binascii.Error, ValueError):
            text = b64decode(text, validate=True).decode("utf-8", "replace").strip()
    return " ".join(text.split())[:_LONGEST]
