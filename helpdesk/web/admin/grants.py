"""Sign-ins by OAuth 2: the list, one with its state, its form, and the way through the browser."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import HelpdeskError, Invalid, NotFound, Refused
from helpdesk.core.signing import seal, unseal
from helpdesk.core.words import N_
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.correspondence.granting import (
    add_grant,
    change_grant,
    delete_grant,
    disconnect_grant,
    grant_by_id,
    grants,
    mailboxes_by,
)
from helpdesk.domain.correspondence.models import MailGrant
from helpdesk.domain.correspondence.queries import mailboxes
from helpdesk.forms.admin.grants import GrantForm
from helpdesk.mail.fetch.checking import Step
from helpdesk.mail.grants import NoToken, access_token
from helpdesk.mail.grants.connecting import begin, finish, grant_of_state
from helpdesk.mail.grants.providers import PROVIDERS, Provider, completed
from helpdesk.web.account import me, settings
from helpdesk.web.admin.choices import tell
from helpdesk.web.admin.door import blueprint
from helpdesk.web.admin.guide_steps import GUIDE, url_of
from helpdesk.web.security import needs

# What a browser's session keeps while its person is at the provider.
_PENDING = "sign-in"
# What a provider may say about itself, on a page.
_LONGEST_WORDS = 500


@blueprint.get("/sign-ins")
@needs(Action.MANAGE_MAILBOXES)
def grants_list() -> str:
    """All sign-ins, with the mailboxes that use them."""
    rows, boxes = grants(), mailboxes()
    return render_template(
        "admin/grants.html",
        grants=rows,
        used_by={row.id: [box for box in boxes if box.grant_id == row.id] for row in rows},
        providers=PROVIDERS,
        smtp_grant=settings().smtp_grant,
        guide_url=_guide_url(),
    )


@blueprint.route("/sign-ins/new", methods=["GET", "POST"])
@needs(Action.MANAGE_MAILBOXES)
def grant_new() -> Response | str:
    """Choose a provider, then say who we are there."""
    name = request.args.get("provider", "")
    if name not in PROVIDERS:
        return render_template("admin/grant_providers.html", providers=PROVIDERS)
    provider = PROVIDERS[name]
    form = _form(provider, None)
    if not form.validate_on_submit():
        return _form_page(form, name, None)
    try:
        with unit_of_work():
            new = add_grant(
                form.name.data or "",
                values={**completed(name, **form.given), "client_id": form.client_id.data},
                client_secret=form.client_secret.data,
                by=me(),
                now=clock.now(),
            )
            new_id = new.id
    except Invalid as error:
        tell(form, error)
        return _form_page(form, name, None)
    flash(_("The sign-in is there."), "success")
    return redirect(url_for("admin.grant", grant_id=new_id))


@blueprint.get("/sign-ins/<int:grant_id>")
@needs(Action.MANAGE_MAILBOXES)
def grant(grant_id: int) -> str:
    """How a sign-in does, and what uses it."""
    return _page(_grant(grant_id))


@blueprint.route("/sign-ins/<int:grant_id>/edit", methods=["GET", "POST"])
@needs(Action.MANAGE_MAILBOXES)
def grant_edit(grant_id: int) -> Response | str:
    """Change a sign-in; what was granted for something else has to be granted again."""
    known = _grant(grant_id)
    name = known.provider if known.provider in PROVIDERS else "other"
    form = _form(PROVIDERS[name], known)
    if not form.validate_on_submit():
        return _form_page(form, name, known)
    values = {
        **completed(name, **form.given),
        "name": form.name.data,
        "client_id": form.client_id.data,
    }
    try:
        with unit_of_work():
            change_grant(
                _grant(grant_id),
                values=values,
                client_secret=form.client_secret.data,
                smtp_grant=settings().smtp_grant,
                by=me(),
                now=clock.now(),
            )
    except Invalid as error:
        tell(form, error)
        return _form_page(form, name, _grant(grant_id))
    flash(_("Saved."), "success")
    return redirect(url_for("admin.grant", grant_id=grant_id))


@blueprint.post("/sign-ins/<int:grant_id>/test")
@needs(Action.MANAGE_MAILBOXES)
def grant_test(grant_id: int) -> str:
    """Ask for a token now, whatever is kept."""
    _grant(grant_id)
    db.session.rollback()
    try:
        access_token(grant_id, anew=True)
        step = Step(N_("Get a token"), True, N_("There is a token that can be used now"))
    except NoToken as error:
        step = Step(N_("Get a token"), False, error.words, error.facts)  # type: ignore[arg-type]
    return _page(_grant(grant_id), [step])


@blueprint.get("/sign-ins/<int:grant_id>/connect")
@needs(Action.MANAGE_MAILBOXES)
def grant_connect(grant_id: int) -> Response:
    """Send the browser to the provider; nothing is changed here until it comes back.

    A link and no form: a form may lead nowhere but to ourselves (form-action).
    """
    try:
        beginning = begin(_grant(grant_id), redirect_uri=_redirect_uri())
    except HelpdeskError as error:
        flash(_(error.words, **error.facts), "error")
        return redirect(url_for("admin.grant", grant_id=grant_id))
    session[_PENDING] = [beginning.nonce, seal(beginning.verifier)]
    return redirect(beginning.url)


@blueprint.get("/sign-ins/connected")
@needs(Action.MANAGE_MAILBOXES)
def grant_connected() -> Response:
    """The browser comes back from the provider with a code, or with a no (RFC 6749 4.1.2)."""
    nonce, sealed = session.pop(_PENDING, None) or ("", "")
    try:
        grant_id = grant_of_state(request.args.get("state", ""), nonce=nonce)
    except HelpdeskError:
        flash(
            _("This answer was not asked for from here, or too long ago. Connect again."), "error"
        )
        return redirect(url_for("admin.grants_list"))
    error = request.args.get("error")
    if error:
        said = f"{error}: {request.args.get('error_description', '')}"[:_LONGEST_WORDS]
        flash(_("The provider answers: %(words)s", words=said), "error")
        return redirect(url_for("admin.grant", grant_id=grant_id))
    try:
        finish(
            grant_id,
            request.args.get("code", ""),
            verifier=unseal(sealed),
            redirect_uri=_redirect_uri(),
            by_id=me().id,
        )
    except HelpdeskError as fault:
        flash(_(fault.words, **fault.facts), "error")
    else:
        flash(_("Connected. Mailboxes that sign in by it try again at once."), "success")
    return redirect(url_for("admin.grant", grant_id=grant_id))


@blueprint.post("/sign-ins/<int:grant_id>/disconnect")
@needs(Action.MANAGE_MAILBOXES)
def grant_disconnect(grant_id: int) -> Response:
    """Forget the tokens."""
    try:
        with unit_of_work():
            disconnect_grant(
                _grant(grant_id), smtp_grant=settings().smtp_grant, by=me(), now=clock.now()
            )
    except Refused as refused:
        flash(_(refused.words, **refused.facts), "error")
    else:
        flash(_("Disconnected. The tokens are forgotten here."), "success")
    return redirect(url_for("admin.grant", grant_id=grant_id))


@blueprint.post("/sign-ins/<int:grant_id>/delete")
@needs(Action.MANAGE_MAILBOXES)
def grant_delete(grant_id: int) -> Response:
    """Delete a sign-in that nothing uses."""
    try:
        with unit_of_work():
            delete_grant(
                _grant(grant_id), smtp_grant=settings().smtp_grant, by=me(), now=clock.now()
            )
    except Refused as refused:
        flash(_(refused.words, **refused.facts), "error")
        return redirect(url_for("admin.grant", grant_id=grant_id))
    flash(_("Deleted."), "success")
    return redirect(url_for("admin.grants_list"))


def _form(provider: Provider, known: MailGrant | None) -> GrantForm:
    form = GrantForm(obj=known)
    form.offer(list(provider.scopes))
    form.is_preset = provider.is_preset
    form.wants_tenant = provider.wants_tenant
    form.secret_is_kept = known is not None and known.sealed_client_secret is not None
    if provider.is_preset and known is not None and not form.is_submitted():
        # The usual scope follows the choice of who agrees; only another is worth showing.
        usual = {flow.value: scope for flow, scope in provider.scopes.items()}
        form.scope.data = "" if known.scope == usual.get(known.flow) else known.scope
    return form


def _form_page(form: GrantForm, provider: str, known: MailGrant | None) -> str:
    return render_template(
        "admin/grant_form.html",
        form=form,
        grant=known,
        provider=PROVIDERS[provider],
        redirect_uri=_redirect_uri(),
    )


def _page(known: MailGrant, steps: list[Step] | None = None) -> str:
    return render_template(
        "admin/grant.html",
        grant=known,
        provider=PROVIDERS.get(known.provider, PROVIDERS["other"]),
        used_by=mailboxes_by(known),
        is_for_smtp=known.name == settings().smtp_grant,
        redirect_uri=_redirect_uri(),
        steps=steps,
        guide_url=_guide_url(),
    )


def _guide_url() -> str | None:
    """The way back, where the reader has come from the guide."""
    setup_id = session.get(GUIDE)
    return url_of(setup_id, "sign-in") if isinstance(setup_id, int) else None


def _redirect_uri() -> str:
    """Where providers send the browser back to; it has to be registered with them."""
    return settings().base_url + url_for("admin.grant_connected")


def _grant(grant_id: int) -> MailGrant:
    known = grant_by_id(grant_id)
    if known is None:
        raise NotFound(f"There is no sign-in {grant_id}.")
    return known
