"""Verbs on people: know somebody, grant, join addresses."""

from __future__ import annotations

from datetime import datetime

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, Refused
from helpdesk.core.rows import insert
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Address, Function, Grant, Membership, Person
from helpdesk.domain.accounts.permissions import Role
from helpdesk.domain.accounts.queries import person_by_address
from helpdesk.domain.accounts.units import unit_id_of_address

# RFC 5321 section 4.5.3.1.3 limits a path to 256 octets; ours leaves room for more.
ADDRESS_LENGTH = 320
_NEVER_IN_AN_ADDRESS = frozenset(' \t\r\n<>,;"')


def know(address: str, *, name: str = "", language: str | None = None, now: datetime) -> Person:
    """The person behind an address, made known when nobody is; a missing name is filled in."""
    person = person_by_address(address)
    if person is None:
        return introduce(address, name=name, language=language, now=now)
    if name and not person.name:
        person.name = name[:200]
    return person


def add_person(
    address: str, *, name: str = "", language: str | None = None, now: datetime
) -> Person:
    """A new person with one address; Invalid for no address, Refused for one that is taken."""
    address = checked_address(address)
    if person_by_address(address) is not None:
        raise Refused(N_("%(address)s already belongs to somebody."), address=address)
    return introduce(address, name=name, language=language, now=now)


def introduce(
    address: str, *, name: str = "", language: str | None = None, now: datetime
) -> Person:
    """A new person behind an address that the caller knows to be nobody's; Invalid for none.

    They belong to the unit that their address is of.
    """
    address = checked_address(address)
    return insert(
        Person(
            email=address,
            name=name.strip()[:200],
            language=language,
            business_unit_id=unit_id_of_address(address),
            created_at=now,
            addresses=[Address(address=address)],
            # Said to be empty, so that nobody needs to look them up.
            roles=[],
            memberships=[],
        )
    )


def add_address(person: Person, *, address: str) -> None:
    """Let mail from `address` be this person's; Refused when it is somebody else's."""
    address = checked_address(address)
    owner = person_by_address(address)
    if owner is person:
        return
    if owner is not None:
        raise Refused(
            N_("%(address)s belongs to %(name)s already."), address=address, name=owner.display_name
        )
    person.addresses.append(Address(address=address))
    db.session.flush()


def grant(person: Person, *, role: Role) -> None:
    """Give a role; giving it again changes nothing."""
    if role is Role.REQUESTER or role in person.role_set:
        return
    person.roles.append(Grant(role=role.value))
    db.session.flush()


def join(person: Person, *, function: Function, lead: bool = False) -> None:
    """Let a person work in a function; joining again changes only who leads."""
    for membership in person.memberships:
        if membership.function_id == function.id:
            membership.lead = lead
            return
    person.memberships.append(Membership(function_id=function.id, lead=lead))
    db.session.flush()


def checked_address(address: str) -> str:
    """The address in lower case; Invalid when it cannot be one."""
    address = address.strip().lower()
    local, at, domain = address.rpartition("@")
    malformed = not (at and local and domain) or bool(set(address) & _NEVER_IN_AN_ADDRESS)
    if malformed or len(address) > ADDRESS_LENGTH:
        raise Invalid("address", N_("“%(text)s” is no e-mail address."), text=address)
    return address


def present_oneself(
    person: Person,
    *,
    name: str,
    language: str | None,
    time_zone: str | None,
    signature: str | None = None,
) -> None:
    """What a person says about themselves; None for language and time zone: the usual one.

    None leaves the signature as it is.
    """
    person.name = name[:200]
    person.language = language
    person.time_zone = time_zone
    if signature is not None:
        person.signature = signature
    db.session.flush()
