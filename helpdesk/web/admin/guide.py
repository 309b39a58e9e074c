"""The guide that sets a mailbox up: six small steps, each by itself, to be left and taken up."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import Invalid
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.correspondence import setting_up
from helpdesk.domain.correspondence.granting import grants
from helpdesk.domain.correspondence.models import MailboxSetup
from helpdesk.forms.admin.guide import AddressForm, ReadyForm, SignInStepForm
from helpdesk.mail.grants.providers import PROVIDERS
from helpdesk.web.account import me
from helpdesk.web.admin.choices import process_choices, queue_choices, tell
from helpdesk.web.admin.door import blueprint
from helpdesk.web.admin.guide_steps import GUIDE, STEPS, page
from helpdesk.web.security import needs


@blueprint.route("/mailboxes/guide", methods=["GET", "POST"])
@needs(Action.MANAGE_MAILBOXES)
def mailbox_guide() -> Response | str:
    """Step 1 of a new mailbox: its address, and who hosts it."""
    form = AddressForm()
    if not form.validate_on_submit():
        return _address_page(form)
    try:
        with unit_of_work():
            new = setting_up.begin_setup(_given(form), by=me(), now=clock.now())
            new_id = new.id
    except Invalid as error:
        tell(form, error)
        return _address_page(form)
    return _to(new_id, "sign-in")


@blueprint.route("/mailboxes/guide/<int:setup_id>/address", methods=["GET", "POST"])
@needs(Action.MANAGE_MAILBOXES)
def mailbox_guide_address(setup_id: int) -> Response | str:
    """Step 1 again."""
    setup = setting_up.setup_by_id(setup_id)
    form = AddressForm(data=setup.given)
    if not form.validate_on_submit():
        return page("address", setup, form=form)
    given = _given(form)
    if given["provider"] == setup.given["provider"] and given["address"] == setup.given["address"]:
        # What was written about the server since then stands.
        given = {key: given[key] for key in ("name", "address", "provider")}
    try:
        with unit_of_work():
            known = setting_up.setup_by_id(setup_id, lock=True)
            setting_up.amend_setup(known, given, now=clock.now())
    except Invalid as error:
        tell(form, error)
        return page("address", setting_up.setup_by_id(setup_id), form=form)
    return _to(setup_id, "sign-in")


@blueprint.route("/mailboxes/guide/<int:setup_id>/sign-in", methods=["GET", "POST"])
@needs(Action.MANAGE_MAILBOXES)
def mailbox_guide_sign_in(setup_id: int) -> Response | str:
    """Step 2: the server, and how it knows us."""
    setup = setting_up.setup_by_id(setup_id)
    # Whoever goes to set a sign-in up finds the way back by this.
    session[GUIDE] = setup_id
    form = _sign_in_form(setup)
    if not form.validate_on_submit():
        return page("sign-in", setup, form=form, **_ways(setup, form))
    with unit_of_work():
        known = setting_up.setup_by_id(setup_id, lock=True)
        setting_up.amend_setup(
            known, form.values, password=form.password.data or None, now=clock.now()
        )
        keeps_none = known.given["grant_id"] is None and known.sealed_password is None
    if keeps_none:
        form.password.errors = [
            _("Type the password again: it would go to another place than before.")
        ]
        setup = setting_up.setup_by_id(setup_id)
        return page("sign-in", setup, form=form, **_ways(setup, form))
    return _to(setup_id, "incoming")


@blueprint.route("/mailboxes/guide/<int:setup_id>/ready", methods=["GET", "POST"])
@needs(Action.MANAGE_MAILBOXES)
def mailbox_guide_ready(setup_id: int) -> Response | str:
    """Step 6: what becomes of its mail; then it is in use, or waits switched off."""
    setup = setting_up.setup_by_id(setup_id)
    form = ReadyForm()
    form.offer(process_choices(), queue_choices())
    if not form.validate_on_submit():
        return page("ready", setup, form=form)
    active = "later" not in request.form
    try:
        with unit_of_work():
            known = setting_up.setup_by_id(setup_id, lock=True)
            made = setting_up.finish_setup(
                known, form.values, active=active, by=me(), now=clock.now()
            )
            mailbox_id = made.id
    except Invalid as error:
        tell(form, error)
        return page("ready", setting_up.setup_by_id(setup_id), form=form)
    if session.get(GUIDE) == setup_id:
        session.pop(GUIDE)
    flash(
        _("The mailbox is in use. Mail that comes from now on becomes tickets.")
        if active
        else _("The mailbox is kept, switched off. Switch it on when you want, under Edit."),
        "success",
    )
    return redirect(url_for("admin.mailbox", mailbox_id=mailbox_id))


@blueprint.post("/mailboxes/guide/<int:setup_id>/discard")
@needs(Action.MANAGE_MAILBOXES)
def mailbox_guide_discard(setup_id: int) -> Response:
    """Give it up; nothing of it was in use."""
    with unit_of_work():
        setting_up.discard_setup(setting_up.setup_by_id(setup_id, lock=True))
    if session.get(GUIDE) == setup_id:
        session.pop(GUIDE)
    flash(_("Thrown away, with its password. Nothing of it was in use."), "success")
    return redirect(url_for("admin.mailboxes"))


def _given(form: AddressForm) -> dict[str, Any]:
    """What step 1 says, and what follows from it: where the server probably is."""
    provider = form.provider.data
    address = (form.address.data or "").lower()
    known = PROVIDERS.get(provider)
    return {
        "name": form.name.data,
        "address": address,
        "provider": provider,
        "host": known.imap if known and known.imap else f"imap.{address.rpartition('@')[2]}",
        "port": 993,
        "security": "tls",
        "verify_tls": True,
        "username": address,
        "folder": "INBOX",
    }


def _sign_in_form(setup: MailboxSetup) -> SignInStepForm:
    form = SignInStepForm(data=setup.given)
    # Those of the provider, and those that somebody set up by hand.
    fitting = [
        (row.id, row.name) for row in grants() if row.provider in (setup.given["provider"], "other")
    ]
    form.offer(fitting, by_password=setup.given["provider"] != "microsoft" or not fitting)
    form.password_is_kept = setup.sealed_password is not None
    if not form.is_submitted():
        usual = fitting[0][0] if fitting and setup.given["provider"] != "own" else 0
        form.grant.data = setup.given.get("grant_id") or (0 if setup.sealed_password else usual)
    return form


def _ways(setup: MailboxSetup, form: SignInStepForm) -> dict[str, Any]:
    provider = setup.given["provider"]
    return {
        "provider": PROVIDERS.get(provider),
        "wants_grant": provider == "microsoft",
        "has_grants": form.has_grants,
        "new_grant_url": url_for(
            "admin.grant_new", provider=provider if provider in PROVIDERS else "other"
        ),
    }


def _address_page(form: AddressForm) -> str:
    return render_template(
        "admin/guide/address.html",
        form=form,
        setup=None,
        steps=[(name, label, "") for name, label in STEPS.items()],
        step="address",
    )


def _to(setup_id: int, step: str) -> Response:
    return redirect(
        url_for(f"admin.mailbox_guide_{step.replace('-', '_')}", setup_id=setup_id), 303
    )
