"""What was marked as spam: agents look through it, and let through what is none."""

from __future__ import annotations

import contextlib
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import NotFound, Refused
from helpdesk.core.html import text_of
from helpdesk.core.storage import storage
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.correspondence.spam import let_through, spam_mail, spam_mails
from helpdesk.web.account import me
from helpdesk.web.desk.door import blueprint
from helpdesk.web.numbers import LARGEST
from helpdesk.web.security import needs

PAGE = 25
# What is enough to judge by; nobody answers from here.
MOST_BYTES = 100_000
MOST_WORDS = 5_000
MOST_BYTES_OF_WORDS = 4 * MOST_WORDS


@blueprint.get("/spam")
@needs(Action.REVIEW_SPAM)
def spam() -> str:
    """All that lies there, newest first."""
    before = request.args.get("before", type=int)
    rows = spam_mails(before=before if before and before < LARGEST else None, limit=PAGE + 1)
    older = url_for("desk.spam", before=rows[PAGE - 1][0].id) if len(rows) > PAGE else None
    return render_template(
        "desk/spam.html",
        rows=rows[:PAGE],
        older=older,
        newest=url_for("desk.spam") if before else None,
    )


@blueprint.get("/spam/<int:inbound_id>")
@needs(Action.REVIEW_SPAM)
def spam_one(inbound_id: int) -> str:
    """One of them: its words as plain text, and what called it spam."""
    mail = spam_mail(inbound_id)
    raw = b""
    with contextlib.suppress(NotFound):
        raw = storage().read(mail.raw_sha256 or "")
    return render_template(
        "desk/spam_mail.html",
        mail=mail,
        words=words_of(raw),
        steps=[(datetime.fromisoformat(step["at"]), step) for step in mail.trace],
    )


@blueprint.post("/spam/<int:inbound_id>/let-through")
@needs(Action.REVIEW_SPAM)
def spam_let_through(inbound_id: int) -> Response:
    """It is no spam: the worker files it."""
    try:
        with unit_of_work():
            let_through(inbound_id, by=me(), now=clock.now())
        flash(_("It is being filed, and is a ticket or an answer in a moment."), "success")
    except NotFound:
        flash(_("Somebody has let this mail through already."), "info")
    except Refused as error:
        flash(_(error.words, **error.facts), "warning")
    return redirect(url_for("desk.spam"), 303)


def words_of(raw: bytes) -> str:
    """What a mail says, as plain text and not much of it; good enough to tell spam by."""
    try:
        message = message_from_bytes(raw[:MOST_BYTES], policy=compat32)
        parts = [part for part in message.walk() if not part.is_multipart()]
    except RecursionError:
        # Parts within parts, a thousand deep: nobody's words.
        return ""
    plain = next((part for part in parts if part.get_content_type() == "text/plain"), None)
    page = next((part for part in parts if part.get_content_type() == "text/html"), None)
    if plain is not None:
        return _decoded(plain, MOST_BYTES_OF_WORDS)[:MOST_WORDS].strip()
    if page is not None:
        return text_of(_decoded(page, MOST_BYTES))[:MOST_WORDS].strip()
    return ""


def _decoded(part: Message, most_bytes: int) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    # Before it is decoded: a charset like punycode takes seconds for what nobody reads.
    data = data[:most_bytes]
    try:
        return data.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):
        return data.decode("utf-8", "replace")
