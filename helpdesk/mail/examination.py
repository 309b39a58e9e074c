"""An examination of a server, step by step, that ends in time whatever the server does."""

from __future__ import annotations

import contextvars
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID
from flask import Flask

from helpdesk.core.words import N_

Facts = Mapping[str, str | int]
# A label (marked) and what stands beside it (as the other side says it).
More = tuple[tuple[str, str], ...]

# Somebody waits at a page for the answer, and a thread of the web server with them.
ANSWER_SECONDS = 4.0
ALL_SECONDS = 10.0
# A name service that says nothing for so long will not help.
RESOLVE_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Finding:
    """How one step went: name, words and advice are marked messages, `facts` fill their places.

    `said` is exactly what the other side said.
    """

    name: str
    ok: bool
    words: str
    facts: Facts = field(default_factory=dict)
    said: str = ""
    advice: str = ""
    more: More = ()

    def as_json(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Told:
    """How a fault is told: what is wrong, what exactly the other side said, and what to do next."""

    words: str
    facts: Facts = field(default_factory=dict)
    said: str = ""
    advice: str = ""


class Failed(Exception):
    """The rest of the steps makes no sense."""


class Examination:
    """Steps one after the other; the first that fails is the last."""

    def __init__(self, explain: Callable[[Exception], Told]) -> None:
        self.findings: list[Finding] = []
        self.running = ""
        self._explain = explain

    def step(self, name: str, work: Callable[[], tuple[str, Facts, More]]) -> None:
        """Do one step and note how it went; Failed when it fell."""
        self.running = name
        try:
            words, facts, more = work()
        except Exception as error:
            told = self._explain(error)
            self.findings.append(
                Finding(name, False, told.words, told.facts, told.said, told.advice)
            )
            raise Failed from error
        self.findings.append(Finding(name, True, words, facts, more=more))
        self.running = ""


def within(
    seconds: float,
    app: Flask,
    examination: Examination,
    work: Callable[[], None],
    *,
    cut: Callable[[], None] = lambda: None,
) -> Sequence[Finding]:
    """Do the work, and come back after so many seconds at the latest; `cut` ends what still runs.

    The work has an application context of its own, and must not write to what is returned late.
    """

    def run() -> None:
        with app.app_context(), suppress(Failed):
            work()

    context = contextvars.Context()
    thread = threading.Thread(target=context.run, args=(run,), daemon=True)
    thread.start()
    thread.join(seconds)
    findings = list(examination.findings)
    if thread.is_alive():
        cut()
        if all(finding.ok for finding in findings):
            findings.append(
                Finding(
                    examination.running or N_("Connect"),
                    False,
                    N_("It took longer than %(seconds)s seconds, so we stopped waiting."),
                    {"seconds": int(seconds)},
                    advice=N_(
                        "The server is slow, or a firewall holds the connection. Try again; if "
                        "it stays so, ask whoever looks after the network."
                    ),
                )
            )
    return findings


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host; gaierror when it has none, TimeoutError when nobody says."""
    found: list[str] = []
    faults: list[OSError] = []

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(answer[4][0]) for answer in answers))
        except UnicodeError as error:
            # A label that is empty or too long for the name service.
            faults.append(socket.gaierror(socket.EAI_NONAME, str(error)))
        except OSError as error:
            faults.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(RESOLVE_SECONDS)
    if faults:
        raise faults[0]
    if not found:
        raise TimeoutError(f"the name service says nothing about {host}")
    return found


def certificate_facts(sock: object) -> More:
    """What the certificate of an encrypted connection says; () where there is none."""
    if not isinstance(sock, ssl.SSLSocket):
        return ()
    encoded = sock.getpeercert(binary_form=True)
    if not encoded:
        return ()
    certificate = x509.load_der_x509_certificate(encoded)
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        valid_for = ", ".join(names.value.get_values_for_type(x509.DNSName)[:5])
    except x509.ExtensionNotFound:
        valid_for = ""
    return (
        (N_("Encryption"), sock.version() or ""),
        (N_("Certificate for"), valid_for or _name(certificate.subject)),
        (N_("Issued by"), _name(certificate.issuer)),
        (N_("Valid until"), certificate.not_valid_after_utc.date().isoformat()),
    )


def _name(name: x509.Name) -> str:
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        found = name.get_attributes_for_oid(oid)
        if found:
            return str(found[0].value)
    return name.rfc4514_string()
