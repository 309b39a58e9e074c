"""One inbound mail: its trace in words, what it became, its bytes, what can be done about it."""

from __future__ import annotations

import contextlib
from datetime import datetime

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import HelpdeskError, NotFound
from helpdesk.core.storage import storage
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.correspondence.models import InboundMail, InboundState, Mailbox
from helpdesk.domain.correspondence.trusting import SPAM
from helpdesk.domain.reconciliation import copies_of
from helpdesk.mail import pipeline
from helpdesk.mail.parse import parse
from helpdesk.web.account import me, settings
from helpdesk.web.admin.door import blueprint
from helpdesk.web.security import needs

# What is shown of the bytes; the whole mail can be saved.
SHOWN_BYTES = 100_000
SHOWN_HEADERS = 200

# A mail in one of these states lies on no ticket, and may be sent down the road again.
_MAY_BE_FILED = (InboundState.SET_ASIDE.value, InboundState.FAILED.value, InboundState.REPORT.value)


def may_be_filed(mail: InboundMail) -> bool:
    """Whether somebody may decide anew about a mail: it lies on no ticket, and its bytes are here.

    One that waits may be decided about once it has failed; until then the road is quicker.
    """
    if mail.message_id is not None or mail.raw_sha256 is None:
        return False
    waits_after_a_fault = mail.state == InboundState.WAITING.value and bool(mail.error)
    return mail.state in _MAY_BE_FILED or waits_after_a_fault


@blueprint.get("/mail/<int:inbound_id>")
@needs(Action.SEE_MAIL_LOG)
def inbound(inbound_id: int) -> str:
    """The mail's page."""
    mail = _mail(inbound_id)
    raw = raw_of(mail.raw_sha256)
    understood = parse(raw) if raw is not None else None
    head = raw[:SHOWN_BYTES].decode("utf-8", "replace") if raw is not None else ""
    return render_template(
        "admin/inbound.html",
        mail=mail,
        understood=understood,
        headers=understood.headers[:SHOWN_HEADERS] if understood else (),
        raw=head.replace("\r\n", "\n").replace("\x00", "\ufffd"),
        is_cut=raw is not None and len(raw) > SHOWN_BYTES,
        may_be_filed=may_be_filed(mail),
        # Filed again as it is, the same filter would set it aside again.
        is_spam=_lies_among_spam(mail) and may(me(), Action.REVIEW_SPAM),
        steps=[(datetime.fromisoformat(step["at"]), step) for step in mail.trace],
        link_to_mailbox=_link_to_mailbox(mail.mailbox_id),
        copies=copies_of(mail.id),
    )


@blueprint.get("/mail/<int:inbound_id>/mail.eml")
@needs(Action.SEE_MAIL_LOG)
def inbound_raw(inbound_id: int) -> Response:
    """The bytes as they came, to be saved."""
    raw = raw_of(_mail(inbound_id).raw_sha256)
    if raw is None:
        raise NotFound("The bytes of this mail are not here.")
    return eml(raw, f"mail-{inbound_id}.eml")


@blueprint.post("/mail/<int:inbound_id>/again")
@needs(Action.FILE_MAIL_AGAIN)
def file_again(inbound_id: int) -> BaseResponse:
    """Send the mail down the road once more."""
    row = pipeline.file_again(inbound_id, settings(), by=me(), now=clock.now())
    return _told(row)


@blueprint.post("/mail/<int:inbound_id>/new")
@needs(Action.FILE_MAIL_AGAIN)
def file_as_new(inbound_id: int) -> BaseResponse:
    """Make a ticket of it."""
    row = pipeline.file_as_new(inbound_id, settings(), by=me(), now=clock.now())
    return _told(row)


@blueprint.post("/mail/<int:inbound_id>/attach")
@needs(Action.FILE_MAIL_AGAIN)
def attach(inbound_id: int) -> BaseResponse:
    """Put it on a ticket."""
    text = request.form.get("number", "").strip().removeprefix("#")
    if not text.isdecimal() or len(text) > 9:
        flash(_("Write the number of a ticket, like #1042."), "error")
        return redirect(url_for("admin.inbound", inbound_id=inbound_id))
    try:
        row = pipeline.attach_to(inbound_id, int(text), settings(), by=me(), now=clock.now())
    except HelpdeskError as error:
        flash(_(error.words, **error.facts), "error")
        return redirect(url_for("admin.inbound", inbound_id=inbound_id))
    return _told(row)


def _lies_among_spam(mail: InboundMail) -> bool:
    return mail.state == InboundState.SET_ASIDE.value and mail.reason == SPAM


def raw_of(sha256: str | None) -> bytes | None:
    """The bytes behind a digest; None when there are none, or not here."""
    if sha256 is None:
        return None
    with contextlib.suppress(NotFound):
        return storage().read(sha256)
    return None


def eml(raw: bytes, name: str) -> Response:
    """A mail that a browser only saves."""
    response = Response(raw, mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _link_to_mailbox(mailbox_id: int) -> Markup | str:
    mailbox = db.session.get_one(Mailbox, mailbox_id)
    if not may(me(), Action.MANAGE_MAILBOXES):
        return mailbox.name
    url = url_for("admin.mailbox", mailbox_id=mailbox_id)
    return Markup('<a href="{}">{}</a>').format(url, mailbox.name)


def _told(row: InboundMail) -> BaseResponse:
    if row.message_id is not None:
        flash(_("The mail is on ticket #%(number)s now.", number=row.ticket_id), "success")
    elif row.state == InboundState.FAILED.value:
        flash(_("It failed again: %(error)s", error=row.error), "error")
    elif row.state == InboundState.WAITING.value:
        flash(_("It waits to be filed: %(error)s", error=row.error or "…"), "info")
    else:
        flash(_("It was judged anew; the trace says what became of it."), "info")
    return redirect(url_for("admin.inbound", inbound_id=row.id))


def _mail(inbound_id: int) -> InboundMail:
    mail = db.session.get(InboundMail, inbound_id)
    if mail is None:
        raise NotFound(f"There is no mail {inbound_id}.")
    return mail
