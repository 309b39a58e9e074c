"""Outgoing mail that was kept instead of sent, as its reader would have seen it."""

from __future__ import annotations

from io import BytesIO

from flask import Response, make_response, render_template, url_for

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.core.html import with_images
from helpdesk.core.pictures import kind_of
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.correspondence.bouncing import suppressed_count
from helpdesk.domain.correspondence.models import DeliveryState, OutboundMail
from helpdesk.domain.reconciliation import PAGE, overview
from helpdesk.domain.reconciliation import outbox as asked
from helpdesk.mail.parse import parse
from helpdesk.mail.values import ParsedAttachment, ParsedMail
from helpdesk.web.account import settings
from helpdesk.web.admin.door import blueprint, id_asked, words_asked
from helpdesk.web.admin.inbound import eml, raw_of
from helpdesk.web.files import cleaned_name, file_response
from helpdesk.web.security import needs

# What the mail may do in its frame: look as it was sent, and open links in a window.
FRAME_POLICY = "; ".join(
    (
        "default-src 'none'",
        "img-src 'self' data:",
        "style-src 'self' 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox",
    )
)


@blueprint.get("/captured")
@needs(Action.SEE_OUTBOX)
def captured() -> str:
    """The captured mails, newest first."""
    words = words_asked()
    before = id_asked("before")
    rows = asked((DeliveryState.CAPTURED,), words=words, before=before, limit=PAGE + 1)
    older = None
    if len(rows) > PAGE:
        older = url_for("admin.captured", q=words or None, before=rows[PAGE - 1].id)
    return render_template(
        "admin/captured.html",
        rows=rows[:PAGE],
        words=words,
        smtp_host=settings().smtp_host,
        overview=overview(now=clock.now()),
        unreached=suppressed_count(),
        older=older,
        newest=url_for("admin.captured", q=words or None) if before else None,
    )


@blueprint.get("/captured/<int:outbound_id>")
@needs(Action.SEE_OUTBOX)
def captured_mail(outbound_id: int) -> str:
    """One of them: headers, text, HTML, files."""
    mail, raw = _mail(outbound_id)
    understood = parse(raw)
    return render_template(
        "admin/captured_mail.html",
        mail=mail,
        understood=understood,
        size=len(raw),
        files=_files(understood),
    )


@blueprint.get("/captured/<int:outbound_id>/html")
@needs(Action.SEE_OUTBOX)
def captured_html(outbound_id: int) -> Response:
    """Its HTML part, for a frame that may do nothing."""
    _mail_row, raw = _mail(outbound_id)
    understood = parse(raw)
    if understood.html is None:
        raise NotFound("This mail has no HTML.")
    pictures = {
        file.content_id: url_for("admin.captured_file", outbound_id=outbound_id, place=place)
        for place, file in enumerate(understood.attachments)
        if file.content_id and _is_drawn(file)
    }
    body = with_images(understood.html, cid=pictures.get, remote=False)
    response = make_response(render_template("admin/frame.html", body=body))
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.get("/captured/<int:outbound_id>/files/<int:place>")
@needs(Action.SEE_OUTBOX)
def captured_file(outbound_id: int, place: int) -> Response:
    """One of its files."""
    _mail_row, raw = _mail(outbound_id)
    attachments = parse(raw).attachments
    if place >= len(attachments):
        raise NotFound("There is no such file.")
    file = attachments[place]
    return file_response(file.data, cleaned_name(file.filename), kind_of(BytesIO(file.data)))


@blueprint.get("/captured/<int:outbound_id>/mail.eml")
@needs(Action.SEE_OUTBOX)
def captured_raw(outbound_id: int) -> Response:
    """The whole mail, to be saved."""
    _mail_row, raw = _mail(outbound_id)
    return eml(raw, f"captured-{outbound_id}.eml")


def _is_drawn(file: ParsedAttachment) -> bool:
    kind = kind_of(BytesIO(file.data))
    return kind is not None and kind.may_be_drawn


def _files(mail: ParsedMail) -> list[tuple[int, ParsedAttachment]]:
    return [(place, file) for place, file in enumerate(mail.attachments) if not file.inline]


def _mail(outbound_id: int) -> tuple[OutboundMail, bytes]:
    mail = db.session.get(OutboundMail, outbound_id)
    raw = raw_of(mail.raw_sha256) if mail is not None else None
    if mail is None or raw is None:
        raise NotFound(f"There is no captured mail {outbound_id}.")
    return mail, raw
