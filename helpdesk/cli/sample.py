"""A small sample organisation, so that `make run` shows a helpdesk that is alive."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from helpdesk.cli.database import bring_up_to_date
from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.actions import add_person, grant, join
from helpdesk.domain.accounts.permissions import Action, Role
from helpdesk.domain.accounts.queries import function_by_key, people_who_may
from helpdesk.domain.beginning import make_organisation
from helpdesk.domain.correspondence.models import Mailbox
from helpdesk.domain.correspondence.queries import mailboxes
from helpdesk.domain.routing.models import RoutingRule
from helpdesk.domain.services.models import NodeKind, Service
from helpdesk.domain.tickets.queries import queue_by_key
from helpdesk.web.account import set_password

ADMINISTRATOR = "ada.admin@example.org"
AGENT = "agnes.berg@example.org"
ADDRESS = "helpdesk@example.org"


@dataclass(frozen=True, slots=True)
class Sample:
    """What the welcome tells; `password` only when the sample was made now."""

    is_new: bool
    administrator: str
    agent: str
    address: str
    password: str = ""


@dataclass(frozen=True, slots=True)
class SampleMail:
    """A mail that the first start sends through the SMTP door."""

    sender: str
    to: str
    subject: str
    text: str


SAMPLE_MAILS = (
    SampleMail(
        "Eva Ek <eva.ek@example.com>",
        ADDRESS,
        "The printer on floor 3 prints grey stripes",
        "Hi,\n\nSince this morning every page from the printer on floor 3 has grey stripes along"
        " the left side. I changed the toner, but it did not help.\n\nEva",
    ),
    SampleMail(
        "Nils Lund <nils.lund@example.com>",
        ADDRESS,
        "Kan inte logga in i lönesystemet",
        "Hej!\n\nJag kommer inte in i lönesystemet, det står att kontot är låst. Lönerna ska"
        " vara klara före klockan 15 idag.\n\nVänliga hälsningar\nNils",
    ),
    SampleMail(
        "Sara Holm <sara.holm@example.com>",
        "orders@example.org",
        "A laptop for our new colleague",
        "Hello,\n\nAmir starts with us on the first of next month and needs a laptop, a dock"
        " and an e-mail account.\n\nThank you\nSara",
    ),
)

# Each is address, name, language, function, role.
_PEOPLE = (
    (ADMINISTRATOR, "Ada Admin", "en", "service-desk", Role.ADMINISTRATOR),
    (AGENT, "Agnes Berg", "en", "service-desk", Role.AGENT),
    ("omar.dahl@example.org", "Omar Dahl", "sv", "technical", Role.AGENT),
    ("alva.strand@example.org", "Alva Strand", "sv", "application", Role.AGENT),
    ("karin.koord@example.org", "Karin Koord", "sv", "coordination", Role.COORDINATOR),
    ("lars.lev@example.org", "Lars Lev", "sv", "delivery", Role.OWNER),
)

# Each is key, kind, English name, Swedish name.
_SERVICES = (
    ("email", NodeKind.SERVICE, "E-mail", "E-post"),
    ("printing", NodeKind.SERVICE, "Printing", "Utskrift"),
    ("payroll", NodeKind.SERVICE, "Payroll", "Lön"),
)


def load_sample(settings: Settings) -> Sample:
    """Make the sample in an empty database; one that is not empty is left as it is."""
    bring_up_to_date()
    if mailboxes() or people_who_may(Action.MANAGE_PEOPLE):
        admins = people_who_may(Action.MANAGE_PEOPLE)
        administrator = admins[0].email if admins else ADMINISTRATOR
        return Sample(False, administrator, AGENT, mailboxes()[0].address)
    password = secrets.token_urlsafe(12)
    with unit_of_work():
        make_organisation(name="IT helpdesk", address=ADDRESS, language=settings.default_language)
        _add_people(password)
        _add_services_and_orders()
    return Sample(True, ADMINISTRATOR, AGENT, ADDRESS, password)


def _add_people(password: str) -> None:
    now = clock.now()
    for address, name, language, function_key, role in _PEOPLE:
        person = add_person(address, name=name, language=language, now=now)
        grant(person, role=role)
        function = function_by_key(function_key)
        assert function is not None
        join(person, function=function, lead=role is Role.COORDINATOR)
        if address in (ADMINISTRATOR, AGENT):
            set_password(person, password)


def _add_services_and_orders() -> None:
    owner = function_by_key("delivery")
    services = {
        key: Service(
            key=key,
            kind=kind.value,
            name_en=english,
            name_sv=swedish,
            owner_id=owner.id if owner else None,
        )
        for key, kind, english, swedish in _SERVICES
    }
    db.session.add_all(services.values())
    requests = queue_by_key("requests")
    db.session.add(
        Mailbox(
            name="orders",
            address="orders@example.org",
            display_name="IT orders",
            position=1,
            process="request",
            queue_id=requests.id if requests else None,
        )
    )
    db.session.flush()
    db.session.add(
        RoutingRule(
            name="Printers",
            words="printer, printers, skrivare, skrivaren",
            service_id=services["printing"].id,
        )
    )
    db.session.add(
        RoutingRule(
            name="Payroll is urgent",
            position=1,
            words="payroll, lön, lönesystemet, löner, lönerna",
            service_id=services["payroll"].id,
            priority=2,
        )
    )
