"""How somebody came to a ticket: by a signed link, or signed in; and the addresses from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, url_for
from flask_babel import refresh

from helpdesk.core import signing
from helpdesk.core.errors import HelpdeskError, NotFound
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.queries import person_by_id
from helpdesk.domain.tickets.models import Attachment, Ticket
from helpdesk.domain.tickets.queries.following import followed_ticket
from helpdesk.domain.tickets.queries.sharing import shared_ticket
from helpdesk.web.account import me, settings

PURPOSE = "follow"
_SECONDS_OF_A_DAY = 24 * 60 * 60


class BrokenLink(HelpdeskError):
    """The link is ours, but leads nowhere any more for whoever holds it."""


@dataclass(frozen=True, slots=True)
class Way:
    """Who reads which ticket; `token` is None for somebody who is signed in.

    `only_reads` where the ticket is a colleague's, which their business unit shares.
    """

    person: Person
    ticket: Ticket
    token: str | None
    only_reads: bool = False

    def _url(self, by_link: str, signed_in: str, **values: Any) -> str:
        if self.token is None:
            return url_for(f"portal.{signed_in}", number=self.ticket.number, **values)
        return url_for(f"portal.{by_link}", token=self.token, **values)

    def page(self, **values: Any) -> str:
        """The page of the ticket."""
        return self._url("follow", "ticket", **values)

    def answer(self) -> str:
        """Where answers go."""
        return self._url("follow_answer", "answer")

    def news(self) -> str:
        """Where an open page asks for what is new."""
        return self._url("follow_news", "news")

    def privacy(self) -> str:
        """Where its requester says whether colleagues read it."""
        return self._url("follow_privacy", "privacy")

    def file(self, attachment: Attachment, **more: Any) -> str:
        """Where a file lies."""
        values = {"attachment_id": attachment.id, "filename": attachment.filename, **more}
        return self._url("follow_attachment", "attachment", **values)

    def frame(self, message_id: int, **values: Any) -> str:
        """Where the HTML of a message lies."""
        return self._url("follow_message_html", "message_html", message_id=message_id, **values)

    def to(self, number: int) -> str:
        """The page of another ticket that the same person follows."""
        if self.token is None:
            return url_for("portal.ticket", number=number)
        return url_for("portal.follow", token=follow_token(number, self.person.id))


def follow_token(number: int, person_id: int) -> str:
    """What opens a ticket's page for one person; mails carry the same."""
    return signing.token(PURPOSE, [number, person_id])


def max_age_seconds() -> int:
    """How long a link works."""
    return settings().link_days * _SECONDS_OF_A_DAY


def by_link(token: str) -> Way:
    """The way behind a signed link; ExpiredToken, ForgedToken, BrokenLink when it leads nowhere."""
    named = signing.read_token(PURPOSE, token, max_age_seconds=max_age_seconds())
    person, ticket = who_and_what(named)
    # The language that this person chose holds here too, although nobody signed in.
    g.language_of_reader = person.language
    g.time_zone_of_reader = person.time_zone
    refresh()
    return Way(person, ticket, token)


def who_and_what(payload: Any) -> tuple[Person, Ticket]:
    """The person and the ticket that a link named; BrokenLink when the one has left the other."""
    number, person_id = payload
    person = person_by_id(person_id)
    if person is None or not person.active:
        raise BrokenLink("Whoever the link was for is not known any more.")
    try:
        return person, followed_ticket(person, number)
    except NotFound as error:
        raise BrokenLink(str(error)) from None


def reading(number: int) -> Way:
    """The way of somebody who is signed in to what they may read; NotFound for all else."""
    try:
        return signed_in(number)
    except NotFound:
        return Way(me(), shared_ticket(me(), number), None, only_reads=True)


def signed_in(number: int) -> Way:
    """The way of somebody who is signed in; NotFound when they do not follow the ticket."""
    return Way(me(), followed_ticket(me(), number), None)
