"""What an agent decides about a ticket: a form for each, which says which version was seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    Field,
    HiddenField,
    MultipleFileField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from helpdesk.domain.processes import PROCESSES
from helpdesk.domain.tickets.models import Queue
from helpdesk.forms.choices import SelectChoice
from helpdesk.forms.desk.people import Addressee, addressees

NOBODY = 0
NO_SERVICE = 0
# How a queue stands among the people to whom a ticket can be assigned.
_OF_QUEUE = "queue-"

Choices = Sequence[SelectChoice]


class TicketForm(FlaskForm):
    """Anything done to a ticket; `seen` is the version that the agent had in front of them."""

    name = ""
    seen = HiddenField(validators=[Regexp(r"\d{1,9}\Z")])

    def __init__(self, *, seen: int | None = None, fresh: bool = False, **values: Any) -> None:
        """A form that was sent, or (`fresh`) one that is only shown."""
        if fresh:
            values["formdata"] = None
        super().__init__(prefix=self.name, **values)
        if fresh:
            self.seen.data = str(seen)

    @property
    def version(self) -> int:
        """The version that was seen; only after validation."""
        return int(self.seen.data or 0)


class WordsForm(TicketForm):
    """Words with files; `carried` are files that came with an earlier try."""

    text = TextAreaField()
    files = MultipleFileField(lazy_gettext("Attach files"))
    carried: Sequence[Any] = ()

    def validate_text(self, field: Field) -> None:
        """A text or a file, but not nothing."""
        if not (field.data or "").strip() and not self.carried:
            raise ValidationError(_("Write something, or attach a file."))


class ReplyForm(WordsForm):
    """Words to the requester; `then` is the state that the ticket gets with them."""

    name = "reply"
    text = TextAreaField(lazy_gettext("Your reply"))
    cc = StringField(
        lazy_gettext("Copy to"),
        [Length(max=5000)],
        description=lazy_gettext(
            "Addresses or names, with commas between. They follow the ticket from then on."
        ),
    )
    then = StringField(validators=[Optional(), Length(max=20)])
    copies: tuple[Addressee, ...] = ()

    def validate_cc(self, field: Field) -> None:
        """Everybody in the list must be somebody to whom one can write."""
        self.copies = addressees(field.data or "")


class SupplierForm(WordsForm):
    """Words to a supplier: the first ones, or more in the conversation `conversation_id`.

    `to` is who gets them, and from then on all that is written there.
    """

    name = "supplier"
    conversation_id: int | None = None
    text = TextAreaField(lazy_gettext("Your words to the supplier"))
    to = StringField(
        lazy_gettext("To"),
        [InputRequired(lazy_gettext("Write the address of the supplier.")), Length(max=5000)],
        description=lazy_gettext("Addresses or names, with commas between."),
    )
    subject = StringField(
        lazy_gettext("Subject"),
        [Length(max=300)],
        description=lazy_gettext("The supplier sees this one, and not what the requester wrote."),
    )
    then = StringField(validators=[Optional(), Length(max=20)])
    people: tuple[Addressee, ...] = ()

    def __init__(self, conversation_id: int | None = None, **values: Any) -> None:
        """A conversation that is to begin, or one that goes on."""
        if conversation_id is not None:
            self.name, self.conversation_id = f"s{conversation_id}", conversation_id
        super().__init__(**values)

    def validate_to(self, field: Field) -> None:
        """Everybody must be somebody to whom one can write."""
        self.people = addressees(field.data or "")

    def validate_subject(self, field: Field) -> None:
        """A conversation begins with a subject, and keeps it."""
        if self.conversation_id is None and not (field.data or "").strip():
            raise ValidationError(_("Write in a few words what you ask the supplier about."))


class NoteForm(WordsForm):
    """Words for agents only."""

    name = "note"
    text = TextAreaField(lazy_gettext("Your note"))


class TakeForm(TicketForm):
    """Makes the agent who presses it responsible."""

    name = "take"


class AssignForm(TicketForm):
    """Who is responsible: a person, nobody, or whoever takes it from a function's queue."""

    name = "assign"
    person = SelectField(lazy_gettext("Assigned to"))

    def offer(self, people: Choices, queues: Choices) -> None:
        """Let these people, nobody, or these queues be chosen."""
        self.person.choices = [
            SelectChoice(str(NOBODY), _("Nobody")),
            *people,
            *(
                SelectChoice(
                    f"{_OF_QUEUE}{each.value}",
                    _("Queue: %(name)s", name=each.label),
                    optgroup=each.optgroup,
                )
                for each in queues
            ),
        ]

    @property
    def person_id(self) -> int | None:
        """The person who was chosen."""
        data = self.person.data or ""
        return int(data) or None if data.isdecimal() else None

    @property
    def queue_id(self) -> int | None:
        """The queue that was chosen."""
        data = self.person.data or ""
        return int(data.removeprefix(_OF_QUEUE)) if data.startswith(_OF_QUEUE) else None


