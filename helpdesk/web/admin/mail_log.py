"""The mail log: all mail that came in, newest first, where it is and why; filed again in bulk."""

from __future__ import annotations

import logging
from collections import Counter
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import HelpdeskError
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.correspondence.models import InboundState
from helpdesk.domain.correspondence.queries import mailboxes
from helpdesk.domain.reconciliation import PAGE, LogQuestion
from helpdesk.domain.reconciliation import mail_log as asked
from helpdesk.mail import pipeline
from helpdesk.web.account import me, settings
from helpdesk.web.admin import words
from helpdesk.web.admin.door import blueprint, id_asked, words_asked
from helpdesk.web.admin.inbound import may_be_filed
from helpdesk.web.security import needs

_LONGEST_REASON = 300

log = logging.getLogger(__name__)


@blueprint.get("/mail")
@needs(Action.SEE_MAIL_LOG)
def mail_log() -> str:
    """The log, by mailbox, place, reason and words."""
    question = _question()
    before = id_asked("before")
    page = asked(question, before=before, limit=PAGE)
    kept = _kept(question)
    older = url_for("admin.mail_log", **kept, before=page.older) if page.older else None
    may_file = may(me(), Action.FILE_MAIL_AGAIN)
    return render_template(
        "admin/mail_log.html",
        rows=page.rows,
        choosable={mail.id for mail, _mailbox in page.rows if may_file and may_be_filed(mail)},
        question=question,
        is_filtered=any(kept.values()),
        mailboxes=mailboxes(),
        places=[(place, _(label)) for place, (label, _kind) in words.PLACES.items()],
        older=older,
        searched_back_to=page.searched_back_to,
        newest=url_for("admin.mail_log", **kept) if before else None,
        here=url_for("admin.mail_log_decide", **kept, before=before),
    )


@blueprint.post("/mail/decide")
@needs(Action.FILE_MAIL_AGAIN)
def mail_log_decide() -> Response:
    """File several mails again, or each as a new ticket; each by itself, so one stops no other."""
    chosen = request.form.getlist("mail", type=int)[:PAGE]
    verb = pipeline.file_as_new if "new" in request.form else pipeline.file_again
    by, now = me(), clock.now()
    became: Counter[str] = Counter()
    for inbound_id in chosen:
        try:
            row = verb(inbound_id, settings(), by=by, now=now)
        except HelpdeskError:
            # Somebody else was quicker, or its bytes are not here; its own page tells.
            db.session.rollback()
            became["refused"] += 1
            continue
        except Exception:
            # A fault in one of them must not hide what became of the others.
            log.exception("mail %s could not be filed by hand", inbound_id)
            db.session.rollback()
            became["refused"] += 1
            continue
        became["filed" if row.message_id is not None else row.state] += 1
    _tell(became)
    return redirect(url_for("admin.mail_log", **_kept(_question()), before=id_asked("before")))


def _question() -> LogQuestion:
    return LogQuestion(
        mailbox_id=id_asked("mailbox"),
        place=request.args.get("place", ""),
        reason=request.args.get("reason", "").replace("\x00", "")[:_LONGEST_REASON],
        words=words_asked(),
    )


def _kept(question: LogQuestion) -> dict[str, Any]:
    """What is asked, for the addresses of the other pages."""
    return {
        "mailbox": question.mailbox_id,
        "place": question.place or None,
        "reason": question.reason or None,
        "q": question.words or None,
    }


def _tell(became: Counter[str]) -> None:
    if not became:
        flash(_("Choose at least one mail."), "error")
    if filed := became.pop("filed", 0):
        flash(
            ngettext("One mail is on a ticket now.", "%(num)s mails are on tickets now.", filed),
            "success",
        )
    if failed := became.pop(InboundState.FAILED.value, 0) + became.pop("refused", 0):
        flash(
            ngettext(
                "One mail could not be filed; open it to see why.",
                "%(num)s mails could not be filed; open them to see why.",
                failed,
            ),
            "error",
        )
    if others := became.total():
        flash(
            ngettext(
                "One mail was judged anew; its trace says what became of it.",
                "%(num)s mails were judged anew; their traces say what became of them.",
                others,
            ),
            "info",
        )
