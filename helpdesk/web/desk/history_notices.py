"""The lines of a ticket's history that tell of its service notices."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _

from helpdesk.domain.tickets.models import TicketEvent
from helpdesk.web.filters import reads_swedish

NOTICE_ICONS: Mapping[str, str] = {
    "notice published": "bell",
    "notice changed": "bell",
    "notice updated": "bell",
    "notice ended": "check-circle",
}
# An update may be long; the notice has all of it.
_SHOWN = 160


def notice_words(event: TicketEvent) -> str:
    """What happened to a notice, as a sentence."""
    facts = event.facts
    if event.kind == "notice published":
        told = facts["told"]
        swedish, english = told.get("title_sv", ""), told.get("title_en", "")
        title = (swedish or english) if reads_swedish() else (english or swedish)
        return _("Service notice published: “%(title)s”", title=title)
    if event.kind == "notice updated":
        return _("Service notice updated: “%(words)s”", words=str(facts["words"])[:_SHOWN])
    if event.kind == "notice changed":
        return _("Service notice changed")
    return _("Service notice ended")
