"""An SMTP server of the tests' own that keeps what it is given, and misbehaves when told to."""

from __future__ import annotations

import asyncio
import base64
import enum
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.peers.certificate import Certificate
from tests.peers.postgresql import free_port

# What a server that hangs does for so long that nobody waits for it.
_FOREVER_SECONDS = 3600


class Manner(enum.Enum):
    """How the server behaves from now on."""

    ACCEPT = "takes every mail"
    REFUSE_RECIPIENT = "550 to every RCPT"
    REFUSE = "550 after the mail was handed over"
    LATER = "451 after the mail was handed over"
    BUSY = "421 to every MAIL, and it hangs up"
    HANG = "says nothing once the mail was handed over"
    DROP = "hangs up once the mail was handed over, without keeping it"
    KEEP_AND_DROP = "keeps the mail, and hangs up before it says so"


@dataclass(frozen=True)
class Received:
    """One mail as it came over the wire."""

    mail_from: str
    rcpt_tos: tuple[str, ...]
    raw: bytes
    # Who had signed in, and whether the connection was encrypted.
    user: str | None
    encrypted: bool

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return message_from_bytes(self.raw, policy=policy.default)


@dataclass
class Sink:
    """The server. `mails` has what it took; `attempts` counts mails that were handed over."""

    port: int
    manner: Manner = Manner.ACCEPT
    mails: list[Received] = field(default_factory=list)
    attempts: int = 0
    # Recipients that are refused, whatever the manner.
    unknown: set[str] = field(default_factory=set)
    needs_login: bool = False
    _new_controller: Callable[[], Controller] | None = None
    _controller: Controller | None = None
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, count: int, seconds: float = 10) -> list[Received]:
        """All mails, as soon as there are `count`; AssertionError when they do not come."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while len(self.mails) < count:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"{len(self.mails)} mails came, not {count}")
                self._changed.wait(left)
            return list(self.mails)

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Nobody listens at its port until the block ends."""
        self._stop()
        try:
            yield
        finally:
            self._start()

    def _start(self) -> None:
        assert self._new_controller is not None
        # One that was stopped cannot be started again.
        self._controller = self._new_controller()
        self._controller.start()

    def _stop(self) -> None:
        assert self._controller is not None
        self._controller.stop()

    def _keep(self, server: SMTP, session: Session, envelope: Envelope) -> None:
        login = session.auth_data
        user = login.login.decode() if isinstance(login, LoginPassword) else None
        sender = "" if envelope.mail_from == "<>" else envelope.mail_from or ""
        mail = Received(
            mail_from=sender,
            rcpt_tos=tuple(envelope.rcpt_tos),
            raw=envelope.original_content or b"",
            user=user,
            encrypted=server.transport.get_extra_info("ssl_object") is not None,
        )
        with self._changed:
            self.mails.append(mail)
            self._changed.notify_all()

    async def handle_MAIL(  # noqa: N802 (aiosmtpd calls it so)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.needs_login and not session.authenticated:
            return "530 5.7.0 Sign in first"
        if self.manner is Manner.BUSY:
            await server.push("421 4.3.2 Too busy")
            session.loop.call_soon(server.transport.close)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.manner is Manner.REFUSE_RECIPIENT or address in self.unknown:
            return "550 5.1.1 No such person here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.attempts += 1
        if self.manner is Manner.REFUSE:
            return "550 5.7.1 Not wanted"
        if self.manner is Manner.LATER:
            return "451 4.3.0 Try again later"
        if self.manner is Manner.HANG:
            await asyncio.sleep(_FOREVER_SECONDS)
        if self.manner is not Manner.DROP:
            self._keep(server, session, envelope)
        if self.manner in (Manner.DROP, Manner.KEEP_AND_DROP):
            server.transport.abort()
            await asyncio.sleep(_FOREVER_SECONDS)
        return "250 2.0.0 Taken"


@dataclass
class TokenSink(Sink):
    """A server that knows its users by tokens; `is_good` says which (user, token) it takes."""

    is_good: Callable[[str, str], bool] = lambda user, token: False

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        said = args[1] if len(args) > 1 else (await server.challenge_auth("")).decode()
        fields = base64.b64decode(said).decode().split("\1")
        user, token = fields[0].removeprefix("user="), fields[1].removeprefix("auth=Bearer ")
        if self.is_good(user, token):
            login = LoginPassword(user.encode(), b"")
            return AuthResult(success=True, auth_data=login)
        complaint = '{"status":"401","schemes":"bearer","scope":"https://mail.example.org/"}'
        await server.push(f"334 {base64.b64encode(complaint.encode()).decode()}")
        # The client answers with an empty line before it is told no.
        assert (await server._reader.readline()).strip() == b""
        return AuthResult(success=False, handled=False, message="535 5.7.3 Not signed in")


@contextmanager
def smtp_sink(
    *,
    port: int | None = None,
    certificate: Certificate | None = None,
    login: tuple[str, str] | None = None,
    tls_at_once: bool = False,
    is_good: Callable[[str, str], bool] | None = None,
) -> Iterator[Sink]:
    """A sink on 127.0.0.1. With a certificate it offers STARTTLS (or speaks TLS at once, as on port
    465); with a `login` (user, password) it takes mail only from who has signed in, and with
    `is_good` (user, token) only from who has shown a token.
    """
    if is_good is not None:
        sink: Sink = TokenSink(port or free_port(), needs_login=True, is_good=is_good)
    else:
        sink = Sink(port or free_port(), needs_login=login is not None)
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate.cert, certificate.key)

    def authenticate(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        expected = login is not None and data == LoginPassword(*(part.encode() for part in login))
        return AuthResult(success=expected, handled=False, auth_data=data)

    sink._new_controller = partial(
        Controller,
        sink,
        hostname="127.0.0.1",
        port=sink.port,
        ssl_context=context if tls_at_once else None,
        tls_context=None if tls_at_once else context,
        require_starttls=context is not None and not tls_at_once,
        authenticator=authenticate,
        auth_exclude_mechanism=["LOGIN", "PLAIN"] if is_good is not None else [],
        # It does not know that a connection which was encrypted from the start is so.
        auth_require_tls=context is not None and not tls_at_once,
        enable_SMTPUTF8=True,
        server_hostname="sink.example.org",
    )
    sink._start()
    try:
        yield sink
    finally:
        sink._stop()
