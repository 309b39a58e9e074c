"""A small organisation for tests: two functions, their queues, a few people, two mailboxes."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.accounts.actions import add_person, grant, join
from helpdesk.domain.accounts.models import Function, Person
from helpdesk.domain.accounts.permissions import Role
from helpdesk.domain.correspondence.models import Mailbox
from helpdesk.domain.services.models import Service
from helpdesk.domain.tickets.models import Queue


@dataclass
class World:
    """Ids, so that a test may use them in any session; the properties load the rows."""

    agnes_id: int
    oskar_id: int
    eva_id: int
    admin_id: int
    desk_id: int
    technical_id: int
    queue_id: int
    requests_id: int
    technical_queue_id: int
    helpdesk_id: int
    orders_id: int
    email_id: int

    @property
    def agnes(self) -> Person:
        """An agent of the service desk, agnes@example.org."""
        return db.session.get_one(Person, self.agnes_id)

    @property
    def oskar(self) -> Person:
        """An agent of technical operations, oskar@example.org."""
        return db.session.get_one(Person, self.oskar_id)

    @property
    def eva(self) -> Person:
        """A requester, eva@example.com."""
        return db.session.get_one(Person, self.eva_id)

    @property
    def admin(self) -> Person:
        """An administrator, admin@example.org."""
        return db.session.get_one(Person, self.admin_id)

    @property
    def queue(self) -> Queue:
        """Incidents of the service desk."""
        return db.session.get_one(Queue, self.queue_id)

    @property
    def technical_queue(self) -> Queue:
        """All that technical operations owns."""
        return db.session.get_one(Queue, self.technical_queue_id)

    @property
    def helpdesk(self) -> Mailbox:
        """The first mailbox, helpdesk@example.org, for incidents."""
        return db.session.get_one(Mailbox, self.helpdesk_id)

    @property
    def orders(self) -> Mailbox:
        """The second mailbox, orders@example.org, for requests, Swedish."""
        return db.session.get_one(Mailbox, self.orders_id)


def make_world() -> World:
    """Write the organisation in one unit of work."""
    now = clock.now()
    with unit_of_work() as session:
        desk = Function(key="service-desk", name_en="Service desk", name_sv="Service desk")
        technical = Function(
            key="technical", name_en="Technical operations", name_sv="Teknisk drift", position=1
        )
        session.add_all([desk, technical])
        session.flush()
        incidents = Queue(
            key="service-desk-incidents",
            name_en="Incidents",
            name_sv="Incidenter",
            function_id=desk.id,
            process="incident",
        )
        requests = Queue(
            key="service-desk-requests",
            name_en="Requests",
            name_sv="Beställningar",
            function_id=desk.id,
            process="request",
            position=1,
        )
        everything = Queue(
            key="technical",
            name_en="Technical operations",
            name_sv="Teknisk drift",
            function_id=technical.id,
            position=2,
        )
        email = Service(key="email", name_en="E-mail", name_sv="E-post")
        session.add_all([incidents, requests, everything, email])
        session.flush()
        helpdesk = Mailbox(
            name="helpdesk",
            address="helpdesk@example.org",
            display_name="IT helpdesk",
            queue_id=incidents.id,
        )
        orders = Mailbox(
            name="orders",
            address="orders@example.org",
            position=1,
            process="request",
            queue_id=requests.id,
            language="sv",
        )
        session.add_all([helpdesk, orders])
        agnes = add_person("agnes@example.org", name="Agnes Agent", language="en", now=now)
        oskar = add_person("oskar@example.org", name="Oskar Operator", language="sv", now=now)
        eva = add_person("eva@example.com", name="Eva Ek", now=now)
        admin = add_person("admin@example.org", name="Ada Admin", language="en", now=now)
        grant(agnes, role=Role.AGENT)
        grant(oskar, role=Role.AGENT)
        grant(admin, role=Role.ADMINISTRATOR)
        join(agnes, function=desk)
        join(oskar, function=technical)
        return World(
            agnes_id=agnes.id,
            oskar_id=oskar.id,
            eva_id=eva.id,
            admin_id=admin.id,
            desk_id=desk.id,
            technical_id=technical.id,
            queue_id=incidents.id,
            requests_id=requests.id,
            technical_queue_id=everything.id,
            helpdesk_id=helpdesk.id,
            orders_id=orders.id,
            email_id=email.id,
        )
