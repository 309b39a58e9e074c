"""Examines the way out for a mailbox: would our mail server send from its address, and does it."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, localtime

from flask import Flask

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.words import N_
from helpdesk.domain.correspondence.tokens import MARK_HEADER, header_mark
from helpdesk.mail.compose import Mail
from helpdesk.mail.compose.fields import wire_address
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
from helpdesk.mail.transport.faults import MailRefused, ServerFault, answer_of
from helpdesk.mail.transport.opening import connected
from helpdesk.mail.transport.ways import SmtpWay


class _NoAddress(ServerFault):
    """An address that cannot stand in an envelope."""


def examine(
    settings: Settings, app: Flask, *, sender: str, to: str, seconds: float = ALL_SECONDS
) -> Sequence[Finding]:
    """Reach, encrypt and sign in, then name sender and recipient, and send nothing.

    Comes back in time whatever the server does.
    """
    examination = Examination(lambda error: _told(error, settings))
    open_now: list[smtplib.SMTP] = []

    def work() -> None:
        try:
            _steps(examination, settings, open_now, sender, to)
        finally:
            for smtp in open_now:
                with suppress(smtplib.SMTPException, OSError):
                    smtp.quit()

    def cut() -> None:
        for smtp in open_now:
            with suppress(OSError, AttributeError):
                smtp.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]

    return within(seconds, app, examination, work, cut=cut)


def _steps(
    examination: Examination,
    settings: Settings,
    open_now: list[smtplib.SMTP],
    sender: str,
    to: str,
) -> None:
    host, port = settings.smtp_host, settings.smtp_port
    told: list[tuple[str, str]] = []

    def find() -> tuple[str, Facts, More]:
        found = ", ".join(resolved(host, port))
        return N_("%(host)s is %(found)s"), {"host": host, "found": found}, ()

    def connect() -> tuple[str, Facts, More]:
        open_now.append(connected(settings, ANSWER_SECONDS, lambda *each: told.append(each)))
        more = certificate_facts(open_now[0].sock)
        if settings.smtp_username:
            words = N_("Port %(port)s answers, and the server knows %(user)s")
            return words, {"port": port, "user": settings.smtp_username}, more
        return N_("Port %(port)s answers"), {"port": port}, more

    def name_sender() -> tuple[str, Facts, More]:
        return _said("mail", *open_now[0].mail(_wired(sender)))

    def name_recipient() -> tuple[str, Facts, More]:
        found = _said("rcpt", *open_now[0].rcpt(_wired(to)))
        open_now[0].rset()
        return found

    examination.step(N_("Find the server"), find)
    examination.step(N_("Connect and sign in"), connect)
    examination.step(N_("Name the sender"), name_sender)
    examination.step(N_("Name a recipient"), name_recipient)


def send_trial(
    settings: Settings, app: Flask, *, sender: str, to: str, words: tuple[str, str], rfc_id: str
) -> Finding:
    """Send one mail with this subject and text, marked as ours, so that it becomes no ticket."""
    examination = Examination(lambda error: _told(error, settings))
    raw = _trial_mail(sender, to, words, rfc_id)
    name = N_("Send a mail")

    def send() -> tuple[str, Facts, More]:
        way = SmtpWay(settings, ANSWER_SECONDS)
        try:
            way.send(Mail(_wired(sender), _wired(to), raw, not to.isascii(), False))
        finally:
            way.close()
        return N_("The server took a mail to %(address)s"), {"address": to}, ()

    found = within(ALL_SECONDS, app, examination, lambda: examination.step(name, send))
    return found[-1]


def _trial_mail(sender: str, to: str, words: tuple[str, str], rfc_id: str) -> bytes:
    subject, text = words
    mail = EmailMessage()
    mail["From"] = Address(addr_spec=_wired(sender))
    mail["To"] = Address(addr_spec=_wired(to))
    mail["Subject"] = subject
    mail["Date"] = format_datetime(localtime(clock.now()))
    mail["Message-ID"] = f"<{rfc_id}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "DR, RN, NRN, OOF, AutoReply"
    mail[MARK_HEADER] = header_mark(rfc_id)
    mail.set_content(text)
    return mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _said(stage: str, code: int, answer: bytes) -> tuple[str, Facts, More]:
    words = answer_of(code, answer)
    if code not in (250, 251):
        raise MailRefused(stage, code, words)
    return N_("The server agrees"), {}, ((N_("It says"), words),)


def _wired(address: str) -> str:
    wired = wire_address(address)
    if wired is None or not wired.isascii():
        raise _NoAddress(f"{address}: an address beyond ASCII is not tried here")
    return wired


def _told(error: Exception, settings: Settings) -> Told:
    said = str(error) or type(error).__name__
    password = settings.smtp_password.get_secret_value()
    if password:
        said = said.replace(password, "••••")
    said = " ".join(said.split())[:500]
    if isinstance(error, MailRefused):
        words = (
            N_("The server does not send from this address")
            if error.stage == "mail"
            else N_("The server does not take this mail")
        )
        advice = (
            N_("Let the user of the mail server send as this address, or take another user.")
            if error.for_the_sender
            else N_("Read what it says; whoever runs the server knows its rules.")
        )
        return Told(words, {}, said, advice)
    cause: BaseException = error.__cause__ or error
    if isinstance(error, socket.gaierror):
        words = N_("There is no such server")
    else:
        words = N_("The mail server cannot be used")
    return Told(words, {}, said, _advice(cause))


def _advice(cause: BaseException) -> str:
    if isinstance(cause, smtplib.SMTPAuthenticationError):
        return N_(
            "Look at HELPDESK_SMTP_USERNAME and its password or sign-in. They are settings of the "
            "server and not of this page."
        )
    if isinstance(cause, ssl.SSLError):
        return N_(
            "Look at HELPDESK_SMTP_SECURITY and HELPDESK_SMTP_PORT: they do not fit together."
        )
    if isinstance(cause, (socket.gaierror, ConnectionRefusedError, TimeoutError)):
        return N_(
            "Look at HELPDESK_SMTP_HOST and HELPDESK_SMTP_PORT, and whether a firewall stands in "
            "the way."
        )
    return N_("Read what it says; whoever runs the server knows its rules.")
