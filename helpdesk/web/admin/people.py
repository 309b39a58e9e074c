"""People: the directory, and adding somebody."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import Invalid, Refused
from helpdesk.domain.accounts.actions import add_address, add_person, grant, join
from helpdesk.domain.accounts.administering import added_person
from helpdesk.domain.accounts.directory import PAGE, WHO, people_page
from helpdesk.domain.accounts.permissions import ROLE_LABELS, Action, Role
from helpdesk.domain.accounts.queries import functions
from helpdesk.forms.admin.people import PersonForm
from helpdesk.web.account import me
from helpdesk.web.admin.choices import function_choices, unit_choices
from helpdesk.web.admin.door import blueprint, id_asked, words_asked
from helpdesk.web.admin.inviting import invite
from helpdesk.web.security import needs


@blueprint.get("/people")
@needs(Action.MANAGE_PEOPLE)
def people() -> str:
    """The directory by name: those with a role, everybody, or those who are kept out."""
    who = request.args.get("who", "roles")
    who = who if who in WHO else "roles"
    words = words_asked()
    after, unit = id_asked("after"), id_asked("unit")
    rows = people_page(who=who, words=words, unit_id=unit, after=after, limit=PAGE + 1)
    kept: dict[str, Any] = {"who": who, "q": words or None, "unit": unit}
    more = None
    if len(rows) > PAGE:
        more = url_for("admin.people", after=rows[PAGE - 1].id, **kept)
    return render_template(
        "admin/people.html",
        rows=rows[:PAGE],
        who=who,
        words=words,
        function_names=dict(function_choices()),
        role_labels={role.value: _(label) for role, label in ROLE_LABELS.items()},
        more=more,
        first=url_for("admin.people", **kept) if after else None,
        unit=unit,
        units=dict(unit_choices()),
    )


@blueprint.route("/people/new", methods=["GET", "POST"])
@needs(Action.MANAGE_PEOPLE)
def person_new() -> Response | str:
    """Add somebody, and invite them if they are to sign in."""
    form = PersonForm()
    form.offer(function_choices(), unit_choices())
    if not form.is_submitted():
        form.invite.data = True
    if not form.validate_on_submit():
        return render_template("admin/person_form.html", form=form, person=None)
    try:
        with unit_of_work():
            person_id = _add(form)
    except (Invalid, Refused) as error:
        form.form_errors.append(_(error.words, **error.facts))
        return render_template("admin/person_form.html", form=form, person=None)
    if form.invite.data:
        flash(
            _("Added. The invitation is on its way to %(address)s.", address=form.address_list[0]),
            "success",
        )
    else:
        flash(_("Added."), "success")
    return redirect(url_for("admin.person", person_id=person_id))


def _add(form: PersonForm) -> int:
    now = clock.now()
    first, *others = form.address_list
    new = add_person(first, name=form.name.data or "", language=form.language.data or None, now=now)
    for address in others:
        add_address(new, address=address)
    if form.unit.data:
        new.business_unit_id = form.unit.data
    for role in form.roles.data or []:
        grant(new, role=Role(role))
    wanted = set(form.functions.data or [])
    for function in functions():
        if function.id in wanted:
            join(new, function=function)
    added_person(new, by=me(), now=now)
    if form.invite.data:
        invite(new, by=me(), now=now)
    return new.id
