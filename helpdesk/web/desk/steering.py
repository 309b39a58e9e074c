"""What agents decide about a ticket: who, where, how urgent, which state, what it is called."""

from __future__ import annotations

from flask import flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.errors import Invalid
from helpdesk.domain.accounts.absence import away_now
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.accounts.queries import people_who_may, person_by_id
from helpdesk.domain.services.queries import services
from helpdesk.domain.tickets import actions
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries import queues
from helpdesk.forms.desk.ticket import (
    AssignForm,
    MoveForm,
    PlaceForm,
    PriorityForm,
    SubjectForm,
    TakeForm,
    WatchForm,
)
from helpdesk.web.account import me
from helpdesk.web.away import absence_words
from helpdesk.web.desk.acting import carry_out
from helpdesk.web.desk.choices import person_choices, queue_choices, service_choices
from helpdesk.web.desk.door import blueprint
from helpdesk.web.security import needs

Answer = Response | tuple[str, int]


@blueprint.post("/tickets/<int:number>/take")
@needs(Action.WORK_ON_TICKETS)
def take(number: int) -> Answer:
    """Become responsible."""
    form = TakeForm()

    def act(ticket: Ticket) -> None:
        actions.assign(ticket, to=me(), seen=form.version, by=me(), now=clock.now())

    return carry_out(number, form, act, said=_("It is yours now."))


@blueprint.post("/tickets/<int:number>/assign")
@needs(Action.WORK_ON_TICKETS)
def assign(number: int) -> Answer:
    """Make somebody responsible, or nobody; or hand the ticket to a function's queue."""
    form = AssignForm()
    form.offer(person_choices(people_who_may(Action.WORK_ON_TICKETS)), queue_choices(queues()))
    away = away_now(now=clock.now(), among=(form.person_id or 0,))
    warnings = [absence_words(absence) for absence in away.values()]

    def act(ticket: Ticket) -> None:
        queue = next((each for each in queues() if each.id == form.queue_id), None)
        if queue is not None:
            actions.place(ticket, queue=queue, seen=form.version, by=me(), now=clock.now())
            # Whoever worked on it does so no more; it waits there for whoever takes it.
            actions.assign(ticket, to=None, by=me(), now=clock.now())
            return
        to = person_by_id(form.person_id) if form.person_id else None
        actions.assign(ticket, to=to, seen=form.version, by=me(), now=clock.now())

    answer = carry_out(number, form, act, said=_("Saved."))
    if isinstance(answer, Response):
        for words in warnings:
            flash(words, "warning")
    return answer


@blueprint.post("/tickets/<int:number>/move")
@needs(Action.WORK_ON_TICKETS)
def move(number: int) -> Answer:
    """Bring the ticket to another state."""
    form = MoveForm()

    def act(ticket: Ticket) -> None:
        target = form.target.data or ""
        actions.move(ticket, target=target, seen=form.version, by=me(), now=clock.now())

    return carry_out(number, form, act, said=_("The state is changed."))


@blueprint.post("/tickets/<int:number>/place")
@needs(Action.WORK_ON_TICKETS)
def place(number: int) -> Answer:
    """Put the ticket in another process, queue or service."""
    form = PlaceForm()
    all_queues, all_services = queues(), services()
    by_id = {queue.id: queue for queue in all_queues}
    form.offer(queue_choices(all_queues), by_id, service_choices(all_services))

    def act(ticket: Ticket) -> None:
        actions.place(
            ticket,
            queue=next((each for each in queues() if each.id == form.queue.data), None),
            process=form.process_name.data,
            service=next((each for each in services() if each.id == form.service.data), None),
            seen=form.version,
            by=me(),
            now=clock.now(),
        )

    return carry_out(number, form, act, said=_("Saved."))


@blueprint.post("/tickets/<int:number>/prioritise")
@needs(Action.WORK_ON_TICKETS)
def prioritise(number: int) -> Answer:
    """Say how bad it is and how soon it is needed."""
    form = PriorityForm()

    def act(ticket: Ticket) -> None:
        actions.prioritise(
            ticket,
            impact=form.impact.data,
            urgency=form.urgency.data,
            seen=form.version,
            by=me(),
            now=clock.now(),
        )

    return carry_out(number, form, act, said=_("Saved."))


@blueprint.post("/tickets/<int:number>/rename")
@needs(Action.WORK_ON_TICKETS)
def rename(number: int) -> Answer:
    """Give the ticket another subject."""
    form = SubjectForm()

    def act(ticket: Ticket) -> None:
        subject = form.subject.data or ""
        actions.rename(ticket, subject=subject, seen=form.version, by=me(), now=clock.now())

    return carry_out(number, form, act, said=_("Saved."))


@blueprint.post("/tickets/<int:number>/watch")
@needs(Action.WORK_ON_TICKETS)
def watch(number: int) -> Answer:
    """Follow the ticket."""
    form = WatchForm()

    def act(ticket: Ticket) -> None:
        actions.watch(ticket, person=me(), by=me(), now=clock.now())

    return carry_out(number, form, act, said=_("You follow the ticket now."))


@blueprint.post("/tickets/<int:number>/unwatch")
@needs(Action.WORK_ON_TICKETS)
def unwatch(number: int) -> Answer:
    """Stop following the ticket, oneself or somebody else."""
    form = WatchForm()

    def act(ticket: Ticket) -> None:
        actions.unwatch(ticket, person=_named(form), by=me(), now=clock.now())

    return carry_out(number, form, act, said=_("Saved."))


def _named(form: WatchForm) -> Person:
    if not form.person.data:
        return me()
    person = person_by_id(int(form.person.data))
    if person is None:
        raise Invalid("person", _("There is nobody like that."))
    return person
