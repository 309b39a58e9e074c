"""Whom a sign-in by OpenID Connect means; docs/decisions/0021-signing-in.md says why so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, Refused
from helpdesk.core.words import N_
from helpdesk.domain.accounts.actions import introduce
from helpdesk.domain.accounts.administering import added_person
from helpdesk.domain.accounts.models import Grant, Identity, Person
from helpdesk.domain.accounts.permissions import Role
from helpdesk.domain.accounts.queries import person_by_address
from helpdesk.domain.configuration.actions import Thing, What, record_change

NO_ADDRESS = N_("Your account there has no address that was verified, so we cannot know you by it.")
NOT_KNOWN = N_("We do not know your address yet. Write us a mail first, then you can sign in.")
KEPT_OUT = N_("Your account here has been switched off. Ask a colleague in IT.")
SOMEBODY_ELSE = N_(
    "Your address belongs to somebody who signs in with another account. Ask a colleague in IT."
)


@dataclass(frozen=True, slots=True)
class Claims:
    """What a signed ID token said: `address` may be "", `is_agent` None when nobody asked."""

    issuer: str
    subject: str
    address: str
    verified: bool
    name: str = ""
    is_agent: bool | None = None


def person_of(claims: Claims, *, introduces: bool, now: datetime) -> Person:
    """The person who signs in, linked to the identity from the first time on.

    Afterwards only issuer and subject count, whatever happens to addresses. Refused without a
    verified address at the first time, for people nobody knows unless `introduces`, for those who
    are kept out, and for an address that another account of the same issuer is linked to already.
    """
    identity = db.session.scalar(
        select(Identity)
        .where(Identity.issuer == claims.issuer, Identity.subject == claims.subject)
        .with_for_update()
    )
    if identity is None:
        identity = _link(claims, introduces=introduces, now=now)
    person = db.session.get_one(Person, identity.person_id)
    if not person.active:
        raise Refused(KEPT_OUT)
    if claims.name and not person.name:
        person.name = claims.name[:200]
    if claims.is_agent is not None:
        _set_agent(identity, person, claims.is_agent, now=now)
    db.session.flush()
    return person


def _link(claims: Claims, *, introduces: bool, now: datetime) -> Identity:
    if not claims.verified or not claims.address:
        raise Refused(NO_ADDRESS)
    person = person_by_address(claims.address)
    if person is None:
        person = _introduced(claims, introduces=introduces, now=now)
    # An address that was given to a newcomer must not open what its former owner had.
    elif _is_linked(person, claims.issuer):
        raise Refused(SOMEBODY_ELSE)
    identity = Identity(
        issuer=claims.issuer, subject=claims.subject, person_id=person.id, linked_at=now
    )
    db.session.add(identity)
    db.session.flush()
    record_change(
        Thing.PERSON,
        thing_id=person.id,
        name=person.email,
        what=What.CONNECTED,
        changes={"issuer": [None, claims.issuer]},
        by=person,
        now=now,
    )
    return identity


def _introduced(claims: Claims, *, introduces: bool, now: datetime) -> Person:
    if not introduces:
        raise Refused(NOT_KNOWN)
    try:
        person = introduce(claims.address, name=claims.name, now=now)
    except Invalid:
        raise Refused(NO_ADDRESS) from None
    added_person(person, by=None, now=now)
    return person


def _is_linked(person: Person, issuer: str) -> bool:
    linked = select(Identity.id).where(Identity.person_id == person.id, Identity.issuer == issuer)
    return db.session.scalar(linked.limit(1)) is not None


def _set_agent(identity: Identity, person: Person, is_agent: bool, *, now: datetime) -> None:
    """Give the role of an agent, and take back only what was given this way."""
    held = next((grant for grant in person.roles if grant.role == Role.AGENT.value), None)
    before = sorted(grant.role for grant in person.roles)
    if is_agent and held is None:
        person.roles.append(Grant(role=Role.AGENT.value))
        identity.gave_agent = True
    elif not is_agent and identity.gave_agent:
        identity.gave_agent = False
        if held is not None:
            person.roles.remove(held)
    db.session.flush()
    after = sorted(grant.role for grant in person.roles)
    if before != after:
        record_change(
            Thing.PERSON,
            thing_id=person.id,
            name=person.email,
            what=What.CHANGED,
            changes={"roles": [before, after]},
            by=None,
            now=now,
        )
