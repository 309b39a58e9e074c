"""What can go wrong while mail is fetched, and how it is told: with the server's own words."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl

from imapclient.exceptions import IMAPClientError, LoginError

from helpdesk.core.errors import HelpdeskError
from helpdesk.core.words import N_

_MASK = "••••"
_LONGEST = 500
# What imaplib puts around the words of a server.
_WRAPPING = re.compile(
    r"""^(?:[A-Za-z ]+ (?:command error|failed): )?(?:BAD |NO )?\[?b?(['"])(.*)\1\]?$"""
)


class NoAnswer(OSError):
    """The server said nothing, or did not come to an end, for so long (seconds)."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer within {seconds:g} seconds")


class NotAllowed(HelpdeskError):
    """The server does not do what is needed."""


class NotOurs(HelpdeskError):
    """Somebody else fetches from this mailbox now, or its settings have just been changed."""


def breaks_the_connection(error: BaseException) -> bool:
    """Whether the conversation is over; a mere NO or BAD leaves it standing."""
    if isinstance(error, imaplib.IMAP4.abort):
        return True
    # Anything that is not an answer of the server leaves its next answer in doubt.
    return not isinstance(error, (imaplib.IMAP4.error, NotAllowed))


def in_words(error: BaseException, *, host: str, port: int, password: str = "") -> str:
    """One line for the person who runs the mailbox, with the server's answer and no password."""
    words = _words(error, host, port)
    if password:
        words = words.replace(password, _MASK)
    return " ".join(words.split())[:_LONGEST]


def _words(error: BaseException, host: str, port: int) -> str:
    if isinstance(error, socket.gaierror):
        return f"There is no server {host} ({error.strerror})."
    if isinstance(error, ConnectionRefusedError):
        return f"{host} does not listen on port {port}."
    if isinstance(error, (NoAnswer, TimeoutError)):
        return f"{host}:{port} gives no answer ({error})."
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate of {host} cannot be trusted: {error.verify_message}."
    if isinstance(error, ssl.SSLError):
        # Only errors that OpenSSL itself has raised have a reason.
        reason = getattr(error, "reason", None) or error
        return f"No encrypted connection to {host}:{port} came about ({reason})."
    if isinstance(error, LoginError):
        return N_("The server refuses the sign-in") + f": {plain(str(error))}"
    if isinstance(error, imaplib.IMAP4.abort):
        return f"The connection to {host} broke off: {plain(str(error))}"
    if isinstance(error, (IMAPClientError, imaplib.IMAP4.error)):
        return N_("The server answers") + f": {plain(str(error))}"
    if isinstance(error, NotAllowed):
        return N_("The server cannot be used") + f": {error}."
    if isinstance(error, HelpdeskError):
        return str(error)
    if isinstance(error, OSError):
        return f"{type(error).__name__}: {error.strerror or error}"
    return f"{type(error).__name__}: {error}"


def plain(words: str) -> str:
    """The words of a server without what imaplib has put around them."""
    match = _WRAPPING.match(words.strip())
    return match[2] if match else words
