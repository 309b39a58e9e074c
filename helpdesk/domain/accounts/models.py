"""Tables of people and of the units they belong to."""

from __future__ import annotations

import enum
import secrets
from datetime import date, datetime

from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core import clock
from helpdesk.core.db import Base, Instant
from helpdesk.domain.accounts.permissions import Role


class Sharing(enum.StrEnum):
    """Which people of a unit see the tickets of their colleagues."""

    OFF = "off"
    EVERYBODY = "everybody"
    CHOSEN = "chosen"


class BusinessUnit(Base):
    """A part of the business that uses services and has agreements."""

    __tablename__ = "business_units"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name_en: Mapped[str] = mapped_column(String(200))
    name_sv: Mapped[str] = mapped_column(String(200))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("business_units.id"), index=True)
    active: Mapped[bool] = mapped_column(default=True)
    sharing: Mapped[str] = mapped_column(String(10), default=Sharing.OFF.value)
    # Only what was opened since then is shared: who wrote earlier wrote to us alone.
    shared_since: Mapped[datetime | None] = mapped_column(Instant)

    senders: Mapped[list[UnitSender]] = relationship(
        cascade="all, delete-orphan", order_by="UnitSender.pattern"
    )
    readers: Mapped[list[UnitReader]] = relationship(cascade="all, delete-orphan")


class UnitSender(Base):
    """Whose mail is a unit's: a domain with all below it, or one address; each is of one unit."""

    __tablename__ = "unit_senders"

    id: Mapped[int] = mapped_column(primary_key=True)
    pattern: Mapped[str] = mapped_column(String(320), unique=True)
    business_unit_id: Mapped[int] = mapped_column(
        ForeignKey("business_units.id", ondelete="CASCADE"), index=True
    )


class UnitReader(Base):
    """Somebody of a unit who was chosen to see its tickets."""

    __tablename__ = "unit_readers"

    business_unit_id: Mapped[int] = mapped_column(
        ForeignKey("business_units.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Function(Base):
    """A unit of the IT organisation that works together and has a work list."""

    __tablename__ = "functions"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name_en: Mapped[str] = mapped_column(String(200))
    name_sv: Mapped[str] = mapped_column(String(200))
    position: Mapped[int] = mapped_column(default=0)


class Grant(Base, RoleMixin):
    """A role that a person was given."""

    __tablename__ = "grants"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(String(20), primary_key=True)

    @property
    def name(self) -> str:  # type: ignore[override]
        """The role's name, as the sign-in library asks for it."""
        return self.role


class Membership(Base):
    """A person works in a function; `lead` answers for it."""

    __tablename__ = "memberships"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    function_id: Mapped[int] = mapped_column(
        ForeignKey("functions.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    lead: Mapped[bool] = mapped_column(default=False)


class Address(Base):
    """One e-mail address of a person; a person may have several, an address one person."""

    __tablename__ = "addresses"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Lower case throughout: no mail system in use tells addresses apart by case.
    address: Mapped[str] = mapped_column(String(320), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)


class Person(Base, UserMixin):
    """Somebody: requester, agent or both. Signs in only with a password or a link of their own."""

    __tablename__ = "people"
    __table_args__ = (Index("ix_people_name", "name", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    # The address that mail to this person goes to; it is one of `addresses`.
    email: Mapped[str] = mapped_column(String(320), unique=True)
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(
        String(64), unique=True, default=lambda: secrets.token_hex(32)
    )
    language: Mapped[str | None] = mapped_column(String(5))
    time_zone: Mapped[str | None] = mapped_column(String(60))
    signature: Mapped[str] = mapped_column(default="")
    business_unit_id: Mapped[int | None] = mapped_column(
        ForeignKey("business_units.id"), index=True
    )
    # Names of notifications that the person does not want.
    unwanted_mail: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)

    roles: Mapped[list[Grant]] = relationship(  # type: ignore[assignment]
        cascade="all, delete-orphan"
    )
    addresses: Mapped[list[Address]] = relationship(cascade="all, delete-orphan")
    memberships: Mapped[list[Membership]] = relationship(
        lazy="select", cascade="all, delete-orphan"
    )

    @property
    def role_set(self) -> frozenset[Role]:
        """The granted roles and that of a requester, which everybody has."""
        return frozenset({Role.REQUESTER, *(Role(grant.role) for grant in self.roles)})

    @property
    def display_name(self) -> str:
        """The name, or the address where no name is known."""
        return self.name or self.email


class Absence(Base):
    """When somebody is away, and who stands in; past ones are kept.

    `ends_at` is when the day of `back_on` begins where the person lives, or when they came back
    earlier than they had thought.
    """

    __tablename__ = "absences"
    __table_args__ = (Index("ix_absences_person", "person_id", "ends_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    from_on: Mapped[date] = mapped_column()
    back_on: Mapped[date] = mapped_column()
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant, index=True)
    note: Mapped[str] = mapped_column(String(500), default="")
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)

    person: Mapped[Person] = relationship(foreign_keys=person_id, lazy="raise")
    substitute: Mapped[Person | None] = relationship(foreign_keys=substitute_id, lazy="raise")


class Identity(Base):
    """A person as an issuer of OpenID Connect knows them: `subject` never changes, addresses do.

    `gave_agent` when the role of an agent was given because of it, and goes with it.
    """

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    linked_at: Mapped[datetime] = mapped_column(Instant)
    gave_agent: Mapped[bool] = mapped_column(default=False)


class SpentToken(Base):
    """A signed token that is good for one use, after it; `led_to` is the number that came of it.

    Tokens that are too old for any use need not be remembered.
    """

    __tablename__ = "spent_tokens"

    nonce: Mapped[str] = mapped_column(String(64), primary_key=True)
    spent_at: Mapped[datetime] = mapped_column(Instant, index=True)
    led_to: Mapped[int | None] = mapped_column()
