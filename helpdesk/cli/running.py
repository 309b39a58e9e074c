"""`helpdesk run`, `helpdesk web`, `helpdesk worker`: start the product, whole or in parts."""

from __future__ import annotations

import smtplib
import socket
import sys
import threading
import time
import urllib.request
from email.message import EmailMessage

import click

from helpdesk.application import create_app
from helpdesk.cli.application import settings_with_logs
from helpdesk.cli.database import newest_revision, revision
from helpdesk.cli.sample import SAMPLE_MAILS, Sample, load_sample
from helpdesk.core.config import Settings, variable
from helpdesk.core.errors import Refused
from helpdesk.core.listening import EXIT_PORT_IN_USE, HostPort, faults_of_doors
from helpdesk.jobs.worker import run_worker
from helpdesk.supervisor import Program, supervise
from helpdesk.web.server import serve

# Both parts are up long before; a machine that is slower than this is told nothing.
DOORS_OPEN_WITHIN_SECONDS = 60


@click.command()
@click.option("--sample", is_flag=True, help="Load a small sample organisation on first start.")
def run(sample: bool) -> None:
    """Start the pages and the worker together, and keep them running."""
    settings = settings_with_logs(quiet=sample)
    _refuse_taken_doors(settings)
    loaded = _prepare(settings, sample=sample)
    if loaded is not None:
        threading.Thread(target=_welcome, args=(settings, loaded), daemon=True).start()
    me = (sys.executable, "-m", "helpdesk")
    sys.exit(supervise([Program("web", (*me, "web")), Program("worker", (*me, "worker"))]))


@click.command()
def web() -> None:
    """Serve the pages only (Gunicorn); a worker must run beside."""
    settings = settings_with_logs()
    serve(settings, lambda: create_app(settings))


@click.command()
def worker() -> None:
    """Take in mail, send mail and keep the timetable; as many as wanted may run."""
    sys.exit(run_worker(settings_with_logs()))


def _refuse_taken_doors(settings: Settings) -> None:
    faults = faults_of_doors(
        (variable(field), getattr(settings, field))
        for field in ("http_listen", "smtp_listen", "lmtp_listen")
    )
    if faults:
        click.echo("\n".join(faults), err=True)
        sys.exit(EXIT_PORT_IN_USE)


def _prepare(settings: Settings, *, sample: bool) -> Sample | None:
    app = create_app(settings)
    with app.app_context():
        if sample:
            return load_sample(settings)
        if revision() != newest_revision():
            raise Refused(
                "The database is not at the version of this software. Run `helpdesk init` for a"
                " new helpdesk, or `helpdesk db upgrade` for one that is there."
            )
        return None


def _welcome(settings: Settings, sample: Sample) -> None:
    """Wait until the doors are open, send the sample mails the first time, and say where to go."""
    deadline = time.monotonic() + DOORS_OPEN_WITHIN_SECONDS
    while time.monotonic() < deadline and not _doors_are_open(settings):
        time.sleep(0.2)
    if sample.is_new:
        _send_sample_mails(settings)
    click.echo(_words_of_welcome(settings, sample))


def _doors_are_open(settings: Settings) -> bool:
    try:
        with urllib.request.urlopen(f"{settings.base_url}/health/ready", timeout=2):
            pass
        if isinstance(settings.smtp_listen, HostPort):
            with socket.create_connection(_door(settings.smtp_listen), timeout=2):
                pass
    except OSError:
        return False
    return True


def _door(place: HostPort) -> tuple[str, int]:
    return ("127.0.0.1" if place.host in ("0.0.0.0", "::") else place.host, place.port)


def _send_sample_mails(settings: Settings) -> None:
    if not isinstance(settings.smtp_listen, HostPort):
        return
    host, port = _door(settings.smtp_listen)
    with smtplib.SMTP(host, port, timeout=10) as smtp:
        for mail in SAMPLE_MAILS:
            message = EmailMessage()
            message["From"], message["To"], message["Subject"] = mail.sender, mail.to, mail.subject
            message["Message-ID"] = f"<{mail.subject.encode().hex()[:24]}@example.com>"
            message["Date"] = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime())
            message.set_content(mail.text)
            smtp.send_message(message)


def _words_of_welcome(settings: Settings, sample: Sample) -> str:
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
    if isinstance(settings.smtp_listen, HostPort):
        host, port = _door(settings.smtp_listen)
        lines += [
            f"  Mail door      SMTP on {host}:{port}, for {sample.address}",
            "  Send a mail    printf 'Subject: My screen is black\\n\\nIt went dark at nine.\\n'"
            f" | curl -s smtp://{host}:{port} --mail-from eva.ek@example.com"
            f" --mail-rcpt {sample.address} -T -",
        ]
    if not settings.smtp_host:
        lines += [f"  Outgoing mail  is kept, not sent: {settings.base_url}/admin/captured"]
    return "\n".join([*lines, "", "Ctrl-C stops it. The data stays in " + str(settings.data_dir)])
