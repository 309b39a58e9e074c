"""What can go wrong on the way out, and how it is told: with the server's own words."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager

TOO_LARGE = 552
# What a server says when it wants another sign-in (RFC 4954 section 6).
_SIGN_IN_CODES = frozenset({530, 534, 535, 538})


class ServerFault(Exception):
    """The server cannot be used now, whatever the mail: nobody answers, or it does not know us."""


class ConnectionLost(ServerFault):
    """The server closed or fell silent in the middle of a mail; whether it has it is not known.

    `silent` when it said nothing for too long.
    """

    silent = False


class HungUp(ConnectionLost):
    """The server closed before the mail was handed over, so it surely does not have it."""


class MailRefused(Exception):
    """The server refused one mail. `answer` is exactly what it said; `stage` mail, rcpt or data."""

    def __init__(self, stage: str, code: int, answer: str) -> None:
        super().__init__(answer)
        self.stage = stage
        self.code = code
        self.answer = answer

    @property
    def for_now(self) -> bool:
        """Whether the server may take the mail later (a 4xx)."""
        return 400 <= self.code < 500

    @property
    def too_large(self) -> bool:
        """Whether its size is the reason (RFC 1870; RFC 3463 gives x.3.4)."""
        return self.code == TOO_LARGE or ".3.4 " in self.answer

    @property
    def for_the_sender(self) -> bool:
        """Whether it was refused for who we are, not for whom it is to."""
        return self.code in _SIGN_IN_CODES or (self.stage == "mail" and not self.too_large)


@contextmanager
def translated(fault: type[ServerFault], place: str = "") -> Iterator[None]:
    """What the libraries raise, as a fault in words that name the place."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise fault(
            _placed(place, answer_of(error.smtp_code, as_bytes(error.smtp_error)))
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        told = fault(_placed(place, str(error) or type(error).__name__))
        if isinstance(told, ConnectionLost):
            # The library tells of silence only in the error behind its own.
            told.silent = any(isinstance(e, TimeoutError) for e in (error, error.__context__))
        raise told from error


def _placed(place: str, words: str) -> str:
    return f"{place}: {words}" if place else words


def answer_of(code: int, answer: bytes) -> str:
    """Code and words as the server said them."""
    return f"{code} {answer.decode('utf-8', 'replace')}".strip()


def as_bytes(answer: bytes | str) -> bytes:
    """What smtplib hands over in the one form or the other."""
    return answer if isinstance(answer, bytes) else answer.encode()
