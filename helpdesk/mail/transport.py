"""The way out: an SMTP server, or the built-in capture while none is configured."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from helpdesk.core.config import Settings
from helpdesk.core.storage import storage
from helpdesk.core.words import N_
from helpdesk.mail.compose import Mail

# RFC 5321 section 4.5.3.2 allows minutes; a server of our own that needs more than this is ill,
# and other mail is waiting.
ANSWER_SECONDS = 30.0

_SERVICE_CLOSES = 421
_TOO_LARGE = 552
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
        return self.code == _TOO_LARGE or ".3.4 " in self.answer

    @property
    def for_the_sender(self) -> bool:
        """Whether it was refused for who we are, not for whom it is to."""
        return self.code in _SIGN_IN_CODES or (self.stage == "mail" and not self.too_large)


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
        self._smtp = _connected(settings, answer_seconds)
        self.used = False

    def send(self, mail: Mail) -> str | None:
        """Send one mail; MailRefused with the server's words, HungUp or ConnectionLost."""
        self._refuse_early(mail)
        with _translated(HungUp):
            self._expect("mail", *self._smtp.mail(mail.envelope_from, self._options(mail)))
            self._expect("rcpt", *self._smtp.rcpt(mail.envelope_to))
        with _translated(ConnectionLost):
            try:
                code, answer = self._smtp.data(mail.raw)
            except smtplib.SMTPDataError as error:
                code, answer = error.smtp_code, _bytes(error.smtp_error)
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
            raise MailRefused("mail", _TOO_LARGE, answer)
        if mail.utf8 and not self._smtp.has_extn("smtputf8"):
            answer = N_(
                "The address has letters beyond ASCII, and our mail server cannot send to such "
                "addresses."
            )
            raise MailRefused("rcpt", 550, answer)

    def _expect(self, stage: str, code: int, answer: bytes) -> None:
        if code in (250, 251):
            return
        words = _answer(code, answer)
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


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a check: what was tried, whether it held, and the server's words."""

    tried: str
    held: bool
    words: str


def check(settings: Settings, *, answer_seconds: float = ANSWER_SECONDS) -> list[Step]:
    """Try the way out without sending anything; the last step is the one that failed, if any."""
    if not settings.smtp_host:
        return [Step(N_("Outgoing mail"), True, N_("It is captured: HELPDESK_SMTP_HOST is empty."))]
    steps: list[Step] = []

    def held(tried: str, words: str) -> None:
        steps.append(Step(tried, True, words))

    try:
        smtp = _connected(settings, answer_seconds, tell=held)
    except ServerFault as fault:
        names = [N_("Connect"), N_("Encrypt"), N_("Sign in")]
        if settings.smtp_security != "starttls":
            names.remove("Encrypt")
        return [*steps, Step(names[len(steps)], False, str(fault))]
    with contextlib.suppress(smtplib.SMTPException, OSError):
        smtp.quit()
    return steps


def _connected(
    settings: Settings,
    answer_seconds: float,
    tell: Callable[[str, str], None] = lambda tried, words: None,
) -> smtplib.SMTP:
    place = f"{settings.smtp_host}:{settings.smtp_port}"
    with _translated(ServerFault, place):
        smtp = _greeted(settings, answer_seconds)
    try:
        with _translated(ServerFault, place):
            tell(N_("Connect"), place)
            if settings.smtp_security == "starttls":
                smtp.starttls(context=ssl.create_default_context())
                smtp.ehlo()
                tell(N_("Encrypt"), _cipher(smtp))
            if settings.smtp_username:
                password = settings.smtp_password.get_secret_value()
                smtp.login(settings.smtp_username, password)
                tell(N_("Sign in"), settings.smtp_username)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _greeted(settings: Settings, answer_seconds: float) -> smtplib.SMTP:
    # Told instead of looked up: the look-up of one's own name can hang with the name server.
    name = urlsplit(settings.base_url).hostname or "localhost"
    ours = f"[{name}]" if name.replace(".", "").isdecimal() else name
    if settings.smtp_security == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.smtp_host,
            settings.smtp_port,
            local_hostname=ours,
            timeout=answer_seconds,
            context=ssl.create_default_context(),
        )
    else:
        smtp = smtplib.SMTP(
            settings.smtp_host, settings.smtp_port, local_hostname=ours, timeout=answer_seconds
        )
    try:
        smtp.ehlo_or_helo_if_needed()
    except BaseException:
        smtp.close()
        raise
    return smtp


def _cipher(smtp: smtplib.SMTP) -> str:
    return smtp.sock.version() or "" if isinstance(smtp.sock, ssl.SSLSocket) else ""


@contextmanager
def _translated(fault: type[ServerFault], place: str = "") -> Iterator[None]:
    """What the libraries raise, as a fault in words that name the place."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise fault(_placed(place, _answer(error.smtp_code, _bytes(error.smtp_error)))) from error
    except (smtplib.SMTPException, OSError) as error:
        told = fault(_placed(place, str(error) or type(error).__name__))
        if isinstance(told, ConnectionLost):
            # The library tells of silence only in the error behind its own.
            told.silent = any(isinstance(e, TimeoutError) for e in (error, error.__context__))
        raise told from error


def _placed(place: str, words: str) -> str:
    return f"{place}: {words}" if place else words


def _answer(code: int, answer: bytes) -> str:
    return f"{code} {answer.decode('utf-8', 'replace')}".strip()


def _bytes(answer: bytes | str) -> bytes:
    return answer if isinstance(answer, bytes) else answer.encode()
