"""The forms beside a ticket: what can be decided now, and why something cannot."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask_babel import gettext as _

from helpdesk.domain.processes import Standing
from helpdesk.domain.tickets.actions import refusal
from helpdesk.domain.tickets.models import Ticket
from helpdesk.forms.desk.belonging import (
    LinkForm,
    MergeForm,
    SeparateForm,
    SnoozeForm,
    UnlinkForm,
    WakeForm,
)
from helpdesk.forms.desk.ticket import (
    NO_SERVICE,
    NOBODY,
    AssignForm,
    MoveForm,
    NoteForm,
    PlaceForm,
    PriorityForm,
    ReplyForm,
    SubjectForm,
    SupplierForm,
    TakeForm,
    TicketForm,
    WatchForm,
)
from helpdesk.web.desk.choices import person_choices, queue_choices, service_choices
from helpdesk.web.desk.page import TicketPage, WithSupplier


@dataclass(frozen=True, slots=True)
class Move:
    """A transition as a button; `refusal` says why it cannot be pressed, `final` that it ends."""

    target: str
    label: str
    refusal: str | None
    final: bool


@dataclass(frozen=True, slots=True)
class ReplyAnd:
    """A reply that moves the ticket in the same act."""

    target: str
    label: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """All forms of a ticket page. One of them may be a form that was sent and came back."""

    reply: ReplyForm
    note: NoteForm
    suppliers: tuple[SupplierForm, ...]
    take: TakeForm
    assign: AssignForm
    move: MoveForm
    place: PlaceForm
    priority: PriorityForm
    rename: SubjectForm
    watch: WatchForm
    snooze: SnoozeForm
    wake: WakeForm
    link: LinkForm
    unlink: UnlinkForm
    merge: MergeForm
    separate: SeparateForm

    def form_named(self, name: str) -> TicketForm:
        """The form of that name; AttributeError for one that the page does not have."""
        of_supplier = (each for each in self.suppliers if each.name == name)
        found: TicketForm = next(of_supplier, None) or getattr(self, name)
        return found


def decisions(page: TicketPage, came_back: TicketForm | None = None) -> Decisions:
    """Fresh forms for the ticket as it is now; `came_back` keeps what was typed and chosen."""
    ticket = page.ticket
    seen = ticket.version
    forms = Decisions(
        reply=ReplyForm(seen=seen, fresh=True),
        note=NoteForm(seen=seen, fresh=True),
        suppliers=(
            *(_goes_on(each, seen) for each in page.conversations),
            SupplierForm(seen=seen, fresh=True),
        ),
        take=TakeForm(seen=seen, fresh=True),
        assign=AssignForm(
            seen=seen, fresh=True, data={"person": str(ticket.assignee_id or NOBODY)}
        ),
        move=MoveForm(seen=seen, fresh=True),
        place=PlaceForm(
            seen=seen,
            fresh=True,
            data={
                "process_name": ticket.process,
                "queue": ticket.queue_id,
                "service": ticket.service_id or NO_SERVICE,
            },
        ),
        priority=PriorityForm(
            seen=seen, fresh=True, data={"impact": ticket.impact, "urgency": ticket.urgency}
        ),
        rename=SubjectForm(seen=seen, fresh=True, data={"subject": ticket.subject}),
        watch=WatchForm(seen=seen, fresh=True),
        snooze=SnoozeForm(seen=seen, fresh=True),
        wake=WakeForm(seen=seen, fresh=True),
        link=LinkForm(seen=seen, fresh=True),
        unlink=UnlinkForm(seen=seen, fresh=True),
        merge=MergeForm(seen=seen, fresh=True),
        separate=SeparateForm(seen=seen, fresh=True),
    )
    _offer(forms.assign, page)
    _offer(forms.place, page)
    if came_back is None:
        return forms
    # The next press is about the ticket as it is shown now.
    came_back.seen.data = str(seen)
    _offer(came_back, page)
    if isinstance(came_back, SupplierForm):
        among = (came_back if each.name == came_back.name else each for each in forms.suppliers)
        return replace(forms, suppliers=tuple(among))
    return replace(forms, **{came_back.name: came_back})


def _goes_on(conversation: WithSupplier, seen: int) -> SupplierForm:
    people = ", ".join(
        f"{person.name} <{person.email}>" if person.name else person.email
        for person in conversation.people
    )
    return SupplierForm(
        conversation.id,
        seen=seen,
        fresh=True,
        data={"to": people, "subject": conversation.subject},
    )


def _offer(form: TicketForm, page: TicketPage) -> None:
    if isinstance(form, AssignForm):
        fitting = [each for each in page.queues if each.process in (None, page.ticket.process)]
        form.offer(person_choices(page.agents, page.away), queue_choices(fitting))
    if isinstance(form, PlaceForm):
        queues = {queue.id: queue for queue in page.queues}
        form.offer(queue_choices(page.queues), queues, service_choices(page.services))


def moves(ticket: Ticket) -> list[Move]:
    """The transitions that leave the ticket's state, as buttons."""
    process = ticket.process_spec
    return [
        Move(
            transition.target,
            _(transition.label),
            _said(refusal(ticket, transition.target)),
            final=not process.moves_from(transition.target),
        )
        for transition in process.moves_from(ticket.state)
    ]


def _said(reason: str | None) -> str | None:
    return _(reason) if reason else None


def replies_and(ticket: Ticket) -> list[ReplyAnd]:
    """The states that a reply can bring the ticket to: waiting for its answer, and resolved."""
    process = ticket.process_spec
    found = []
    for state in process.states:
        awaits = state.standing is Standing.WAITING and state.name in process.on_answer
        if awaits and _can_become(ticket, state.name):
            found.append(ReplyAnd(state.name, _("Send and wait for the answer")))
    if _can_become(ticket, process.resolved):
        found.append(ReplyAnd(process.resolved, _("Send and resolve")))
    return found


def asks_and(ticket: Ticket) -> list[ReplyAnd]:
    """The state that words to a supplier can bring the ticket to: waiting for the supplier."""
    waits = ticket.process_spec.awaits_supplier
    if not waits or not _can_become(ticket, waits):
        return []
    return [ReplyAnd(waits, _("Send and wait for the supplier"))]


def _can_become(ticket: Ticket, target: str) -> bool:
    return ticket.state == target or refusal(ticket, target) is None
