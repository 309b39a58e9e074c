"""Tables of people and of the units they belong to."""

from __future__ import annotations

import secrets
from datetime import datetime

from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core import clock
from helpdesk.core.db import Base, Instant
from helpdesk.domain.accounts.permissions import Role


class BusinessUnit(Base):
    """A part of the business that uses services and has agreements."""

    __tablename__ = "business_units"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name_en: Mapped[str] = mapped_column(String(200))
    name_sv: Mapped[str] = mapped_column(String(200))


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
