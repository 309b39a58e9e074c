"""Mailboxes for tests of administration: what their form is filled in with, and what is kept."""

from __future__ import annotations

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.domain.configuration.models import ConfigurationChange
from helpdesk.domain.correspondence.models import Mailbox

SECRET = "hemligt lösenord 4711"


def mailbox_named(name: str) -> Mailbox:
    db.session.rollback()
    return db.session.scalars(select(Mailbox).where(Mailbox.name == name)).one()


def changes() -> list[ConfigurationChange]:
    db.session.rollback()
    return list(db.session.scalars(select(ConfigurationChange).order_by(ConfigurationChange.id)))


def fetched(**more: object) -> dict[str, object]:
    return {
        "name": "support",
        "address": "Support@Example.org",
        "host": "imap.example.org",
        "username": "support",
        "password": SECRET,
    } | more
