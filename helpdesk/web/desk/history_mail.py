"""The lines of a ticket’s history that tell of its mail: what failed, and what machines said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from flask_babel import gettext as _

from helpdesk.domain.tickets.models import TicketEvent
from helpdesk.web.filters import exact


def _mail_failed(event: TicketEvent, names: object) -> str:
    return _("The mail to %(address)s could not be sent", address=event.facts.get("to", ""))


def _mail_bounced(event: TicketEvent, names: object) -> str:
    facts = event.facts
    status, diagnostic = (str(facts.get(key, "")) for key in ("status", "diagnostic"))
    # Servers usually say the status in their own words too.
    answer = diagnostic if status in diagnostic else f"{status} {diagnostic}".strip()
    if not answer:
        return _("The mail to %(address)s came back", address=facts.get("to", ""))
    return _(
        "The mail to %(address)s came back: %(answer)s", address=facts.get("to", ""), answer=answer
    )


def _mail_suppressed(event: TicketEvent, names: object) -> str:
    facts = event.facts
    since = exact(datetime.fromisoformat(facts["since"]))
    return _(
        "The mail to %(address)s was not sent: mail does not reach it since %(since)s, "
        "its server says “%(because)s”",
        address=facts["to"],
        since=since,
        because=facts["because"],
    )


def _flood(event: TicketEvent, names: object) -> str:
    return _("Many mails came at once, and those beyond the limit are gathered here")


def _absence(event: TicketEvent, names: object) -> str:
    return _("%(address)s answered automatically", address=event.facts.get("from", ""))


MAIL_SENTENCES: Mapping[str, Callable[[TicketEvent, object], str]] = {
    "mail failed": _mail_failed,
    "mail bounced": _mail_bounced,
    "mail suppressed": _mail_suppressed,
    "flood": _flood,
    "absence notice": _absence,
}

MAIL_ICONS: Mapping[str, str] = {
    "mail failed": "warning",
    "mail bounced": "warning",
    "mail suppressed": "warning",
    "flood": "warning",
    "absence notice": "clock",
}
