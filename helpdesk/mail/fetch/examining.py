"""Examines a mailbox that is being set up: each step of fetching, and what lies there."""

from __future__ import annotations

import imaplib
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from flask import Flask
from imapclient.exceptions import LoginError

from helpdesk.core.errors import HelpdeskError
from helpdesk.core.words import N_
from helpdesk.mail.examination import (
    ALL_SECONDS,
    ANSWER_SECONDS,
    Examination,
    Facts,
    Finding,
    More,
    Told,
    certificate_facts,
    resolved,
    within,
)
from helpdesk.mail.fetch.connection import Account, Connection
from helpdesk.mail.fetch.errors import NoAnswer, NotAllowed, in_words, plain

MOST_FOLDERS = 200

# What the helpdesk makes use of, where a server has it.
_USEFUL = {
    b"IDLE": N_("tells at once when mail comes"),
    b"UIDPLUS": N_("deletes exactly what it is told to"),
    b"MOVE": N_("moves mail in one step"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """How each step went, the folders by name, and how many mails lie in the one that was opened.

    `count` is None where the folder was not opened.
    """

    findings: Sequence[Finding]
    folders: Sequence[str] = ()
    count: int | None = None

    @property
    def ok(self) -> bool:
        """Whether every step held."""
        return bool(self.findings) and all(finding.ok for finding in self.findings)


def examine(account: Account, folder: str, app: Flask, *, seconds: float = ALL_SECONDS) -> Seen:
    """Find, connect, encrypt, sign in, list, open and count; ends with the first that fails.

    Changes nothing on the server, and comes back in time whatever it does.
    """
    connection = Connection(account, silence_seconds=ANSWER_SECONDS, step_seconds=ANSWER_SECONDS)
    examination = Examination(lambda error: _told(error, account))
    folders: list[str] = []
    counts: list[int] = []

    def work() -> None:
        try:
            _steps(examination, connection, folder, folders, counts)
        finally:
            connection.close()

    findings = within(seconds, app, examination, work, cut=connection.break_off)
    return Seen(findings, tuple(folders), counts[0] if counts else None)


def _steps(
    examination: Examination,
    connection: Connection,
    folder: str,
    folders: list[str],
    counts: list[int],
) -> None:
    account = connection.account

    def find() -> tuple[str, Facts, More]:
        found = ", ".join(resolved(account.host, account.port))
        connection.resolve()
        return N_("%(host)s is %(found)s"), {"host": account.host, "found": found}, ()

    def connect() -> tuple[str, Facts, More]:
        connection.connect()
        return N_("Port %(port)s answers"), {"port": account.port}, ()

    def encrypt() -> tuple[str, Facts, More]:
        connection.greet()
        more = certificate_facts(connection.client.socket())
        if account.security == "none":
            return N_("The connection is not encrypted, as the mailbox says"), {}, more
        if not account.verify_tls:
            return N_("The connection is encrypted, but nobody knows with whom"), {}, more
        return N_("The connection is encrypted and the certificate is valid"), {}, more

    def get_token() -> tuple[str, Facts, More]:
        connection.get_token()
        return N_("There is a token that can be used now"), {}, ()

    def sign_in() -> tuple[str, Facts, More]:
        connection.sign_in()
        return N_("The server knows %(user)s"), {"user": account.username}, ()

    def look_around() -> tuple[str, Facts, More]:
        with connection.within(ANSWER_SECONDS):
            able = set(connection.client.capabilities())
            listed = connection.client.list_folders()
        known = [str(name) for flags, _delimiter, name in listed if b"\\Noselect" not in flags]
        folders.extend(
            sorted(known, key=lambda name: (name.upper() != "INBOX", name))[:MOST_FOLDERS]
        )
        useful = tuple((words, name.decode()) for name, words in _USEFUL.items() if name in able)
        return N_("The server shows %(count)s folders"), {"count": len(known)}, useful

    def open_folder() -> tuple[str, Facts, More]:
        counts.append(connection.select(folder, readonly=True).count)
        return N_("It holds %(count)s mails"), {"count": counts[0]}, ()

    examination.step(N_("Find the server"), find)
    examination.step(N_("Connect"), connect)
    examination.step(N_("Encrypt"), encrypt)
    if account.grant_id is not None:
        examination.step(N_("Get a token"), get_token)
    examination.step(N_("Sign in"), sign_in)
    examination.step(N_("Look at the folders"), look_around)
    examination.step(N_("Open the folder"), open_folder)


def take_away(account: Account, folder: str, rfc_id: str, word: str) -> bool:
    """Whether our own trial mail lies there; then it is deleted, and nothing else is.

    Some servers give mail another Message-ID: then the word in its subject tells. Raises what a
    server or a network raises.
    """
    connection = Connection(account, silence_seconds=ANSWER_SECONDS, step_seconds=ANSWER_SECONDS)
    try:
        connection.open()
        connection.select(folder)
        with connection.within(ANSWER_SECONDS):
            found = connection.client.search(["HEADER", "Message-ID", f"<{rfc_id}>"])
            found = found or connection.client.search(["SUBJECT", word])
            if found:
                connection.client.delete_messages(found)
                # A plain EXPUNGE would delete what others have marked; then it stays marked.
                if connection.client.has_capability("UIDPLUS"):
                    connection.client.uid_expunge(found)
        return bool(found)
    finally:
        with suppress(OSError):
            connection.close()


def in_one_line(error: Exception, account: Account) -> Told:
    """The same words as in an examination, for what went wrong outside of one."""
    return _told(error, account)


def _told(error: Exception, account: Account) -> Told:
    told = in_words(error, host=account.host, port=account.port, password=account.password)
    said = ""
    if isinstance(error, imaplib.IMAP4.error):
        said = plain(str(error))
        if account.password:
            said = said.replace(account.password, "••••")
        said = " ".join(said.split())[:500]
        told = told.removesuffix(said).rstrip(": ")
    return Told(told, {}, said, _advice(error, account))


def _advice(error: Exception, account: Account) -> str:
    if isinstance(error, socket.gaierror):
        return N_("Look at the server’s name: a letter may be wrong. Its owner knows it.")
    if isinstance(error, ConnectionRefusedError):
        return N_("Look at the port: 993 with TLS from the start, 143 with STARTTLS is usual.")
    if isinstance(error, (NoAnswer, TimeoutError)):
        return N_(
            "A firewall may stand between us and the server, or the port is one that wants another "
            "encryption. Ask whoever looks after the network."
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return N_(
            "Write the name that the certificate is for, or ask for a certificate that names this "
            "server. Only for a server of your own, leave the check out."
        )
    if isinstance(error, ssl.SSLError):
        return N_("This port speaks another encryption. Try STARTTLS, or another port.")
    if isinstance(error, LoginError):
        if account.grant_id is not None:
            return N_("Look whether the user may sign in by IMAP, and connect the sign-in again.")
        return N_(
            "Type user name and password again. Some servers want the whole address as user name, "
            "and some take no password at all but OAuth 2."
        )
    if isinstance(error, NotAllowed):
        return N_("Choose another encryption, or another folder.")
    if isinstance(error, HelpdeskError):
        return N_("Open the sign-in and connect it again.")
    if isinstance(error, imaplib.IMAP4.abort):
        return N_("Try again; if it stays so, the port may be one of another service.")
    return N_("Try again; if it stays so, show these words to whoever runs the server.")
