"""Merging one ticket into another: what would happen, doing it, and separating them again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import HelpdeskError, NotFound, Outdated
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.correspondence.queries import mail_about
from helpdesk.domain.tickets import actions
from helpdesk.domain.tickets.actions import company_of
from helpdesk.domain.tickets.models import LinkKind, Ticket
from helpdesk.domain.tickets.queries import history, ticket_for, ticket_to_change, watchers_of
from helpdesk.forms.desk.belonging import LinkForm, MergeForm, SeparateForm
from helpdesk.web.account import me
from helpdesk.web.desk.acting import CONFLICT, carry_out, told_words
from helpdesk.web.desk.door import blueprint
from helpdesk.web.desk.many import not_held_back
from helpdesk.web.desk.rows import row_of
from helpdesk.web.desk.ticket import ticket_page
from helpdesk.web.numbers import row_number
from helpdesk.web.security import needs


class _Rehearsed(Exception):
    """Ends a rehearsal, so that nothing of it is kept, and carries whom mail would reach."""

    def __init__(self, told: str, refused: str) -> None:
        super().__init__("nothing of this is kept")
        self.told = told
        self.refused = refused


@blueprint.get("/tickets/<int:number>/merge")
@needs(Action.WORK_ON_TICKETS)
def merge(number: int) -> str | Response:
    """What would happen if the ticket were merged into `into`: done, looked at, rolled back."""
    into = row_number(request.args.get("into", "").strip().lstrip("#"))
    if into is None:
        return redirect(url_for("desk.relate", number=number), 303)
    return _confirm(number, into)


@blueprint.post("/tickets/<int:number>/merge")
@needs(Action.WORK_ON_TICKETS)
def do_merge(number: int) -> Response | tuple[str, int]:
    """Do it, and lead to where the ticket goes on."""
    form = MergeForm()
    if not form.validate():
        return ticket_page(number, form), CONFLICT
    into = row_number((form.into.data or "").lstrip("#")) or 0
    chosen = [found for each in request.form.getlist("share") if (found := row_number(each))]
    try:
        with unit_of_work():
            ticket, other = _both(number, into)
            before = ticket.version
            actions.merge(
                ticket,
                into=other,
                sharing_with=chosen,
                seen=form.version,
                by=me(),
                now=clock.now(),
            )
            told = told_words(mail_about(each.id for each in history(ticket, since_version=before)))
    except Outdated as error:
        return ticket_page(number, seen=error.seen), CONFLICT
    except HelpdeskError as error:
        if isinstance(error, NotFound):
            raise
        return _confirm(number, into, _(error.words, **error.facts)), CONFLICT
    said = _("Merged #%(number)s into #%(into)s.", number=number, into=into)
    flash(f"{said} {told}".strip(), "success")
    return redirect(url_for("desk.ticket", number=into), 303)


@blueprint.post("/tickets/<int:number>/separate")
@needs(Action.WORK_ON_TICKETS)
def separate(number: int) -> Response | tuple[str, int]:
    """Let a merged ticket stand alone again; mail about the merging that waits does not leave."""
    form = SeparateForm()

    def act(ticket: Ticket) -> None:
        merged = [line.id for line in history(ticket) if line.kind == "merged"]
        actions.separate(ticket, seen=form.version, by=me(), now=clock.now())
        not_held_back(mail_about(merged[-1:]))

    return carry_out(number, form, act, said=_("It stands alone again."))


def _confirm(number: int, into: int, refused: str = "") -> str:
    told = ""
    try:
        _rehearse(number, into)
    except _Rehearsed as found:
        told, refused = found.told, refused or found.refused
    # Only now, since the rehearsal leaves nothing of what was read before it.
    ticket, other = ticket_for(me(), number), ticket_for(me(), into)
    company = company_of(ticket, other)
    readers = [each.display_name for each in _readers(other)]
    form = MergeForm(seen=ticket.version, fresh=True, data={"into": str(into)})
    duplicate = LinkForm(seen=ticket.version, fresh=True)
    return render_template(
        "desk/merge.html",
        ticket=ticket,
        other=other,
        row=row_of(ticket, unread=False),
        other_row=row_of(other, unread=False),
        company=company,
        readers=readers,
        told=told,
        refused=refused,
        form=form,
        duplicate=duplicate,
        duplicate_kind=LinkKind.DUPLICATE.value,
    )


def _rehearse(number: int, into: int) -> NoReturn:
    """Do it and roll it back, so that what is said is what would happen; raises _Rehearsed.

    As if the requester were let in, where that is asked.
    """
    with unit_of_work():
        ticket, other = _both(number, into)
        company = company_of(ticket, other)
        shared = [company.requester.id] if company.requester else []
        before = ticket.version
        try:
            actions.merge(ticket, into=other, sharing_with=shared, by=me(), now=clock.now())
        except NotFound:
            raise
        except HelpdeskError as error:
            raise _Rehearsed("", _(error.words, **error.facts)) from None
        mails = mail_about(each.id for each in history(ticket, since_version=before))
        raise _Rehearsed(told_words(mails), "")


def _both(number: int, into: int) -> tuple[Ticket, Ticket]:
    """Both, locked in the order of their numbers, so that two who do it never wait in a circle."""
    locked = {each: ticket_to_change(me(), each) for each in sorted({number, into})}
    return locked[number], locked[into]


def _readers(ticket: Ticket) -> Sequence[Person]:
    """Who reads on the ticket's own side what comes in."""
    return [ticket.requester, *watchers_of(ticket)]
