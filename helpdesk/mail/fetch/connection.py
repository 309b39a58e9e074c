"""One conversation with an IMAP server, in which nothing may take for ever."""

from __future__ import annotations

import imaplib
import logging
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from helpdesk.domain.correspondence.granting import is_shown_safely
from helpdesk.mail.fetch.errors import NoAnswer, NotAllowed, plain
from helpdesk.mail.grants import access_token
from helpdesk.mail.grants.sasl import Bearer, mechanism_of

# A server that says nothing for so long is not going to.
SILENCE_SECONDS = 30.0
# A whole step (connecting, a search) may take so long, however many words come in between.
STEP_SECONDS = 60.0

GOOD_BYE_SECONDS = 2.0

# What the library says at its debug level contains what people write.
logging.getLogger("imapclient").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Account:
    """How to reach one user's mail. `security` is tls, starttls or none.

    With a grant we sign in by a token of it, and there is no password.
    """

    host: str
    port: int
    security: str
    verify_tls: bool
    username: str
    password: str = field(repr=False)
    grant_id: int | None = None


@dataclass(frozen=True, slots=True)
class Folder:
    """What a server says about an open folder (RFC 3501 section 7.1 and 7.3)."""

    uidvalidity: int
    uidnext: int
    count: int


class Connection:
    """A conversation. Call the steps in their order, or `open`; then `client` speaks IMAP."""

    def __init__(
        self,
        account: Account,
        *,
        silence_seconds: float = SILENCE_SECONDS,
        step_seconds: float = STEP_SECONDS,
    ) -> None:
        self.account = account
        self.silence_seconds = silence_seconds
        self.step_seconds = step_seconds
        self.client: IMAPClient = None
        self._token = ""
        self._found: Sequence[tuple[int, tuple[object, ...]]] = ()
        self._socket: socket.socket | None = None
        # A second handle to the same connection: with it another thread can end it, whatever
        # TLS and buffers lie above the first.
        self._lever: socket.socket | None = None

    def open(self) -> None:
        """All steps up to being signed in; a token first, so that no server waits for it."""
        self.get_token()
        self.resolve()
        self.connect()
        self.greet()
        self.sign_in()

    def resolve(self) -> list[str]:
        """Find the server's addresses; gaierror when it has none."""
        found = socket.getaddrinfo(self.account.host, self.account.port, type=socket.SOCK_STREAM)
        self._found = [(family, address) for family, _, _, _, address in found]
        return list(dict.fromkeys(str(address[0]) for _, address in self._found))

    def connect(self) -> None:
        """Reach the first address that answers; OSError of the last when none does."""
        last: OSError | None = None
        for family, address in self._found:
            sock = socket.socket(family, socket.SOCK_STREAM)
            sock.settimeout(self.silence_seconds)
            try:
                sock.connect(address)
            except OSError as error:
                sock.close()
                last = error
                continue
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            self._socket, self._lever = sock, sock.dup()
            return
        raise last or OSError("no address")

    def greet(self) -> None:
        """Encrypt as the account says, and hear the greeting; ssl.SSLError, IMAP4.error."""
        account = self.account
        with self.within(self.step_seconds):
            assert self._socket is not None
            if account.security == "tls":
                # The handshake is made by hand: in it the socket must already be known to us.
                self._socket = self._context().wrap_socket(
                    self._socket, server_hostname=account.host, do_handshake_on_connect=False
                )
                self._socket.do_handshake()
            self.client = _Client(self._socket, account.host, account.port, self.silence_seconds)
            if account.security == "starttls":
                self.client.starttls(self._context())

    def get_token(self) -> None:
        """Have a token ready where one is needed; NoToken. Needs an application context."""
        account = self.account
        if account.grant_id is None:
            return
        if not is_shown_safely(account.host, account.security, verify_tls=account.verify_tls):
            raise NotAllowed("a token is shown only to a server that has proved who it is")
        self._token = access_token(account.grant_id)

    def sign_in(self) -> None:
        """Tell user name and password, or show a token; LoginError with the server's words."""
        if self.account.grant_id is None:
            self._sign_in_by_password()
            return
        if not self._token:
            self.get_token()
        try:
            self._sign_in_by_token()
        except LoginError:
            # A token may be ended before its time, for instance by a new password.
            other = access_token(self.account.grant_id, instead_of=self._token)
            if other == self._token:
                raise
            self._token = other
            self.close()
            self.resolve()
            self.connect()
            self.greet()
            self._sign_in_by_token()

    def _sign_in_by_token(self) -> None:
        with self.within(self.step_seconds):
            offered = {
                mechanism
                for mechanism in ("XOAUTH2", "OAUTHBEARER")
                if self.client.has_capability(f"AUTH={mechanism}")
            }
            bearer = Bearer(mechanism_of(offered), self.account.username, self._token)
            try:
                self.client.sasl_login(bearer.mechanism, bearer.answer)
            except LoginError as error:
                raise LoginError(bearer.in_words(plain(str(error)))) from None

    def _sign_in_by_password(self) -> None:
        account = self.account
        with self.within(self.step_seconds):
            if self.client.has_capability("LOGINDISABLED"):
                raise NotAllowed("it takes no password on a connection that is not encrypted")
            # LOGIN knows only ASCII (RFC 3501 section 9), people's passwords know more.
            if self.client.has_capability("AUTH=PLAIN"):
                self.client.plain_login(account.username, account.password)
            else:
                self.client.login(account.username, account.password)

    def select(self, folder: str, *, readonly: bool = False) -> Folder:
        """Open a folder and hear how it stands now."""
        with self.within(self.step_seconds):
            try:
                said = self.client.select_folder(folder, readonly=readonly)
            except imaplib.IMAP4.readonly:
                raise NotAllowed(f"the folder {folder} can only be read, not changed") from None
            validity, count = said.get(b"UIDVALIDITY"), int(said.get(b"EXISTS", 0))
            if not validity:
                raise NotAllowed("it does not number its mail (no UIDVALIDITY)")
            # UIDNEXT may be missing (RFC 3501 section 6.3.1); the newest mail tells it as well.
            uidnext = said.get(b"UIDNEXT") or max(self.client.search("UID *"), default=0) + 1
        return Folder(int(validity), int(uidnext), count)

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Break the conversation off when the block takes longer; then NoAnswer is raised."""
        expired = threading.Event()

        def break_off() -> None:
            expired.set()
            self.break_off()

        timer = threading.Timer(seconds, break_off)
        timer.daemon = True
        timer.start()
        try:
            yield
        except TimeoutError:
            raise NoAnswer(self.silence_seconds) from None
        except Exception:
            if expired.is_set():
                raise NoAnswer(seconds) from None
            raise
        finally:
            timer.cancel()

    def break_off(self) -> None:
        """End the conversation from any thread: who waits for the server wakes with an error."""
        lever = self._lever
        if lever is not None:
            with suppress(OSError):
                lever.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Say good-bye if the server listens, and let go of everything."""
        client, self.client = self.client, None
        if client is not None:
            with suppress(Exception), self.within(GOOD_BYE_SECONDS):
                client.logout()
            # A conversation that has broken is not closed by saying good-bye.
            with suppress(Exception):
                client.shutdown()
        for sock in (self._socket, self._lever):
            if sock is not None:
                with suppress(OSError):
                    sock.close()
        self._socket = self._lever = None

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if not self.account.verify_tls:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


class _Imap(imaplib.IMAP4):
    """The standard library's IMAP over a socket that is connected already."""

    def __init__(self, ready: socket.socket, host: str, port: int) -> None:
        self._ready = ready
        super().__init__(host, port)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return self._ready


class _Client(IMAPClient):  # type: ignore[misc]  # the library carries no types
    """IMAPClient over a socket that is connected, and encrypted if it is to be from the start."""

    def __init__(self, ready: socket.socket, host: str, port: int, silence: float) -> None:
        self._ready = ready
        super().__init__(host, port, ssl=False, timeout=silence)
        # Aware times instead of local ones.
        self.normalise_times = False

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802 (the library's name)
        return _Imap(self._ready, self.host, self.port)
