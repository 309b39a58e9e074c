"""The mail log: all mail that came in, newest first, where it is and why."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _

from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.correspondence.queries import mailboxes
from helpdesk.domain.reconciliation import PAGE, LogQuestion
from helpdesk.domain.reconciliation import mail_log as asked
from helpdesk.web.admin import words
from helpdesk.web.admin.door import blueprint, id_asked, words_asked
from helpdesk.web.security import needs


@blueprint.get("/mail")
@needs(Action.SEE_MAIL_LOG)
def mail_log() -> str:
    """The log, by mailbox, place and words."""
    question = LogQuestion(
        mailbox_id=id_asked("mailbox"),
        place=request.args.get("place", ""),
        words=words_asked(),
    )
    before = id_asked("before")
    rows = asked(question, before=before, limit=PAGE + 1)
    kept: dict[str, Any] = {
        "mailbox": question.mailbox_id,
        "place": question.place or None,
        "q": question.words or None,
    }
    older = None
    if len(rows) > PAGE:
        older = url_for("admin.mail_log", **kept, before=rows[PAGE - 1][0].id)
    return render_template(
        "admin/mail_log.html",
        rows=rows[:PAGE],
        question=question,
        is_filtered=any(kept.values()),
        mailboxes=mailboxes(),
        places=[(place, _(label)) for place, (label, _kind) in words.PLACES.items()],
        older=older,
        newest=url_for("admin.mail_log", **kept) if before else None,
    )
