"""The original of a message that came by mail: its headers, its road, its raw text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.header import decode_header, make_header
from email.parser import HeaderParser
from email.policy import compat32

from flask import Response, render_template
from flask_babel import gettext as _

from helpdesk.core.errors import NotFound, Refused
from helpdesk.core.storage import storage
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.correspondence.models import InboundMail
from helpdesk.domain.correspondence.queries import inbound_of_message
from helpdesk.domain.tickets.queries import message_for
from helpdesk.web.account import me
from helpdesk.web.desk.door import blueprint
from helpdesk.web.files import WITHHELD, file_response
from helpdesk.web.security import needs

# What a person can read; the rest is in the file.
MOST_RAW_BYTES = 200_000
MOST_HEADER_BYTES = 64_000
_TELLING = ("From", "Reply-To", "To", "Cc", "Date", "Subject", "Message-ID", "In-Reply-To")


@dataclass(frozen=True, slots=True)
class Original:
    """A mail for a reader: the telling headers decoded, all of it as it came, cut when long."""

    headers: list[tuple[str, str]]
    raw: str
    cut: bool


@blueprint.get("/messages/<int:message_id>/original")
@needs(Action.SEE_ORIGINAL_MAIL)
def original(message_id: int) -> str:
    """How the mail came, what was decided about it, and what it says to the letter."""
    message = message_for(me(), message_id)
    mail = _mail_of(message_id)
    raw = storage().read(mail.raw_sha256 or "")
    return render_template(
        "desk/original.html",
        message=message,
        steps=[(datetime.fromisoformat(step["at"]), step) for step in mail.trace],
        who=message.author.display_name if message.author else message.sender,
        original=_to_read(raw),
    )


@blueprint.get("/messages/<int:message_id>/original.eml")
@needs(Action.SEE_ORIGINAL_MAIL)
def original_file(message_id: int) -> Response:
    """The mail itself as a file, byte for byte."""
    message = message_for(me(), message_id)
    infected = next((file for file in message.attachments if file.infected_with), None)
    if infected is not None and not may(me(), Action.SEE_MAIL_LOG):
        # The file stands in the mail as well.
        raise Refused(WITHHELD, file=infected.filename, name=infected.infected_with)
    raw = storage().read(_mail_of(message_id).raw_sha256 or "")
    name = _("mail %(id)s of ticket %(number)s", id=message.id, number=message.ticket_id)
    return file_response(raw, f"{name}.eml", None)


def _mail_of(message_id: int) -> InboundMail:
    mail = inbound_of_message(message_id)
    if mail is None or mail.raw_sha256 is None:
        raise NotFound("This message did not come by mail.")
    return mail


def _to_read(raw: bytes) -> Original:
    # Many write UTF-8 into headers without saying so.
    top = raw[:MOST_HEADER_BYTES].decode("utf-8", "replace")
    parsed = HeaderParser(policy=compat32).parsestr(top)
    found = [(name, _decoded(value)) for name in _TELLING for value in parsed.get_all(name, [])]
    shown = raw[:MOST_RAW_BYTES].decode("utf-8", "replace")
    return Original(found, shown, len(raw) > MOST_RAW_BYTES)


def _decoded(value: object) -> str:
    text = " ".join(str(value).split())
    try:
        return str(make_header(decode_header(text)))
    except (LookupError, UnicodeError, ValueError):
        # What cannot be read is shown as it is.
        return text
