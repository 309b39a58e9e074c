"""Tries a mailbox's connection step by step, so that the one that fails is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from helpdesk.core.errors import HelpdeskError
from helpdesk.core.words import N_
from helpdesk.domain.correspondence.models import AfterKeeping, Mailbox
from helpdesk.mail.fetch.connection import Connection
from helpdesk.mail.fetch.errors import in_words
from helpdesk.mail.fetch.keeping import account_of

# Somebody waits at a page for the answer.
SILENCE_SECONDS = 10.0
STEP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a test: its name and words are marked messages, `facts` fill the words' places.

    `str(step)` is the words in English.
    """

    name: str
    ok: bool
    words: str
    facts: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.words % self.facts


class _Failed(Exception):
    """The rest of the steps makes no sense."""


def check(mailbox: Mailbox, password: str | None = None) -> list[Step]:
    """Resolve, connect, encrypt, sign in, open the folder, count; ends with the first that fails.

    With a grant a token is got before the sign-in.

    `password` None: the one that is kept. Changes nothing on the server. Never raises for what a
    server or a network does.
    """
    steps: list[Step] = []
    try:
        account = account_of(mailbox, password)
    except HelpdeskError as error:
        return [Step(N_("Sign in"), False, "%(error)s", {"error": str(error)})]
    connection = Connection(account, silence_seconds=SILENCE_SECONDS, step_seconds=STEP_SECONDS)

    def step(name: str, work: Callable[[], tuple[str, Mapping[str, str | int]]]) -> None:
        try:
            words, facts = work()
        except Exception as error:
            said = in_words(error, host=account.host, port=account.port, password=account.password)
            steps.append(Step(name, False, "%(error)s", {"error": said}))
            raise _Failed from error
        steps.append(Step(name, True, words, facts))

    def resolve() -> tuple[str, Mapping[str, str | int]]:
        found = ", ".join(connection.resolve())
        return N_("%(host)s is %(found)s"), {"host": account.host, "found": found}

    def connect() -> tuple[str, Mapping[str, str | int]]:
        connection.connect()
        return N_("Port %(port)s answers"), {"port": account.port}

    def greet() -> tuple[str, Mapping[str, str | int]]:
        connection.greet()
        if account.security == "none":
            return N_("The connection is not encrypted, as the mailbox says"), {}
        if not account.verify_tls:
            return N_("The connection is encrypted, but nobody knows with whom"), {}
        return N_("The connection is encrypted and the certificate is valid"), {}

    def get_token() -> tuple[str, Mapping[str, str | int]]:
        connection.get_token()
        return N_("There is a token that can be used now"), {}

    def sign_in() -> tuple[str, Mapping[str, str | int]]:
        connection.sign_in()
        return N_("The server knows %(user)s"), {"user": account.username}

    def open_folder() -> tuple[str, Mapping[str, str | int]]:
        leaves = mailbox.after_keeping == AfterKeeping.LEAVE.value
        # Asked for without changing anything, but only a folder that can be changed will do.
        connection.select(mailbox.folder, readonly=leaves)
        return N_("The folder %(folder)s is there"), {"folder": mailbox.folder}

    def count() -> tuple[str, Mapping[str, str | int]]:
        folder = connection.select(mailbox.folder, readonly=True)
        return N_("It holds %(count)s mails"), {"count": folder.count}

    try:
        step(N_("Find the server"), resolve)
        step(N_("Connect"), connect)
        step(N_("Encrypt"), greet)
        if account.grant_id is not None:
            step(N_("Get a token"), get_token)
        step(N_("Sign in"), sign_in)
        step(N_("Open the folder"), open_folder)
        step(N_("Count the mail"), count)
    except _Failed:
        pass
    finally:
        connection.close()
    return steps
