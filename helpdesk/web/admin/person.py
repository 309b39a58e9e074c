"""One person: what they are and may do, inviting them, letting them go and back in."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import Invalid, NotFound, Refused
from helpdesk.domain.accounts.administering import change_person, switch_person
from helpdesk.domain.accounts.directory import person_whole
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import ROLE_LABELS, Action, Role
from helpdesk.domain.accounts.queries import people_who_may
from helpdesk.domain.correspondence.bouncing import suppressed_among
from helpdesk.domain.tickets.organising import hand_over, unfinished_count, unfinished_of
from helpdesk.forms.admin.people import LeavingForm, PersonForm
from helpdesk.web.account import me
from helpdesk.web.admin.choices import function_choices
from helpdesk.web.admin.door import blueprint
from helpdesk.web.admin.inviting import invite
from helpdesk.web.security import needs

SHOWN_TICKETS = 50


@blueprint.get("/people/<int:person_id>")
@needs(Action.MANAGE_PEOPLE)
def person(person_id: int) -> str:
    """What somebody is and may do."""
    known = _person(person_id)
    names = dict(function_choices())
    return render_template(
        "admin/person.html",
        person=known,
        roles=[_(ROLE_LABELS[role]) for role in Role if role in known.role_set],
        functions=[names[each.function_id] for each in known.memberships],
        addresses=_addresses(known),
        unfinished=unfinished_count(known),
        unreached=list(suppressed_among(_addresses(known)).values()),
    )


@blueprint.route("/people/<int:person_id>/edit", methods=["GET", "POST"])
@needs(Action.MANAGE_PEOPLE)
def person_edit(person_id: int) -> Response | str:
    """Change somebody's name, addresses, language, roles and functions."""
    known = _person(person_id)
    form = _form(known)
    if not form.validate_on_submit():
        return render_template("admin/person_form.html", form=form, person=known)
    try:
        with unit_of_work():
            change_person(
                _person(person_id, lock=True),
                values={"name": form.name.data or "", "language": form.language.data or None},
                addresses=form.address_list,
                roles=[Role(role) for role in form.roles.data or []],
                function_ids=form.functions.data or [],
                by=me(),
                now=clock.now(),
            )
    except (Invalid, Refused) as error:
        form.form_errors.append(_(error.words, **error.facts))
        return render_template("admin/person_form.html", form=form, person=_person(person_id))
    flash(_("Saved."), "success")
    return redirect(url_for("admin.person", person_id=person_id))


@blueprint.post("/people/<int:person_id>/invite")
@needs(Action.MANAGE_PEOPLE)
def person_invite(person_id: int) -> Response:
    """Mail a link by which they choose a password."""
    with unit_of_work():
        known = _person(person_id)
        if not known.active:
            raise Refused(_("Let them in first."))
        invite(known, by=me(), now=clock.now())
        address = known.email
    flash(_("The invitation is on its way to %(address)s.", address=address), "success")
    return redirect(url_for("admin.person", person_id=person_id))


@blueprint.route("/people/<int:person_id>/deactivate", methods=["GET", "POST"])
@needs(Action.MANAGE_PEOPLE)
def person_deactivate(person_id: int) -> Response | str:
    """Say first what becomes of their open tickets; then keep them out."""
    form = LeavingForm()
    others = [each for each in people_who_may(Action.WORK_ON_TICKETS) if each.id != person_id]
    form.offer([(each.id, each.display_name) for each in others])
    if not form.validate_on_submit():
        return _leaving_page(form, person_id)
    to_id = form.to.data if form.tickets.data == "somebody" else None
    try:
        with unit_of_work():
            now = clock.now()
            known = _person(person_id, lock=True)
            switch_person(known, active=False, by=me(), now=now)
            to = db.session.get(Person, to_id) if to_id else None
            moved = hand_over(known, to=to, by=me(), now=now)
            name = known.display_name
    except Refused as refused:
        form.form_errors.append(_(str(refused)))
        return _leaving_page(form, person_id)
    flash(
        _(
            "%(name)s can no longer sign in. Tickets handed over: %(count)s.",
            name=name,
            count=moved,
        ),
        "success",
    )
    return redirect(url_for("admin.person", person_id=person_id))


@blueprint.post("/people/<int:person_id>/activate")
@needs(Action.MANAGE_PEOPLE)
def person_activate(person_id: int) -> Response:
    """Let them in again."""
    with unit_of_work():
        switch_person(_person(person_id, lock=True), active=True, by=me(), now=clock.now())
    flash(_("They may sign in again."), "success")
    return redirect(url_for("admin.person", person_id=person_id))


def _leaving_page(form: LeavingForm, person_id: int) -> str:
    known = _person(person_id)
    return render_template(
        "admin/person_deactivate.html",
        form=form,
        person=known,
        tickets=unfinished_of(known, limit=SHOWN_TICKETS),
        count=unfinished_count(known),
    )


def _form(known: Person) -> PersonForm:
    form = PersonForm(name=known.name, language=known.language or "")
    form.person_id = known.id
    form.offer(function_choices())
    if not form.is_submitted():
        form.addresses.data = "\n".join(_addresses(known))
        form.roles.data = [grant.role for grant in known.roles]
        form.functions.data = [each.function_id for each in known.memberships]
    return form


def _addresses(known: Person) -> list[str]:
    others = sorted(each.address for each in known.addresses if each.address != known.email)
    return [known.email, *others]


def _person(person_id: int, *, lock: bool = False) -> Person:
    known = person_whole(person_id, lock=lock)
    if known is None:
        raise NotFound(f"There is no person {person_id}.")
    return known
