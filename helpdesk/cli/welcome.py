"""What `helpdesk run --sample` says once its doors are open, and the mails that it sends first."""

from __future__ import annotations

import os
import smtplib
import socket
import time
import urllib.request
from contextlib import suppress
from email.message import EmailMessage
from email.utils import formatdate

import click

from helpdesk.cli.sample import SAMPLE_MAILS, Sample
from helpdesk.core.config import Settings
from helpdesk.core.listening import HostPort, Listen

# Both parts are up long before; on a machine that is slower than this, it is said nevertheless.
_DOORS_OPEN_WITHIN_SECONDS = 60


def welcome(settings: Settings, sample: Sample) -> None:
    """Wait until the doors are open, send the sample mails the first time, and say where to go.

    Runs in a process of its own, which ends when the one that started it is gone.
    """
    parent = os.getppid()
    deadline = time.monotonic() + _DOORS_OPEN_WITHIN_SECONDS
    with suppress(KeyboardInterrupt):
        while time.monotonic() < deadline and not _doors_are_open(settings):
            if os.getppid() != parent:
                return
            time.sleep(0.1)
        if sample.is_new:
            _send_sample_mails(settings)
        click.echo(_words(settings, sample))


def _doors_are_open(settings: Settings) -> bool:
    try:
        if isinstance(settings.http_listen, HostPort):
            page = f"http://{_reachable(settings.http_listen)}/health/ready"
            with urllib.request.urlopen(page, timeout=2):
                pass
        if isinstance(settings.smtp_listen, HostPort):
            place = _reachable(settings.smtp_listen)
            socket.create_connection((place.host, place.port), timeout=2).close()
    except OSError:
        return False
    return True


def _reachable(place: HostPort) -> HostPort:
    return HostPort("127.0.0.1" if place.host in ("0.0.0.0", "::") else place.host, place.port)


def _send_sample_mails(settings: Settings) -> None:
    if not isinstance(settings.smtp_listen, HostPort):
        return
    place = _reachable(settings.smtp_listen)
    try:
        # A name is given, because asking the network for our own may take minutes.
        with smtplib.SMTP(place.host, place.port, "localhost", timeout=10) as smtp:
            for number, mail in enumerate(SAMPLE_MAILS, start=1):
                message = EmailMessage()
                message["From"], message["To"] = mail.sender, mail.to
                message["Subject"] = mail.subject
                message["Message-ID"] = f"<sample-{number}.{time.time_ns()}@example.com>"
                message["Date"] = formatdate()
                message.set_content(mail.text)
                smtp.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        click.echo(f"The sample mails could not be sent: {error}", err=True)


def _words(settings: Settings, sample: Sample) -> str:
    lines = ["", f"The helpdesk is running at {settings.base_url}", ""]
    if sample.is_new:
        lines += [
            f"  Sign in as     {sample.administrator} (administrator) or {sample.agent} (agent)",
            f"  Password       {sample.password}   (made now, for both; it is not shown again)",
        ]
    else:
        lines += [
            f"  Sign in as     {sample.administrator}, with the password of the first start",
            f"  A new one      .venv/bin/helpdesk person password {sample.administrator}",
        ]
    lines += _mail_door(settings.smtp_listen, sample)
    if not settings.smtp_host:
        lines.append(f"  Outgoing mail  is kept, not sent: {settings.base_url}/admin/captured")
    return "\n".join([*lines, "", f"Ctrl-C stops it. The data stays in {settings.data_dir}."])


def _mail_door(smtp_listen: Listen | None, sample: Sample) -> list[str]:
    if not isinstance(smtp_listen, HostPort):
        return []
    place = _reachable(smtp_listen)
    # Python is here for certain; curl and swaks may not be.
    letter = r"From: Eva Ek <eva.ek@example.com>\nSubject: My screen is black\n\nIt went dark."
    return [
        f"  Mail door      SMTP on {place}, for {sample.address}",
        '  Send a mail    python3 -c "import smtplib; smtplib.SMTP('
        f"'{place.host}', {place.port}).sendmail('eva.ek@example.com',"
        f" '{sample.address}', '{letter}')\"",
    ]
