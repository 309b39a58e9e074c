"""The HTML of a mail as a document of its own, for a frame that lets it do nothing."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, url_for
from flask_babel import gettext
from markupsafe import Markup

from helpdesk.core.errors import NotFound
from helpdesk.core.html import with_images
from helpdesk.domain.tickets.models import Attachment, Message
from helpdesk.web.files import really

_POLICY = (
    "default-src 'none'; img-src 'self' data:{remote}; style-src 'self' 'unsafe-inline'; "
    "form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)
_DOCUMENT = Markup(
    '<!doctype html>\n<html><head><meta charset="utf-8"><title>{title}</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<base target="_blank"><link rel="stylesheet" href="{sheet}"></head>'
    "<body>{body}</body></html>\n"
)


def frame_response(
    message: Message, image_url: Callable[[Attachment], str], *, remote: bool
) -> Response:
    """The document of a message; `image_url` gives the address of its own pictures.

    Pictures on other servers are loaded only when `remote`: they tell that the mail was read.
    NotFound when the message has no HTML. Its HTML was sanitised when it came.
    """
    if message.html is None:
        raise NotFound("This message has no HTML.")
    pictures = {
        attachment.content_id: attachment
        for attachment in message.attachments
        if attachment.content_id and (kind := really(attachment)) and kind.may_be_drawn
    }

    def address(content_id: str) -> str | None:
        picture = pictures.get(content_id)
        return image_url(picture) if picture else None

    body = with_images(message.html, cid=address, remote=remote)
    response = Response(
        _DOCUMENT.format(
            title=gettext("Message"),
            sheet=url_for("static", filename="css/mail-body.css"),
            body=Markup(body),
        )
    )
    response.headers["Content-Security-Policy"] = _POLICY.format(remote=" https:" if remote else "")
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
