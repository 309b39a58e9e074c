"""Who has seen a message, in words that claim no more than is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from babel.lists import format_list
from flask_babel import get_locale
from flask_babel import gettext as _

from helpdesk.domain.tickets.models import Direction, Message
from helpdesk.domain.tickets.queries import PersonAround
from helpdesk.web.filters import exact


@dataclass(frozen=True, slots=True)
class SeenBy:
    """Who has opened the ticket, and the version that each message made, by its id."""

    around: Sequence[PersonAround] = ()
    versions: Mapping[int, int] = field(default_factory=dict)
    reader_id: int = 0


def seen_words(message: Message, by: SeenBy) -> str:
    """Which agents have had the ticket open since, and whose page was opened; "" for nobody.

    A page behind a link may be opened by anybody who has the link, so it is the page that is
    spoken of and not the person.
    """
    version = by.versions.get(message.id)
    if version is None:
        return ""
    others = [
        each
        for each in by.around
        if each.read is not None and each.person.id not in (message.author_id, by.reader_id)
    ]
    agents = [
        each.person.display_name
        for each in others
        if each.works and each.read is not None and each.read >= version
    ]
    found = []
    # What goes to a supplier is on no page of a requester.
    if message.direction == Direction.OUT.value and message.conversation_id is None:
        out_at = message.held_until or message.written_at
        found = [
            _("%(name)s’s page was opened %(at)s", name=each.person.display_name, at=exact(at))
            for each in others
            if not each.works and (at := each.read_at) is not None and at >= out_at
        ]
    if agents:
        found.insert(0, _("Seen by %(names)s", names=format_list(agents, locale=get_locale())))
    return ". ".join(found)
