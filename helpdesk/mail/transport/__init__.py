"""The way out: an SMTP server, or the built-in capture while none is configured."""

from __future__ import annotations

from helpdesk.mail.transport.checking import Step, check
from helpdesk.mail.transport.faults import ConnectionLost, HungUp, MailRefused, ServerFault
from helpdesk.mail.transport.opening import ANSWER_SECONDS
from helpdesk.mail.transport.ways import Capture, SmtpWay, Way, open_way

__all__ = [
    "ANSWER_SECONDS",
    "Capture",
    "ConnectionLost",
    "HungUp",
    "MailRefused",
    "ServerFault",
    "SmtpWay",
    "Step",
    "Way",
    "check",
    "open_way",
]
