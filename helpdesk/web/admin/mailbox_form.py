"""What stands behind the mailbox form: the password that never comes out, and the test."""

from __future__ import annotations

import json

from flask_babel import gettext as _

from helpdesk.core import signing
from helpdesk.core.db import db
from helpdesk.core.errors import HelpdeskError
from helpdesk.domain.correspondence.configuring import WHERE_THE_PASSWORD_GOES
from helpdesk.domain.correspondence.granting import grants
from helpdesk.domain.correspondence.models import Mailbox
from helpdesk.forms.admin.mailboxes import MailboxForm
from helpdesk.mail import fetch
from helpdesk.mail.fetch.checking import Step
from helpdesk.web.admin.choices import process_choices, queue_choices


def form_for(mailbox: Mailbox | None) -> MailboxForm:
    """The form as it was sent, or filled from the mailbox."""
    form = MailboxForm(obj=mailbox)
    form.offer(process_choices(), queue_choices(), [(row.id, row.name) for row in grants()])
    form.password_is_kept = mailbox is not None and bool(mailbox.sealed_password)
    if mailbox is not None and not form.is_submitted():
        form.aliases.data = ", ".join(mailbox.aliases)
        form.authserv.data = ", ".join(mailbox.authserv_ids)
        form.process_name.data = mailbox.process
        form.queue.data = mailbox.queue_id
        form.grant.data = mailbox.grant_id or 0
    return form


def is_complete(form: MailboxForm, mailbox: Mailbox | None) -> bool:
    """Whether the form can be used; errors stand at their fields afterwards."""
    if not form.validate_on_submit():
        return False
    if not form.is_fetched or form.grant.data:
        return True
    if new_password(form) or _may_keep(form, mailbox):
        return True
    words = (
        _("Type the password again: it would go to another place than before.")
        if form.password_is_kept
        else _("Write the password that the server wants.")
    )
    form.password.errors = [*form.password.errors, words]
    return False


def new_password(form: MailboxForm) -> str | None:
    """The password that was typed now, or before a test; None when none was."""
    if form.password.data:
        return str(form.password.data)
    try:
        sealed = json.loads(signing.unseal(form.kept.data or ""))
        return str(sealed["password"]) if sealed["for"] == _destination(form) else None
    except (HelpdeskError, ValueError, KeyError, TypeError):
        return None


def hold_password(form: MailboxForm) -> None:
    """Let the page carry what was typed, sealed and only for this server and user."""
    password = new_password(form)
    form.kept.data = (
        signing.seal(json.dumps({"for": _destination(form), "password": password}))
        if password
        else ""
    )


def tested(form: MailboxForm, mailbox: Mailbox | None) -> list[Step]:
    """Try what the form says, before anything is saved."""
    values = {**form.values, "sealed_password": mailbox.sealed_password if mailbox else None}
    password = new_password(form)
    # The test may take a minute, and no transaction should stay open for so long.
    db.session.rollback()
    return fetch.check(Mailbox(**values), password)


def _may_keep(form: MailboxForm, mailbox: Mailbox | None) -> bool:
    # Otherwise somebody could have the kept password sent to a server of his own.
    if mailbox is None or not mailbox.sealed_password:
        return False
    return _destination(form) == [getattr(mailbox, name) for name in WHERE_THE_PASSWORD_GOES]


def _destination(form: MailboxForm) -> list[object]:
    values = form.values
    return [values[name] for name in WHERE_THE_PASSWORD_GOES]
