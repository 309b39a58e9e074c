"""A message as the ticket page shows it: newest words, what is folded away, how its mail went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _

from helpdesk.domain.accounts.models import Person
from helpdesk.domain.correspondence.models import DeliveryState, OutboundMail
from helpdesk.domain.correspondence.tokens import Audience
from helpdesk.domain.notifications.table import KINDS
from helpdesk.domain.tickets.models import Attachment, Direction, Message
from helpdesk.domain.tickets.queries import Spoken
from helpdesk.web.attached import ShownFile, shown_file
from helpdesk.web.desk.seen import SeenBy, seen_words
from helpdesk.web.filters import exact

# A smaller picture inside a mail is a logo or a dot; the frame shows it where it belongs.
SMALLEST_PICTURE = 12_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the mail to one reader went; `again_url` sends it once more, for those who may."""

    how: str
    words: str
    again_url: str | None = None


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message as the macros read it."""

    id: int
    who: str
    to: str
    at: datetime
    direction: str
    words: str
    quoted: str
    headline: str
    headline_why: str
    frame_url: str | None
    sent_url: str | None
    sent_open: bool
    held_back_url: str | None
    attachments: Sequence[ShownFile]
    deliveries: Sequence[Delivery]
    original_url: str | None
    # Where it stands, if that is not the ticket whose page it is.
    ticket_number: int
    seen: str = ""
    # The supplier in whose conversation it stands, by name.
    supplier: str = ""
    mentions: Sequence[str] = ()

    @property
    def is_trouble(self) -> bool:
        """Whether somebody did not get it, so that it must not be folded away."""
        return any(delivery.how == "failed" for delivery in self.deliveries)


def shown_message(spoken: Spoken, mails: Sequence[OutboundMail], reader: Reader) -> ShownMessage:
    """One message of the conversation; `mails` are those that carried or acknowledged it."""
    message = spoken.message
    pictures = reader.wants_pictures_of == message.id
    frame = _frame_url(message, pictures=pictures) if spoken.has_html else None
    return ShownMessage(
        id=message.id,
        who=message.author.display_name if message.author else message.sender or _("The system"),
        to=_readers(mails, reader) if message.direction == Direction.OUT.value else "",
        at=message.written_at,
        direction="note" if message.direction == Direction.INTERNAL.value else message.direction,
        words=message.newest.strip() or message.text.strip(),
        quoted="" if spoken.designed else _folded_away(message),
        headline="" if message.verified else _("Sender not proven"),
        headline_why=""
        if message.verified
        else _(
            "Anybody can write this address into a mail, and nothing shows that this one is "
            "genuine. Before you act on it, ask in another way."
        ),
        frame_url=frame if spoken.designed else None,
        sent_url=None if spoken.designed else frame,
        sent_open=pictures,
        held_back_url=_pictures_url(message) if spoken.remote and not pictures else None,
        attachments=[
            shown_file(file, attachment_url(file), _view_url(file))
            for file in message.attachments
            if not _is_ornament(file, spoken)
        ],
        deliveries=[
            shown for mail in mails if (shown := _delivery(mail, message, reader)) is not None
        ],
        original_url=(
            url_for("desk.original", message_id=message.id)
            if message.channel == "mail" and reader.sees_originals
            else None
        ),
        ticket_number=message.ticket_id,
        seen=seen_words(message, reader.seen_by),
        supplier=reader.suppliers.get(message.conversation_id, _("A supplier"))
        if message.conversation_id
        else "",
        mentions=reader.mentions.get(message.id, ()),
    )


@dataclass(frozen=True, slots=True)
class Reader:
    """What the one who reads may see, who is who, and who has opened the ticket."""

    sees_originals: bool
    sends_again: bool
    people: Mapping[int, Person]
    # The message whose pictures from elsewhere the reader asked to see.
    wants_pictures_of: int | None = None
    seen_by: SeenBy = field(default_factory=SeenBy)
    # Whom the ticket's conversations with suppliers are with, by their ids.
    suppliers: Mapping[int, str] = field(default_factory=dict)
    # What messages mention, by their ids.
    mentions: Mapping[int, Sequence[str]] = field(default_factory=dict)


def attachment_url(file: Attachment) -> str:
    """Where an agent gets the file."""
    return url_for("desk.attachment", attachment_id=file.id, filename=file.filename)


def _view_url(file: Attachment) -> str:
    return url_for("desk.attachment", attachment_id=file.id, filename=file.filename, view=1)


def _frame_url(message: Message, *, pictures: bool) -> str:
    return url_for("desk.message_html", message_id=message.id, images="1" if pictures else None)


def _pictures_url(message: Message) -> str:
    return url_for(
        "desk.ticket",
        number=message.ticket_id,
        images=message.id,
        _anchor=f"message-{message.id}",
    )


def _folded_away(message: Message) -> str:
    """What the newest words leave out; all of the text where they were picked from between."""
    text, newest = message.text.strip(), message.newest.strip()
    if not newest or newest == text:
        return ""
    before, found, after = text.partition(newest)
    rest = "\n".join(part.strip("\n") for part in (before, after) if part.strip())
    return rest if found else text


def _is_ornament(file: Attachment, spoken: Spoken) -> bool:
    return (
        spoken.has_html
        and file.content_id is not None
        and file.content_type.startswith("image/")
        and (spoken.designed or file.size < SMALLEST_PICTURE)
    )


def _readers(mails: Sequence[OutboundMail], reader: Reader) -> str:
    return ", ".join(
        _name_and_address(mail, reader)
        for mail in mails
        if KINDS[mail.notification].audience is not Audience.INTERNAL
    )


def _name_and_address(mail: OutboundMail, reader: Reader) -> str:
    person = reader.people.get(mail.person_id or 0)
    if person is None or not person.name:
        return mail.to_address
    return f"{person.name} <{mail.to_address}>"


def _delivery(mail: OutboundMail, message: Message, reader: Reader) -> Delivery | None:
    """How a mail that left the house went; what agents were told is not shown."""
    if KINDS[mail.notification].audience is Audience.INTERNAL:
        return None
    how = _HOW[mail.state]
    words = _delivery_words(mail, acknowledges=message.direction == Direction.IN.value)
    lost = mail.state in (DeliveryState.FAILED.value, DeliveryState.BOUNCED.value)
    again = url_for("desk.send_again", outbound_id=mail.id) if lost and reader.sends_again else None
    return Delivery(how, words, again)


_HOW = {
    DeliveryState.WAITING.value: "queued",
    DeliveryState.SENDING.value: "sending",
    DeliveryState.SENT.value: "sent",
    DeliveryState.CAPTURED.value: "sent",
    DeliveryState.FAILED.value: "failed",
    DeliveryState.BOUNCED.value: "failed",
    DeliveryState.CANCELLED.value: "queued",
}


def _delivery_words(mail: OutboundMail, *, acknowledges: bool) -> str:
    to, at = mail.to_address, exact(mail.sent_at) if mail.sent_at else ""
    answer = _(mail.last_error) if mail.last_error else _("no reason was given")
    if mail.state == DeliveryState.SENT.value:
        if acknowledges:
            return _("Acknowledged to %(to)s %(at)s", to=to, at=at)
        return _("Sent to %(to)s %(at)s", to=to, at=at)
    if mail.state == DeliveryState.CAPTURED.value:
        if acknowledges:
            return _("Acknowledgement to %(to)s captured instead of sent %(at)s", to=to, at=at)
        return _("Captured instead of sent to %(to)s %(at)s", to=to, at=at)
    if mail.state == DeliveryState.FAILED.value:
        return _("Not sent to %(to)s: %(answer)s", to=to, answer=answer)
    if mail.state == DeliveryState.BOUNCED.value:
        return _("Came back from %(to)s: %(answer)s", to=to, answer=answer)
    if mail.state == DeliveryState.CANCELLED.value:
        return _("Not sent to %(to)s: cancelled", to=to)
    if mail.last_error:
        return _("Waits to be sent to %(to)s; last answer: %(answer)s", to=to, answer=answer)
    if acknowledges:
        return _("An acknowledgement to %(to)s waits to be sent", to=to)
    return _("Waits to be sent to %(to)s", to=to)
