"""The page of one's own: who one is, which mails one gets, and when one is away."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import refresh
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import Invalid
from helpdesk.domain.accounts.absence import absence_of, away_now, come_back, go_away, stands_in_for
from helpdesk.domain.accounts.actions import present_oneself
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.accounts.queries import people_who_may
from helpdesk.domain.accounts.units import unit_of
from helpdesk.domain.notifications.choosing import choose_mail, mail_offered_to
from helpdesk.domain.tickets.handing_over import Reason, begin_hand_over
from helpdesk.domain.tickets.organising import unfinished_count
from helpdesk.forms.choices import SelectChoice
from helpdesk.forms.portal.absence import ALL, KEEP, TO_SUBSTITUTE, URGENT, AbsenceForm
from helpdesk.forms.portal.me import AgentForm, MeForm, time_zones
from helpdesk.web.account import me as the_reader
from helpdesk.web.account import settings
from helpdesk.web.away import name_with_absence
from helpdesk.web.handing import hand_on
from helpdesk.web.language import LANGUAGES
from helpdesk.web.security import needs

UNPROCESSABLE = 422


@needs(Action.FOLLOW_OWN_TICKET)
def me() -> BaseResponse:
    """Show and keep what a person says about themselves."""
    form = _own_form()
    if not form.validate_on_submit():
        return _page(form, status=UNPROCESSABLE if form.errors else 200)
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


@needs(Action.FOLLOW_OWN_TICKET)
def my_mail() -> BaseResponse:
    """Keep which mails a person wants."""
    with unit_of_work():
        choose_mail(the_reader(), wanted=request.form.getlist("wanted"))
    flash(_("Saved."), "success")
    return redirect(url_for("portal.me"), 303)


@needs(Action.WORK_ON_TICKETS)
def my_absence() -> BaseResponse:
    """Keep when one is away, and hand over what cannot wait."""
    form = _absence_form()
    if not form.validate_on_submit():
        return _page(_own_form(fresh=True), form, status=UNPROCESSABLE)
    hand_over_id = None
    # The form is valid, so both days are there.
    assert form.from_on.data is not None
    assert form.back_on.data is not None
    try:
        with unit_of_work():
            person, now = the_reader(), clock.now()
            substitute = db.session.get(Person, form.substitute.data or 0)
            go_away(
                person,
                from_on=form.from_on.data,
                back_on=form.back_on.data,
                note=form.note.data or "",
                substitute=substitute,
                zone=_zone(person),
                now=now,
            )
            if form.tickets.data in (URGENT, ALL):
                hand_over_id = begin_hand_over(
                    person,
                    to=substitute if form.where.data == TO_SUBSTITUTE else None,
                    reason=Reason.AWAY,
                    only_urgent=form.tickets.data == URGENT,
                    by=person,
                    now=now,
                ).id
    except Invalid as error:
        field = form[error.field]
        field.errors = [*field.errors, _(error.words, **error.facts)]
        return _page(_own_form(fresh=True), form, status=UNPROCESSABLE)
    words = _("Your absence is saved.")
    flash(f"{words} {hand_on(hand_over_id)}" if hand_over_id else words, "success")
    return redirect(url_for("portal.me", _anchor="absence"), 303)


@needs(Action.WORK_ON_TICKETS)
def my_return() -> BaseResponse:
    """Be back now, or not go at all."""
    with unit_of_work():
        come_back(the_reader(), now=clock.now())
    flash(_("You are here again. Tickets that were handed over stay where they are."), "success")
    return redirect(url_for("portal.me", _anchor="absence"), 303)


def _own_form(*, fresh: bool = False) -> MeForm:
    writes = may(the_reader(), Action.WORK_ON_TICKETS)
    kind = AgentForm if writes else MeForm
    form = kind(formdata=None, obj=the_reader()) if fresh else kind(obj=the_reader())
    form.offer(LANGUAGES)
    return form


def _absence_form(*, fresh: bool = False) -> AbsenceForm:
    person, now = the_reader(), clock.now()
    absence = absence_of(person, now=now)
    if fresh and absence is not None:
        form = AbsenceForm(
            formdata=None,
            from_on=absence.from_on,
            back_on=absence.back_on,
            note=absence.note,
            substitute=absence.substitute_id or 0,
            tickets=KEEP,
        )
    else:
        form = AbsenceForm(formdata=None) if fresh else AbsenceForm()
    away = away_now(now=now)
    others = [each for each in people_who_may(Action.WORK_ON_TICKETS) if each.id != person.id]
    form.offer([SelectChoice(str(each.id), name_with_absence(each, away)) for each in others])
    return form


def _zone(person: Person) -> ZoneInfo:
    return ZoneInfo(person.time_zone) if person.time_zone else settings().time_zone


def _page(form: MeForm, absence_form: AbsenceForm | None = None, *, status: int) -> Response:
    person, now = the_reader(), clock.now()
    works = may(person, Action.WORK_ON_TICKETS)
    absence = absence_of(person, now=now) if works else None
    body = render_template(
        "portal/me.html",
        form=form,
        person=person,
        unit=unit_of(person),
        time_zones=time_zones(),
        usual_zone=str(settings().time_zone),
        mails=[
            {
                "name": row.name,
                "when": _(row.when) if row.when else "",
                "must": _(row.must) if row.must else "",
                "wanted": row.wanted_by(person),
            }
            for row in mail_offered_to(person)
        ],
        absence_form=(absence_form or _absence_form(fresh=True)) if works else None,
        absence=absence,
        is_away=absence is not None and absence.starts_at <= now,
        unfinished=unfinished_count(person) if works else 0,
        stands_in=stands_in_for(person, now=now) if works else [],
    )
    return make_response(body, status)
