"""Mailboxes: the list, one mailbox with its accounts, its form, its test, and its old mail."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import Invalid, NotFound, Refused
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.correspondence.alarming import is_silent
from helpdesk.domain.correspondence.configuring import (
    add_mailbox,
    change_mailbox,
    decide_old_mail,
)
from helpdesk.domain.correspondence.granting import grant_by_id, grants
from helpdesk.domain.correspondence.models import Mailbox, MailboxKind, OldMail
from helpdesk.domain.correspondence.queries import mailboxes as all_mailboxes
from helpdesk.domain.correspondence.setting_up import setups
from helpdesk.domain.processes import PROCESSES
from helpdesk.domain.reconciliation import reconciled
from helpdesk.domain.tickets.models import Queue
from helpdesk.forms.admin.mailboxes import MailboxForm
from helpdesk.forms.admin.old_mail import OldMailForm
from helpdesk.mail import fetch
from helpdesk.mail.fetch.checking import Step
from helpdesk.web.account import me, settings
from helpdesk.web.admin.choices import tell
from helpdesk.web.admin.door import blueprint
from helpdesk.web.admin.mailbox_form import (
    form_for,
    hold_password,
    is_complete,
    new_password,
    tested,
)
from helpdesk.web.alarms import alarms_now
from helpdesk.web.security import needs


@blueprint.get("/mailboxes")
@needs(Action.MANAGE_MAILBOXES)
def mailboxes() -> str:
    """All mailboxes, in the order that decides about copies."""
    return render_template(
        "admin/mailboxes.html",
        mailboxes=all_mailboxes(),
        queues={queue.id: queue for queue in db.session.scalars(db.select(Queue))},
        processes=PROCESSES,
        alarms=alarms_now(),
        setups=setups(),
    )


@blueprint.route("/mailboxes/new", methods=["GET", "POST"])
@needs(Action.MANAGE_MAILBOXES)
def mailbox_new() -> Response | str:
    """Add a mailbox; its connection can be tested first."""
    form = form_for(None)
    if not form.is_submitted():
        return _form_page(form, None)
    if not is_complete(form, None):
        return _form_page(form, None)
    if "test" in request.form:
        return _form_page(form, None, steps=tested(form, None))
    values = form.values
    name, address = values.pop("name"), values.pop("address")
    try:
        with unit_of_work():
            new = add_mailbox(
                name,
                address=address,
                values=values,
                password=new_password(form),
                by=me(),
                now=clock.now(),
            )
            new_id = new.id
    except Invalid as error:
        tell(form, error)
        return _form_page(form, None)
    flash(_("The mailbox is there. Mail that comes from now on becomes tickets."), "success")
    return redirect(url_for("admin.mailbox", mailbox_id=new_id))


@blueprint.get("/mailboxes/<int:mailbox_id>")
@needs(Action.MANAGE_MAILBOXES)
def mailbox(mailbox_id: int) -> str:
    """How a mailbox does: its accounts, its last look, what it asks."""
    return _page(_mailbox(mailbox_id), OldMailForm())


@blueprint.route("/mailboxes/<int:mailbox_id>/edit", methods=["GET", "POST"])
@needs(Action.MANAGE_MAILBOXES)
def mailbox_edit(mailbox_id: int) -> Response | str:
    """Change a mailbox; its connection can be tested first."""
    known = _mailbox(mailbox_id)
    form = form_for(known)
    if not form.is_submitted() or not is_complete(form, known):
        return _form_page(form, known)
    if "test" in request.form:
        return _form_page(form, _mailbox(mailbox_id), steps=tested(form, known))
    try:
        with unit_of_work():
            change_mailbox(
                _mailbox(mailbox_id),
                values=form.values,
                password=new_password(form) if form.is_fetched else None,
                by=me(),
                now=clock.now(),
            )
    except Invalid as error:
        tell(form, error)
        return _form_page(form, _mailbox(mailbox_id))
    flash(_("Saved."), "success")
    return redirect(url_for("admin.mailbox", mailbox_id=mailbox_id))


@blueprint.post("/mailboxes/<int:mailbox_id>/test")
@needs(Action.MANAGE_MAILBOXES)
def mailbox_test(mailbox_id: int) -> str:
    """Try the connection as it is kept."""
    known = _mailbox(mailbox_id)
    if known.kind != MailboxKind.IMAP.value:
        raise Refused(_("This mailbox is not fetched."))
    db.session.expunge(known)
    # The test may take a minute, and no transaction should stay open for so long.
    db.session.rollback()
    steps = fetch.check(known)
    return _page(_mailbox(mailbox_id), OldMailForm(), steps=steps)


@blueprint.post("/mailboxes/<int:mailbox_id>/old-mail")
@needs(Action.MANAGE_MAILBOXES)
def mailbox_old_mail(mailbox_id: int) -> Response | str:
    """Decide what becomes of mail that lay there before us."""
    form = OldMailForm()
    if not form.validate_on_submit():
        return _page(_mailbox(mailbox_id), form)
    with unit_of_work():
        decide_old_mail(
            _mailbox(mailbox_id),
            policy=OldMail(form.policy.data),
            since=form.since.data,
            by=me(),
            now=clock.now(),
        )
    flash(_("Decided. The next look at the mailbox follows it."), "success")
    return redirect(url_for("admin.mailbox", mailbox_id=mailbox_id))


def _page(known: Mailbox, old_mail: OldMailForm, steps: list[Step] | None = None) -> str:
    account = reconciled(known.id)
    return render_template(
        "admin/mailbox.html",
        mailbox=known,
        queue=db.session.get(Queue, known.queue_id) if known.queue_id else None,
        process=PROCESSES.get(known.process),
        grant=grant_by_id(known.grant_id) if known.grant_id else None,
        silent_since=is_silent(known, now=clock.now()),
        account=account,
        old_mail=old_mail,
        asks_again="old-mail" in request.args,
        steps=steps,
        smtp_listen=settings().smtp_listen,
        lmtp_listen=settings().lmtp_listen,
        acknowledge_hours=settings().acknowledge_max_age_hours,
    )


def _form_page(form: MailboxForm, known: Mailbox | None, steps: list[Step] | None = None) -> str:
    hold_password(form)
    return render_template(
        "admin/mailbox_form.html", form=form, mailbox=known, steps=steps, has_grants=bool(grants())
    )


def _mailbox(mailbox_id: int) -> Mailbox:
    known = db.session.get(Mailbox, mailbox_id)
    if known is None:
        raise NotFound(f"There is no mailbox {mailbox_id}.")
    return known
