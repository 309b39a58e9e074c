"""Takes what those who follow a ticket write on its page, and what their buttons ask for."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, require
from helpdesk.domain.accounts.queries import person_by_id
from helpdesk.domain.intake import Intake, receive
from helpdesk.domain.notifications.actions import language_for, mailbox_of
from helpdesk.domain.routing.queries import placement
from helpdesk.domain.routing.rules import Clues
from helpdesk.domain.tickets.actions import Words, move, receive_answer, refusal
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries import ticket_going_on
from helpdesk.domain.tickets.queries.following import followed_ticket
from helpdesk.domain.tickets.queries.merged import follows
from helpdesk.forms.portal.answer import AnswerForm, Wish
from helpdesk.web.account import settings
from helpdesk.web.portal.standing import Stand, stand_of
from helpdesk.web.portal.ticket import page
from helpdesk.web.portal.way import Way, by_link, signed_in
from helpdesk.web.security import limiter, needs
from helpdesk.web.uploads import carried_files

ANSWER_LIMIT = "20 per minute; 200 per hour"


@limiter.limit(ANSWER_LIMIT)
def follow_answer(token: str) -> Response:
    """An answer by somebody whom a signed link names."""
    return _taken(by_link(token))


@needs(Action.ANSWER_OWN_TICKET)
@limiter.limit(ANSWER_LIMIT)
def answer(number: int) -> Response:
    """An answer by somebody who is signed in."""
    return _taken(signed_in(number))


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: words for the reader, and where it can be seen."""

    words: str
    number: int
    message_id: int | None = None


def _taken(way: Way) -> Response:
    form = AnswerForm()
    valid = form.validate_on_submit()
    carried = carried_files(
        form.files.data or (),
        request.form.getlist("carried"),
        owner=f"{way.person.id}:{way.ticket.number}",
    )
    if not valid:
        return page(way, form, carried, status=422)
    words = Words(
        text=form.text.data or "",
        files=tuple(each.file for each in carried),
        sender=way.person.email,
    )
    person_id, number = way.person.id, way.ticket.number
    with unit_of_work():
        person = person_by_id(person_id)
        require(person, Action.ANSWER_OWN_TICKET)
        assert person is not None
        ticket = followed_ticket(person, number, lock=True)
        if ticket.merged_into_id is None:
            done = _do(ticket, words, form.wanted, person)
        else:
            done = _do_where_it_goes_on(ticket, words, form.wanted, person)
    if done is None:
        form.ask_for_words()
        return page(_again(way), form, carried, status=422)
    flash(done.words, "success")
    way = _again(way)
    there = way.page() if done.number == number else way.to(done.number)
    return redirect(there + (f"#message-{done.message_id}" if done.message_id else ""), 303)


def _again(way: Way) -> Way:
    return by_link(way.token) if way.token is not None else signed_in(way.ticket.number)


def _do(ticket: Ticket, words: Words, wish: Wish, by: Person) -> Done | None:
    """Do what is wanted, as the ticket stands now; None when words are needed and there are none.

    The page may be older than the ticket: what was meant for an open one must not be lost on one
    that was closed meanwhile.
    """
    stand = stand_of(ticket, now=clock.now(), reopen_days=settings().reopen_days)
    has_words = bool(words.text or words.files)
    if wish is Wish.SOLVED:
        return _solve(ticket, words if has_words else None, by)
    if wish is Wish.REOPEN and stand.reopens and not has_words:
        move(ticket, target=ticket.process_spec.on_answer[ticket.state], by=by, now=clock.now())
        return Done(_("The ticket is open again. We will look at it."), ticket.number)
    if not has_words:
        return None
    if stand.over and wish is not Wish.THANK:
        return _begin_again(ticket, words, by)
    message = receive_answer(ticket, words, reopens=wish is not Wish.THANK, by=by, now=clock.now())
    return Done(_what_happened(stand, wish), ticket.number, message.id)


def _do_where_it_goes_on(ticket: Ticket, words: Words, wish: Wish, by: Person) -> Done | None:
    """As `_do`, on the ticket that this one was merged into.

    Who does not follow that one only has words there, and reads nothing of it.
    """
    there = ticket_going_on(ticket.number, lock=True)
    assert there is not None
    if follows(by, there):
        return _do(there, words, wish, by)
    if not words.text and not words.files:
        return None
    receive_answer(there, words, reopens=wish is not Wish.THANK, by=by, now=clock.now())
    return Done(_("Your answer is with us."), ticket.number)


def _what_happened(stand: Stand, wish: Wish) -> str:
    if wish is Wish.THANK:
        return _("Your words are with us. The ticket stays solved.")
    if stand.reopens:
        return _("Your answer is with us, and the ticket is open again.")
    return _("Your answer is with us.")


def _solve(ticket: Ticket, words: Words | None, by: Person) -> Done:
    message = None
    if words is not None:
        message = receive_answer(ticket, words, reopens=False, by=by, now=clock.now())
    target = ticket.process_spec.resolved
    # It may have been solved by somebody else while this page was open.
    if refusal(ticket, target) is None:
        move(ticket, target=target, by=by, now=clock.now())
    return Done(
        _("Good that it works. The ticket is solved; you can reopen it here."),
        ticket.number,
        message.id if message else None,
    )


def _begin_again(ticket: Ticket, words: Words, by: Person) -> Done:
    """A new ticket that follows one that is over, placed as a mail to the same mailbox would be."""
    mailbox = mailbox_of(ticket) if ticket.mailbox_id is not None else None
    clues = Clues(
        sender=by.email,
        recipients=(mailbox.address,) if mailbox else (),
        subject=ticket.subject,
        text=words.text,
    )
    where = placement(
        clues,
        process=mailbox.process if mailbox else ticket.process,
        queue_id=mailbox.queue_id if mailbox else ticket.queue_id,
    )
    new, message = receive(
        Intake(
            requester=by,
            subject=ticket.subject,
            words=words,
            placement=where,
            mailbox_id=ticket.mailbox_id,
            language=language_for(by, ticket),
            follows=ticket,
        ),
        by=by,
        now=clock.now(),
    )
    return Done(
        _(
            "#%(old)s was finished, so your words became a new ticket, #%(new)s.",
            old=ticket.number,
            new=new.number,
        ),
        new.number,
        message.id,
    )
