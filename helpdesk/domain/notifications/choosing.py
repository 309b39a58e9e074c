"""Which mails a person may choose, and the verb by which they do; what is told is in the table."""

from __future__ import annotations

from collections.abc import Collection

from helpdesk.core.db import db
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.correspondence.tokens import Audience
from helpdesk.domain.notifications.table import NOTIFICATIONS, Notification


def mail_offered_to(person: Person) -> list[Notification]:
    """The kinds of mail that a person can get, in the order of the table.

    A question to a supplier is none of them: whom we ask outside has no settings here.
    """
    works = may(person, Action.WORK_ON_TICKETS)
    theirs = {Audience.REQUESTER, Audience.INTERNAL} if works else {Audience.REQUESTER}
    return [row for row in NOTIFICATIONS if row.audience in theirs]


def choose_mail(person: Person, *, wanted: Collection[str]) -> None:
    """Send these kinds at once and none of the others that may be left out.

    What the person cannot get now is left as they chose it earlier.
    """
    offered = {row.name for row in mail_offered_to(person) if not row.must}
    kept = set(person.unwanted_mail) - offered
    person.unwanted_mail = sorted(kept | (offered - set(wanted)))
    db.session.flush()
