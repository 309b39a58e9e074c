"""One ticket for those who follow it: where it stands, what was said, and one place to answer."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request
from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.accounts.queries import person_by_id
from helpdesk.domain.notices.queries import running_notice_of
from helpdesk.domain.notifications.actions import mailbox_of
from helpdesk.domain.tickets.actions import refusal
from helpdesk.domain.tickets.actions.opening import NO_SUBJECT
from helpdesk.domain.tickets.models import Attachment, Direction, Message, Ticket
from helpdesk.domain.tickets.queries import (
    Spoken,
    conversation_to_read,
    ticket_going_on,
    watchers_of,
)
from helpdesk.domain.tickets.queries.following import (
    attachment_of,
    followed_neighbours,
    message_of,
    readable_with,
)
from helpdesk.domain.tickets.queries.merged import follows
from helpdesk.forms.portal.answer import AnswerForm, Wish
from helpdesk.web.account import settings
from helpdesk.web.attached import shown_file
from helpdesk.web.files import attachment_response, really
from helpdesk.web.mailframe import frame_response
from helpdesk.web.numbers import row_number
from helpdesk.web.opened import note_page_opened
from helpdesk.web.portal.notices import notice_as_shown
from helpdesk.web.portal.readers import readers_words
from helpdesk.web.portal.standing import stand_of, steps_of
from helpdesk.web.portal.way import Way, by_link, reading
from helpdesk.web.security import needs
from helpdesk.web.uploads import CarriedFile


def follow(token: str) -> Response:
    """The ticket behind a signed link."""
    return _shown_or_led_on(by_link(token))


@needs(Action.FOLLOW_OWN_TICKET)
def ticket(number: int) -> Response:
    """The same page for somebody who is signed in."""
    return _shown_or_led_on(reading(number))


def _shown_or_led_on(way: Way) -> Response:
    """The page, or where the ticket goes on, if the reader follows that one too."""
    there = going_on(way)
    if there is not None:
        return make_response(redirect(way.to(there.number), 303))
    return page(way)


def going_on(way: Way) -> Ticket | None:
    """The ticket that this one goes on in, for a reader who follows it; None for any other."""
    if way.ticket.merged_into_id is None:
        return None
    there = ticket_going_on(way.ticket.number)
    return there if there is not None and follows(way.person, there) else None


def follow_attachment(token: str, attachment_id: int, filename: str) -> Response:
    """A file, behind a signed link."""
    return _file(by_link(token), attachment_id)


@needs(Action.FOLLOW_OWN_TICKET)
def attachment(number: int, attachment_id: int, filename: str) -> Response:
    """A file, for somebody who is signed in."""
    return _file(reading(number), attachment_id)


def follow_message_html(token: str, message_id: int) -> Response:
    """A message as it was sent, behind a signed link."""
    return _frame(by_link(token), message_id)


@needs(Action.FOLLOW_OWN_TICKET)
def message_html(number: int, message_id: int) -> Response:
    """A message as it was sent, for somebody who is signed in."""
    return _frame(reading(number), message_id)


def page(
    way: Way,
    form: AnswerForm | None = None,
    carried: tuple[CarriedFile, ...] = (),
    status: int = 200,
) -> Response:
    """The page of a ticket; a form that came back is shown with its errors and its files."""
    ticket = way.ticket
    stand = stand_of(ticket, now=clock.now(), reopen_days=settings().reopen_days)
    spoken = conversation_to_read(ticket, internal=False, numbers=readable_with(way.person, ticket))
    # An open page takes what it does not show yet from here.
    since = row_number(request.args.get("since"))
    body = render_template(
        "portal/ticket.html",
        way=way,
        ticket=ticket,
        subject=subject_of(ticket),
        stand=stand,
        steps=steps_of(ticket, stand),
        messages=[_shown(each, way) for each in spoken if each.message.id > (since or 0)],
        since=since,
        newest=spoken[-1].message.id if spoken else 0,
        colleagues=_colleagues(way),
        notice=_notice(ticket),
        neighbours=[
            (later, other.number, subject_of(other), way.to(other.number))
            for later, other in followed_neighbours(way.person, ticket)
        ],
        readers=readers_words(ticket, way),
        who=requester_name(ticket) if way.only_reads else "",
        form=form or AnswerForm(formdata=None),
        carried=carried,
        wishes=Wish,
        may_solve=not stand.reopens
        and not stand.over
        and refusal(ticket, ticket.process_spec.resolved) is None,
        limit_mb=settings().max_upload_mb,
    )
    # An agent who asked for it reads on the desk what is said among agents as well.
    if status == 200 and not may(way.person, Action.SEE_TICKETS):
        note_page_opened(ticket, way.person)
    return make_response(body, status)


def subject_of(ticket: Ticket) -> str:
    """The subject; words of ours where there is none."""
    return _("(no subject)") if ticket.subject == NO_SUBJECT else ticket.subject


def requester_name(ticket: Ticket) -> str:
    """Who asked; never the address."""
    person = person_by_id(ticket.requester_id)
    if person is None:
        return ""
    return person.name or person.email.partition("@")[0]


def _file(way: Way, attachment_id: int) -> Response:
    file = attachment_of(way.person, way.ticket, attachment_id)
    return attachment_response(file, view="view" in request.args)


def _frame(way: Way, message_id: int) -> Response:
    message = message_of(way.person, way.ticket, message_id)
    return frame_response(message, way.file, remote=request.args.get("images") == "1")


def _shown(spoken: Spoken, way: Way) -> dict[str, Any]:
    message = spoken.message
    newest = (message.newest or message.text).strip()
    quoted = message.text.replace(newest, "", 1).strip() if newest in message.text else message.text
    return {
        "id": message.id,
        "who": _author(message, way),
        "at": message.written_at,
        "direction": message.direction,
        "words": newest or _("(no words)"),
        "quoted": quoted,
        "attachments": [
            shown_file(attachment, way.file(attachment), way.file(attachment, view=1))
            for attachment in message.attachments
            if not _is_shown_inside(attachment, spoken)
        ],
        "frame_url": way.frame(message.id) if spoken.has_html else None,
        "frame_with_pictures_url": way.frame(message.id, images=1) if spoken.remote else None,
        "designed": spoken.designed,
    }


def _is_shown_inside(attachment: Attachment, spoken: Spoken) -> bool:
    return (
        spoken.has_html
        and attachment.inline
        and attachment.content_id is not None
        and (kind := really(attachment)) is not None
        and kind.may_be_drawn
    )


def _colleagues(way: Way) -> list[str]:
    """Who else follows the ticket, by name and never by address."""
    requester = person_by_id(way.ticket.requester_id)
    around = [person for person in (requester, *watchers_of(way.ticket)) if person is not None]
    return [
        person.name or person.email.partition("@")[0]
        for person in around
        if person.id != way.person.id
    ]


def _notice(ticket: Ticket) -> dict[str, Any] | None:
    """What everybody is told of it while it is broken."""
    notice = running_notice_of(ticket.id)
    return notice_as_shown(notice) if notice is not None else None


def _author(message: Message, way: Way) -> str:
    """A name; never an address, since those who follow a ticket need not know each other's."""
    author = message.author
    if author is not None and author.id == way.person.id:
        return _("You")
    if author is not None and author.name:
        return author.name
    if message.direction == Direction.OUT.value:
        mailbox = mailbox_of(way.ticket)
        return (mailbox.display_name if mailbox else "") or _("Helpdesk")
    address = author.email if author is not None else message.sender
    return address.partition("@")[0] or _("Somebody")
