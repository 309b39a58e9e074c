"""The two ways out: one connection to a server, and the capture that keeps mail instead."""

from __future__ import annotations

import contextlib
import smtplib
from typing import Protocol

from helpdesk.core.config import Settings
from helpdesk.core.storage import storage
from helpdesk.core.words import N_
from helpdesk.mail.compose import Mail
from helpdesk.mail.transport.faults import (
    TOO_LARGE,
    ConnectionLost,
    HungUp,
    MailRefused,
    ServerFault,
    answer_of,
    as_bytes,
    translated,
)
from helpdesk.mail.transport.opening import ANSWER_SECONDS, connected

_SERVICE_CLOSES = 421


class Way(Protocol):
    """Where mail leaves. `used` when it has carried a mail, and may be closed in the meantime."""

    used: bool

    def send(self, mail: Mail) -> str | None:
        """Hand one mail over; the digest where it was captured, None when it left."""

    def cut(self) -> None:
        """End whatever is going on, from another thread."""

    def close(self) -> None:
        """Say goodbye; never raises."""


class Capture:
    """Keeps whole mails in the storage instead of sending them."""

    used = False

    def send(self, mail: Mail) -> str | None:
        """Keep the mail durably and return its digest."""
        try:
            return storage().keep(mail.raw)
        except OSError as error:
            raise ServerFault(f"The data folder does not take it: {error}") from error

    def cut(self) -> None:
        """Nothing here takes long."""

    def close(self) -> None:
        """There is nothing to close."""


class SmtpWay:
    """One connection to the configured server; made when it is first needed."""

    def __init__(self, settings: Settings, answer_seconds: float) -> None:
        self._smtp = connected(settings, answer_seconds)
        self.used = False

    def send(self, mail: Mail) -> str | None:
        """Send one mail; MailRefused with the server's words, HungUp or ConnectionLost."""
        self._refuse_early(mail)
        with translated(HungUp):
            self._expect("mail", *self._smtp.mail(mail.envelope_from, self._options(mail)))
            self._expect("rcpt", *self._smtp.rcpt(mail.envelope_to))
        with translated(ConnectionLost):
            try:
                code, answer = self._smtp.data(mail.raw)
            except smtplib.SMTPDataError as error:
                code, answer = error.smtp_code, as_bytes(error.smtp_error)
            self._expect("data", code, answer)
        self.used = True
        return None

    def cut(self) -> None:
        """End whatever is going on, from another thread."""
        with contextlib.suppress(OSError, AttributeError):
            self._smtp.sock.shutdown(2)  # type: ignore[union-attr]

    def close(self) -> None:
        """Say goodbye and close."""
        with contextlib.suppress(smtplib.SMTPException, OSError):
            self._smtp.quit()
        self._smtp.close()

    def _options(self, mail: Mail) -> list[str]:
        options = [f"SIZE={len(mail.raw)}"] if self._smtp.has_extn("size") else []
        return options + (["BODY=8BITMIME", "SMTPUTF8"] if mail.utf8 else [])

    def _refuse_early(self, mail: Mail) -> None:
        """What the server has announced that it will refuse is not sent to it first."""
        limit = self._smtp.esmtp_features.get("size", "")
        if limit.isdecimal() and 0 < int(limit) < len(mail.raw):
            answer = f"552 5.3.4 {len(mail.raw)} octets; the server takes {limit}"
            raise MailRefused("mail", TOO_LARGE, answer)
        if mail.utf8 and not self._smtp.has_extn("smtputf8"):
            answer = N_(
                "The address has letters beyond ASCII, and our mail server cannot send to such "
                "addresses."
            )
            raise MailRefused("rcpt", 550, answer)

    def _expect(self, stage: str, code: int, answer: bytes) -> None:
        if code in (250, 251):
            return
        words = answer_of(code, answer)
        if code == _SERVICE_CLOSES or code < 0:
            self._smtp.close()
            raise ConnectionLost(words) if stage == "data" else HungUp(words)
        # After this the next mail begins on clean ground (RFC 5321 section 4.1.1.5).
        with contextlib.suppress(smtplib.SMTPServerDisconnected):
            self._smtp.rset()
        raise MailRefused(stage, code, words)


def open_way(settings: Settings, *, answer_seconds: float = ANSWER_SECONDS) -> Way:
    """The way out as configured; ServerFault with the server's words when it cannot be used."""
    return SmtpWay(settings, answer_seconds) if settings.smtp_host else Capture()
