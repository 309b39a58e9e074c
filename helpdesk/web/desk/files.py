"""What comes with messages: attachments, and the HTML as it was sent."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import NotFound, Refused
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.correspondence.delivery import send_again as send_mail_again
from helpdesk.domain.correspondence.queries import outbound_to_change
from helpdesk.domain.tickets.queries import attachment_for, message_for
from helpdesk.web.account import me
from helpdesk.web.desk.door import blueprint
from helpdesk.web.desk.messages import attachment_url
from helpdesk.web.files import attachment_response
from helpdesk.web.mailframe import frame_response
from helpdesk.web.security import needs


@blueprint.get("/attachments/<int:attachment_id>/<path:filename>")
@needs(Action.SEE_TICKETS)
def attachment(attachment_id: int, filename: str) -> Response:
    """A file; its name in the address is only for the reader, and `view=1` shows a PDF."""
    file = attachment_for(me(), attachment_id)
    return attachment_response(file, view="view" in request.args)


@blueprint.get("/messages/<int:message_id>/html")
@needs(Action.SEE_TICKETS)
def message_html(message_id: int) -> Response:
    """The HTML of a message for its frame; `images=1` loads pictures from elsewhere."""
    message = message_for(me(), message_id)
    return frame_response(message, attachment_url, remote=request.args.get("images") == "1")


@blueprint.post("/mails/<int:outbound_id>/send-again")
@needs(Action.MANAGE_OUTBOX)
def send_again(outbound_id: int) -> BaseResponse:
    """Send a mail that failed once more, and go back to its ticket."""
    try:
        with unit_of_work():
            mail = outbound_to_change(outbound_id)
            if mail is None or mail.ticket_id is None:
                raise NotFound("There is no such mail on a ticket.")
            number, message_id = mail.ticket_id, mail.message_id
            send_mail_again(mail, by=me(), now=clock.now())
            address = mail.to_address
        flash(_("The mail to %(address)s is on its way again.", address=address), "success")
    except Refused as error:
        flash(_(error.words, **error.facts), "warning")
    anchor = f"message-{message_id}" if message_id else None
    return redirect(url_for("desk.ticket", number=number, _anchor=anchor), 303)
