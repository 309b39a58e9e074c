"""How the pages look: name, logo and colour, with a look at both themes before they are used."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.colours import least_contrast
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import Invalid
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.configuration.appearance import (
    GROUNDS,
    MOST_LOGO_BYTES,
    OURS,
    accents_of,
    change_appearance,
    change_logo,
    look,
    remove_logo,
)
from helpdesk.forms.admin.appearance import AppearanceForm
from helpdesk.web.account import me
from helpdesk.web.admin.choices import tell
from helpdesk.web.admin.door import blueprint
from helpdesk.web.brand import brand_of_this_process
from helpdesk.web.security import needs


@blueprint.route("/appearance", methods=["GET", "POST"])
@needs(Action.MANAGE_APPEARANCE)
def appearance() -> Response | str:
    """Choose how the pages look; a colour that nobody could read is refused."""
    form = AppearanceForm(obj=look() if request.method == "GET" else None)
    if not form.validate_on_submit():
        return _page(form)
    picture = form.logo.data
    data = picture.read(MOST_LOGO_BYTES + 1) if picture and picture.filename else b""
    values = {name: form[name].data or "" for name in ("name", "accent", "accent_dark")}
    try:
        with unit_of_work():
            change_appearance(values, by=me(), now=clock.now())
            if form.no_logo.data:
                remove_logo(by=me(), now=clock.now())
            elif data:
                change_logo(data, by=me(), now=clock.now())
    except Invalid as error:
        tell(form, error)
        return _page(form)
    brand_of_this_process().forget()
    flash(_("Saved. Every page shows it within a minute."), "success")
    return redirect(url_for("admin.appearance"))


def _page(form: AppearanceForm) -> str:
    known = look()
    light, dark = accents_of(known)
    shown = {"light": light or OURS["light"], "dark": dark or OURS["dark"]}
    return render_template(
        "admin/appearance.html",
        form=form,
        has_logo=bool(known.logo_sha256),
        contrasts=[
            (theme, colour, f"{int(least_contrast(colour, GROUNDS[theme]) * 10) / 10:.1f}")
            for theme, colour in shown.items()
        ],
    )
