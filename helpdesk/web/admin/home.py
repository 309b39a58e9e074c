"""How the helpdesk does, at a glance: what needs somebody, and where."""

from __future__ import annotations

from flask import render_template

from helpdesk.core import clock
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.configuration.queries import changes
from helpdesk.domain.correspondence.queries import mailboxes, sending_trouble
from helpdesk.domain.reconciliation import overview
from helpdesk.web.account import settings
from helpdesk.web.admin.changes import lines_of
from helpdesk.web.admin.door import blueprint
from helpdesk.web.security import needs


@blueprint.get("/")
@needs(Action.SEE_ADMINISTRATION)
def home() -> str:
    """The overview."""
    return render_template(
        "admin/home.html",
        overview=overview(now=clock.now()),
        trouble=sending_trouble(),
        mailboxes=mailboxes(),
        smtp_host=settings().smtp_host,
        smtp_port=settings().smtp_port,
        smtp_listen=settings().smtp_listen,
        lmtp_listen=settings().lmtp_listen,
        latest=lines_of(changes(limit=5)),
    )
