"""The tables of queues, tickets, who watches them and how they are linked."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import Base, Instant
from helpdesk.domain.accounts.models import BusinessUnit, Function, Person
from helpdesk.domain.processes import PROCESSES, Process, State
from helpdesk.domain.services.models import Service

_UNFINISHED = text("standing <> 'done'")
_DONE = text("standing = 'done'")
_SNOOZED = text("snoozed_until IS NOT NULL")
_MERGED = text("merged_into_id IS NOT NULL")


class Queue(Base):
    """Where tickets wait for a function; for one process, or (`process` None) for all of them."""

    __tablename__ = "queues"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name_en: Mapped[str] = mapped_column(String(200))
    name_sv: Mapped[str] = mapped_column(String(200))
    function_id: Mapped[int] = mapped_column(ForeignKey("functions.id"), index=True)
    process: Mapped[str | None] = mapped_column(String(20))
    position: Mapped[int] = mapped_column(default=0)

    function: Mapped[Function] = relationship(lazy="joined")


class Ticket(Base):
    """The record of something that happened. Its number is its id and never changes.

    `standing` repeats the class of the state, for the indexes of the lists; `version` counts
    the events, so that a page knows whether it is older than the ticket. While `snoozed_until` lies
    ahead it is on no work list. With `merged_into_id` it goes on as a part of that other ticket.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        # The work lists: unfinished tickets by urgency, of a queue and of a person.
        Index(
            "ix_tickets_queue_unfinished",
            "queue_id",
            "priority",
            "id",
            "snoozed_until",
            sqlite_where=_UNFINISHED,
            postgresql_where=_UNFINISHED,
        ),
        Index(
            "ix_tickets_assignee_unfinished",
            "assignee_id",
            "priority",
            "id",
            "snoozed_until",
            sqlite_where=_UNFINISHED,
            postgresql_where=_UNFINISHED,
        ),
        # By urgency and by the last change, with all that a list may be narrowed by, so that no
        # row is read only to be passed over.
        Index(
            "ix_tickets_unfinished",
            *("priority", "id", "queue_id", "assignee_id", "standing"),
            *("state", "process", "service_id", "requester_id", "snoozed_until"),
            sqlite_where=_UNFINISHED,
            postgresql_where=_UNFINISHED,
        ),
        Index(
            "ix_tickets_unfinished_changed",
            *("changed_at", "id", "priority", "queue_id", "assignee_id", "standing"),
            *("state", "process", "service_id", "requester_id", "snoozed_until"),
            sqlite_where=_UNFINISHED,
            postgresql_where=_UNFINISHED,
        ),
        # What is done, the newest first.
        Index(
            "ix_tickets_queue_done", "queue_id", "id", sqlite_where=_DONE, postgresql_where=_DONE
        ),
        Index(
            "ix_tickets_assignee_done",
            "assignee_id",
            "id",
            sqlite_where=_DONE,
            postgresql_where=_DONE,
        ),
        Index(
            "ix_tickets_service_done",
            "service_id",
            "id",
            sqlite_where=_DONE,
            postgresql_where=_DONE,
        ),
        # They are few: those that wake next, and those that are shown on another ticket.
        Index(
            "ix_tickets_snoozed",
            "snoozed_until",
            "id",
            sqlite_where=_SNOOZED,
            postgresql_where=_SNOOZED,
        ),
        Index(
            "ix_tickets_merged",
            "merged_into_id",
            sqlite_where=_MERGED,
            postgresql_where=_MERGED,
        ),
        Index("ix_tickets_requester", "requester_id", "id"),
        # The tickets of a business unit, for its people and for the lists.
        Index("ix_tickets_unit", "business_unit_id", "id"),
        Index(
            "ix_tickets_unit_unfinished",
            "business_unit_id",
            "priority",
            "id",
            sqlite_where=_UNFINISHED,
            postgresql_where=_UNFINISHED,
        ),
        Index("ix_tickets_changed", "changed_at", "id"),
        Index("ix_tickets_state_changed", "state", "changed_at"),
        # A number is never given twice, not even after the newest ticket was erased.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    process: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    standing: Mapped[str] = mapped_column(String(10))
    subject: Mapped[str] = mapped_column(String(300))
    requester_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    queue_id: Mapped[int] = mapped_column(ForeignKey("queues.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"), index=True)
    mailbox_id: Mapped[int | None] = mapped_column(ForeignKey("mailboxes.id"))
    # The unit that the requester belonged to when the ticket was opened: who moves to another
    # one does not take it along.
    business_unit_id: Mapped[int | None] = mapped_column(ForeignKey("business_units.id"))
    # The requester keeps it from colleagues who see the unit's tickets.
    private: Mapped[bool] = mapped_column(default=False)
    impact: Mapped[int] = mapped_column(SmallInteger, default=2)
    urgency: Mapped[int] = mapped_column(SmallInteger, default=2)
    priority: Mapped[int] = mapped_column(SmallInteger, default=3)
    language: Mapped[str] = mapped_column(String(5), default="en")
    opened_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    resolved_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=0)
    snoozed_until: Mapped[datetime | None] = mapped_column(Instant)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))

    # A write that rests on an older version than the row's fails instead of winning.
    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012

    queue: Mapped[Queue] = relationship(lazy="raise")
    requester: Mapped[Person] = relationship(foreign_keys=requester_id, lazy="raise")
    assignee: Mapped[Person | None] = relationship(foreign_keys=assignee_id, lazy="raise")
    service: Mapped[Service | None] = relationship(lazy="raise")
    unit: Mapped[BusinessUnit | None] = relationship(lazy="raise")

    @property
    def number(self) -> int:
        """The number that people use, without the `#`."""
        return self.id

    @property
    def process_spec(self) -> Process:
        """The process that the ticket is in, as data."""
        return PROCESSES[self.process]

    @property
    def state_spec(self) -> State:
        """The state that the ticket is in, as data."""
        return self.process_spec.state(self.state)


class Watcher(Base):
    """A person who follows a ticket and is told what its requester is told."""

    __tablename__ = "watchers"

    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since: Mapped[datetime] = mapped_column(Instant)

    person: Mapped[Person] = relationship(lazy="raise")


class LinkKind(enum.StrEnum):
    """What one ticket is to another."""

    FOLLOWS = "follows"  # a later ticket about the same thing
    MAY_FOLLOW = "may follow"  # a stranger's answer, for an agent to judge
    RELATED = "related"
    DUPLICATE = "duplicate"  # the same matter of somebody else, who is answered there
    CHILD = "child"  # a part of the other
    CAUSED = "caused"  # the other is the cause
    SPLIT = "split"  # its words stood on the other before


class TicketLink(Base):
    """`ticket_id` stands in `kind` to `other_id`."""

    __tablename__ = "ticket_links"
    __table_args__ = (UniqueConstraint("ticket_id", "other_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
