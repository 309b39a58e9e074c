"""One person: what they are and may do, and inviting them."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import Invalid, NotFound, Refused
from helpdesk.domain.accounts.absence import absence_of
from helpdesk.domain.accounts.administering import change_person
from helpdesk.domain.accounts.directory import person_whole
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import ROLE_LABELS, Action, Role
from helpdesk.domain.accounts.units import unit_of
from helpdesk.domain.correspondence.bouncing import suppressed_among
from helpdesk.domain.tickets.handing_over import on_its_way
from helpdesk.domain.tickets.organising import unfinished_count
from helpdesk.forms.admin.people import PersonForm
from helpdesk.web.account import me
from helpdesk.web.admin.choices import function_choices, unit_choices
from helpdesk.web.admin.door import blueprint
from helpdesk.web.admin.inviting import invite
from helpdesk.web.security import needs


@blueprint.get("/people/<int:person_id>")
@needs(Action.MANAGE_PEOPLE)
def person(person_id: int) -> str:
    """What somebody is and may do."""
    known = whole_person(person_id)
    names = dict(function_choices())
    return render_template(
        "admin/person.html",
        person=known,
        roles=[_(ROLE_LABELS[role]) for role in Role if role in known.role_set],
        functions=[names[each.function_id] for each in known.memberships],
        addresses=_addresses(known),
        unfinished=unfinished_count(known),
        unit=unit_of(known),
        absence=absence_of(known, now=clock.now()),
        hand_over=on_its_way(known),
        unreached=list(suppressed_among(_addresses(known)).values()),
    )


@blueprint.route("/people/<int:person_id>/edit", methods=["GET", "POST"])
@needs(Action.MANAGE_PEOPLE)
def person_edit(person_id: int) -> Response | str:
    """Change somebody's name, addresses, language, roles and functions."""
    known = whole_person(person_id)
    form = _form(known)
    if not form.validate_on_submit():
        return render_template("admin/person_form.html", form=form, person=known)
    try:
        with unit_of_work():
            change_person(
                whole_person(person_id, lock=True),
                values={
                    "name": form.name.data or "",
                    "language": form.language.data or None,
                    "business_unit_id": form.unit.data or None,
                },
                addresses=form.address_list,
                roles=[Role(role) for role in form.roles.data or []],
                function_ids=form.functions.data or [],
                by=me(),
                now=clock.now(),
            )
    except (Invalid, Refused) as error:
        form.form_errors.append(_(error.words, **error.facts))
        return render_template("admin/person_form.html", form=form, person=whole_person(person_id))
    flash(_("Saved."), "success")
    return redirect(url_for("admin.person", person_id=person_id))


@blueprint.post("/people/<int:person_id>/invite")
@needs(Action.MANAGE_PEOPLE)
def person_invite(person_id: int) -> Response:
    """Mail a link by which they choose a password."""
    with unit_of_work():
        known = whole_person(person_id)
        if not known.active:
            raise Refused(_("Let them in first."))
        invite(known, by=me(), now=clock.now())
        address = known.email
    flash(_("The invitation is on its way to %(address)s.", address=address), "success")
    return redirect(url_for("admin.person", person_id=person_id))


def _form(known: Person) -> PersonForm:
    form = PersonForm(name=known.name, language=known.language or "")
    form.person_id = known.id
    form.offer(function_choices(), unit_choices())
    if not form.is_submitted():
        form.unit.data = known.business_unit_id or 0
        form.addresses.data = "\n".join(_addresses(known))
        form.roles.data = [grant.role for grant in known.roles]
        form.functions.data = [each.function_id for each in known.memberships]
    return form


def _addresses(known: Person) -> list[str]:
    others = sorted(each.address for each in known.addresses if each.address != known.email)
    return [known.email, *others]


def whole_person(person_id: int, *, lock: bool = False) -> Person:
    """The person with roles, addresses and functions; NotFound."""
    known = person_whole(person_id, lock=lock)
    if known is None:
        raise NotFound(f"There is no person {person_id}.")
    return known
