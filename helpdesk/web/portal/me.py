"""A small page of one's own: name, language, time zone."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import refresh
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.db import unit_of_work
from helpdesk.domain.accounts.actions import present_oneself
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.forms.portal.me import AgentForm, MeForm, time_zones
from helpdesk.web.account import me as the_reader
from helpdesk.web.account import settings
from helpdesk.web.language import LANGUAGES
from helpdesk.web.security import needs


@needs(Action.FOLLOW_OWN_TICKET)
def me() -> BaseResponse:
    """Show and keep what a person says about themselves."""
    writes = may(the_reader(), Action.WORK_ON_TICKETS)
    form = (AgentForm if writes else MeForm)(obj=the_reader())
    form.offer(LANGUAGES)
    if not form.validate_on_submit():
        return _page(form, 422 if form.errors else 200)
    with unit_of_work():
        present_oneself(
            the_reader(),
            name=form.name.data or "",
            language=form.language.data or None,
            time_zone=form.time_zone.data or None,
            signature=form.signature.data if isinstance(form, AgentForm) else None,
        )
    # The new language holds from the next word on.
    refresh()
    flash(_("Saved."), "success")
    return redirect(url_for("portal.me"), 303)


def _page(form: MeForm, status: int) -> Response:
    body = render_template(
        "portal/me.html",
        form=form,
        person=the_reader(),
        time_zones=time_zones(),
        usual_zone=str(settings().time_zone),
    )
    return make_response(body, status)
