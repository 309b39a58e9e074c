"""Somebody leaves: what becomes of all that is theirs; and comes back."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import Refused
from helpdesk.domain.accounts.absence import stands_in_for
from helpdesk.domain.accounts.administering import handed_over, switch_person
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.accounts.queries import people_who_may
from helpdesk.domain.tickets.handing_over import Reason, begin_hand_over
from helpdesk.domain.tickets.organising import unfinished_count, unfinished_of, watched_count
from helpdesk.domain.views.actions import hand_over_views, shared_views_of
from helpdesk.forms.admin.people import LeavingForm
from helpdesk.web.account import me
from helpdesk.web.admin.door import blueprint
from helpdesk.web.admin.person import whole_person
from helpdesk.web.handing import hand_on
from helpdesk.web.security import needs

SHOWN_TICKETS = 50


@blueprint.route("/people/<int:person_id>/deactivate", methods=["GET", "POST"])
@needs(Action.MANAGE_PEOPLE)
def person_deactivate(person_id: int) -> Response | str:
    """Say first what becomes of all that is theirs; then keep them out."""
    form = LeavingForm()
    others = [each for each in people_who_may(Action.WORK_ON_TICKETS) if each.id != person_id]
    form.offer([(each.id, each.display_name) for each in others])
    if not form.validate_on_submit():
        return _page(form, person_id)
    to_id = form.to.data if form.tickets.data == "somebody" else None
    try:
        with unit_of_work():
            name, hand_over_id = _keep_out(person_id, to_id)
    except Refused as refused:
        form.form_errors.append(_(refused.words, **refused.facts))
        return _page(form, person_id)
    flash(_("%(name)s can no longer sign in.", name=name) + " " + hand_on(hand_over_id), "success")
    return redirect(url_for("admin.person", person_id=person_id))


@blueprint.post("/people/<int:person_id>/activate")
@needs(Action.MANAGE_PEOPLE)
def person_activate(person_id: int) -> Response:
    """Let them in again."""
    with unit_of_work():
        person = whole_person(person_id, lock=True)
        switch_person(person, active=True, by=me(), now=clock.now())
    flash(_("They may sign in again."), "success")
    return redirect(url_for("admin.person", person_id=person_id))


def _keep_out(person_id: int, to_id: int | None) -> tuple[str, int]:
    now, by = clock.now(), me()
    known = whole_person(person_id, lock=True)
    to = db.session.get(Person, to_id) if to_id else None
    switch_person(known, active=False, by=by, now=now)
    hand_over = begin_hand_over(known, to=to, reason=Reason.LEFT, by=by, now=now)
    # Views that a function shares need somebody who can change them.
    views = hand_over_views(known, to=to or by, now=now)
    handed_over(
        known, to=to, tickets=unfinished_count(known), views=views, of=to or by, by=by, now=now
    )
    return known.display_name, hand_over.id


def _page(form: LeavingForm, person_id: int) -> str:
    known = whole_person(person_id)
    return render_template(
        "admin/person_deactivate.html",
        form=form,
        person=known,
        tickets=unfinished_of(known, limit=SHOWN_TICKETS),
        count=unfinished_count(known),
        views=shared_views_of(known),
        watched=watched_count(known),
        absences=stands_in_for(known, now=clock.now()),
    )
