"""Tries the way out step by step, without sending anything."""

from __future__ import annotations

import contextlib
import smtplib
from dataclasses import dataclass

from helpdesk.core.config import Settings
from helpdesk.core.words import N_
from helpdesk.mail.transport.faults import ServerFault
from helpdesk.mail.transport.opening import ANSWER_SECONDS, connected


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a check: what was tried, whether it held, and the server's words."""

    tried: str
    held: bool
    words: str


def check(settings: Settings, *, answer_seconds: float = ANSWER_SECONDS) -> list[Step]:
    """Try the way out without sending anything; the last step is the one that failed, if any.

    Like `open_way` it needs an application context where a sign-in by OAuth 2 is set.
    """
    if not settings.smtp_host:
        return [Step(N_("Outgoing mail"), True, N_("It is captured: HELPDESK_SMTP_HOST is empty."))]
    steps: list[Step] = []

    def held(tried: str, words: str) -> None:
        steps.append(Step(tried, True, words))

    try:
        smtp = connected(settings, answer_seconds, tell=held)
    except ServerFault as fault:
        names = [N_("Connect"), N_("Encrypt"), N_("Get a token"), N_("Sign in")]
        if settings.smtp_security != "starttls":
            names.remove("Encrypt")
        if not settings.smtp_grant:
            names.remove("Get a token")
        return [*steps, Step(names[len(steps)], False, str(fault))]
    with contextlib.suppress(smtplib.SMTPException, OSError):
        smtp.quit()
    return steps