class MoveForm(TicketForm):
    """Which state comes next."""

    name = "move"
    target = StringField(validators=[InputRequired(), Length(max=20)])


class PlaceForm(TicketForm):
    """Which process, queue and service."""

    name = "place"
    # WTForms keeps the shorter name for a method of its own.
    process_name = SelectField(lazy_gettext("Process"))
    queue = SelectField(lazy_gettext("Queue"), coerce=int)
    service = SelectField(lazy_gettext("Service"), coerce=int)
    queues: Mapping[int, Queue] = {}

    def offer(self, queues: Choices, by_id: Mapping[int, Queue], services: Choices) -> None:
        """Let these queues (by function) and services be chosen."""
        self.process_name.choices = process_choices()
        self.queue.choices = list(queues)
        self.queues = by_id
        self.service.choices = [SelectChoice(str(NO_SERVICE), _("No service yet")), *services]

    def validate_queue(self, field: Field) -> None:
        """A queue may be for one process only."""
        refuse_foreign_queue(self.queues.get(field.data), self.process_name.data)


class PriorityForm(TicketForm):
    """How bad it is and how soon it is needed, from which the priority follows."""

    name = "priority"
    impact = SelectField(
        lazy_gettext("Impact"),
        coerce=int,
        choices=[
            SelectChoice("1", lazy_gettext("High: many people")),
            SelectChoice("2", lazy_gettext("Usual: some people")),
            SelectChoice("3", lazy_gettext("Low: one person")),
        ],
    )
    urgency = SelectField(
        lazy_gettext("Urgency"),
        coerce=int,
        choices=[
            SelectChoice("1", lazy_gettext("High: work stands still")),
            SelectChoice("2", lazy_gettext("Usual: work is hindered")),
            SelectChoice("3", lazy_gettext("Low: it can wait")),
        ],
    )


class SubjectForm(TicketForm):
    """What the ticket is called."""

    name = "rename"
    subject = StringField(
        lazy_gettext("Subject"),
        [InputRequired(lazy_gettext("A ticket needs a subject.")), Length(max=300)],
    )


class WatchForm(TicketForm):
    """Who follows the ticket, or no longer does; without a name, the agent."""

    name = "watch"
    person = StringField(validators=[Optional(), Regexp(r"\d{1,9}\Z")])


def process_choices() -> list[SelectChoice]:
    """The processes as choices."""
    return [SelectChoice(process.name, _(process.label)) for process in PROCESSES.values()]


def refuse_foreign_queue(queue: Queue | None, process: str | None) -> None:
    """ValidationError in words when the queue is only for another process."""
    if queue is not None and queue.process not in (None, process):
        raise ValidationError(
            _(
                "This queue is only for the process %(process)s.",
                process=_(PROCESSES[queue.process].label),
            )
        )
