"""How anything is done to a ticket: in one unit of work, and nothing is lost when it fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from babel.lists import format_list
from flask import flash, redirect, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import Invalid, Outdated, Refused
from helpdesk.domain.accounts.queries import person_by_id
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.correspondence.queries import mail_about
from helpdesk.domain.tickets.models import Message, Ticket
from helpdesk.domain.tickets.queries import history, ticket_to_change
from helpdesk.forms.desk.ticket import TicketForm
from helpdesk.web.account import me
from helpdesk.web.desk.ticket import ticket_page

# RFC 9110 sections 15.5.10 and 15.5.21.
CONFLICT = 409
UNPROCESSABLE = 422

Act = Callable[[Ticket], Message | None]


def carry_out(number: int, form: TicketForm, act: Act, *, said: str) -> Response | tuple[str, int]:
    """Do `act` to the ticket and lead back to it; `said` tells the agent what was done.

    A form with faults, a refusal and an outdated page all show the ticket as it is now with all
    that was typed; what `act` returns is the message to lead to.
    """
    if not form.validate():
        return ticket_page(number, form), UNPROCESSABLE
    try:
        with unit_of_work():
            ticket = ticket_to_change(me(), number)
            before = ticket.version
            message = act(ticket)
            anchor = f"message-{message.id}" if message is not None else None
            mails = mail_about(line.id for line in history(ticket, since_version=before))
            told = told_words(mails)
    except Outdated as error:
        return ticket_page(number, form, seen=error.seen), CONFLICT
    except Invalid as error:
        put_error(form, error)
        return ticket_page(number, form), UNPROCESSABLE
    except Refused as error:
        return ticket_page(number, form, refused=_(error.words, **error.facts)), CONFLICT
    flash(f"{said} {told}".strip(), "success")
    return redirect(url_for("desk.ticket", number=number, _anchor=anchor), 303)


def told_words(mails: Sequence[OutboundMail]) -> str:
    """Who gets a mail about what was just done; "" when nobody does."""
    names = [_name_of(mail) for mail in mails]
    if not names:
        return ""
    return _("%(names)s will get a mail.", names=format_list(names, locale=get_locale()))


def _name_of(mail: OutboundMail) -> str:
    person = person_by_id(mail.person_id) if mail.person_id else None
    return person.display_name if person else mail.to_address


def put_error(form: TicketForm, error: Invalid) -> None:
    """Let a fault that the verb found stand at its field, or above the form."""
    field = form._fields.get(form._prefix + error.field) or form._fields.get(error.field)
    words = _(error.words, **error.facts)
    if field is None:
        form.form_errors.append(words)
    else:
        field.errors = [*field.errors, words]
