"""What a new installation begins with: the functions of the article, their queues, one mailbox."""

from __future__ import annotations

from helpdesk.core.db import db
from helpdesk.domain.accounts.models import Function
from helpdesk.domain.correspondence.models import Mailbox
from helpdesk.domain.tickets.models import Queue

# Each is key, English, Swedish; the order is that of the menus.
FUNCTIONS = (
    ("service-desk", "Service desk", "Service desk"),
    ("coordination", "Coordination", "Koordinering"),
    ("technical", "Technical operations", "Teknisk drift"),
    ("application", "Application operations", "Applikationsdrift"),
    ("delivery", "Delivery management", "Leveransansvar"),
)

# Each is key, English, Swedish, function, and process (None for all of them).
QUEUES = (
    ("incidents", "Incidents", "Incidenter", "service-desk", "incident"),
    ("requests", "Requests", "Beställningar", "service-desk", "request"),
    ("coordination", "Coordination", "Koordinering", "coordination", None),
    ("technical", "Technical operations", "Teknisk drift", "technical", None),
    ("application", "Application operations", "Applikationsdrift", "application", None),
    ("delivery", "Delivery management", "Leveransansvar", "delivery", None),
)


def make_organisation(*, name: str, address: str, language: str) -> Mailbox:
    """Functions, queues and the first mailbox, which takes what our own doors are handed."""
    functions = {
        key: Function(key=key, name_en=english, name_sv=swedish, position=position)
        for position, (key, english, swedish) in enumerate(FUNCTIONS)
    }
    db.session.add_all(functions.values())
    db.session.flush()
    queues = {
        key: Queue(
            key=key,
            name_en=english,
            name_sv=swedish,
            function_id=functions[function].id,
            process=process,
            position=position,
        )
        for position, (key, english, swedish, function, process) in enumerate(QUEUES)
    }
    db.session.add_all(queues.values())
    db.session.flush()
    mailbox = Mailbox(
        name="helpdesk",
        address=address,
        display_name=name,
        language=language,
        process="incident",
        queue_id=queues["incidents"].id,
    )
    db.session.add(mailbox)
    db.session.flush()
    return mailbox
