"""A routing rule, and what it is tried on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from helpdesk.forms.admin.offers import choices
from helpdesk.forms.admin.text import stripped
from helpdesk.forms.choices import SelectChoice

CONDITIONS = ("sender", "recipient", "subject", "words", "header")


class RuleForm(FlaskForm):
    """Conditions that must all hold, and decisions that then apply; empty ones say nothing."""

    name = StringField(
        lazy_gettext("Name"),
        [DataRequired(lazy_gettext("Give the rule a name.")), Length(max=200)],
        description=lazy_gettext("Agents read it on each ticket that the rule placed."),
        filters=[stripped],
    )
    sender = StringField(
        lazy_gettext("From"),
        [Length(max=320)],
        description=lazy_gettext(
            "An address, @example.com for all of a domain, or a pattern with *."
        ),
        filters=[stripped],
    )
    recipient = StringField(
        lazy_gettext("To"),
        [Length(max=320)],
        description=lazy_gettext("Any address that the mail was for, written in the same way."),
        filters=[stripped],
    )
    subject = StringField(
        lazy_gettext("The subject contains"), [Length(max=300)], filters=[stripped]
    )
    words = StringField(
        lazy_gettext("One of these words occurs"),
        [Length(max=2000)],
        description=lazy_gettext("Separated by commas; looked for in the subject and in the text."),
        filters=[stripped],
    )
    header = StringField(
        lazy_gettext("A header contains"),
        [Length(max=500)],
        description=lazy_gettext("Its name, a colon, and a part of its value: X-Priority: 1"),
        filters=[stripped],
    )
    process_name = SelectField(lazy_gettext("Process"))
    queue = SelectField(lazy_gettext("Queue"), coerce=int)
    service = SelectField(lazy_gettext("Service"), coerce=int)
    priority = SelectField(
        lazy_gettext("Priority"),
        coerce=int,
        choices=[
            SelectChoice("0", lazy_gettext("as usual")),
            SelectChoice("1", lazy_gettext("1, critical")),
            SelectChoice("2", lazy_gettext("2, high")),
            SelectChoice("3", lazy_gettext("3, normal")),
            SelectChoice("4", lazy_gettext("4, low")),
        ],
    )
    active = BooleanField(lazy_gettext("In use"), default=True)

    def offer(
        self,
        processes: Sequence[tuple[str, str]],
        queues: Sequence[tuple[int, str]],
        services: Sequence[tuple[int, str]],
    ) -> None:
        """Let these be chosen, besides leaving it to the mailbox."""
        self.process_name.choices = choices([("", _("as the mailbox says")), *processes])
        self.queue.choices = choices([(0, _("as the mailbox says")), *queues])
        self.service.choices = choices([(0, _("none")), *services])

    def validate_header(self, field: Field) -> None:
        """A name before the colon."""
        if field.data and not field.data.partition(":")[0].strip():
            raise ValidationError(_("Write the name of the header, a colon, and a part of it."))
        if field.data and ":" not in field.data:
            raise ValidationError(_("Write the name of the header, a colon, and a part of it."))

    @property
    def holds_for_everything(self) -> bool:
        """Whether no condition is filled in."""
        return not any(self[name].data for name in CONDITIONS)

    @property
    def values(self) -> dict[str, Any]:
        """What the form says, by column of the rule."""
        values: dict[str, Any] = {name: self[name].data or "" for name in ("name", *CONDITIONS)}
        return values | {
            "process": self.process_name.data or None,
            "queue_id": self.queue.data or None,
            "service_id": self.service.data or None,
            "priority": self.priority.data or None,
            "active": self.active.data,
        }


class TryForm(FlaskForm):
    """A mail to try the rules on: made up, or one that came."""

    class Meta:
        """It changes nothing, so it is asked for by an address that can be kept."""

        csrf = False

    mail = SelectField(lazy_gettext("A mail that came"), coerce=int, default=0)
    sender = StringField(lazy_gettext("From"), [Length(max=320)], filters=[stripped])
    recipient = StringField(lazy_gettext("To"), [Length(max=320)], filters=[stripped])
    subject = StringField(lazy_gettext("Subject"), [Length(max=300)], filters=[stripped])
    text = TextAreaField(lazy_gettext("Words"), [Length(max=20_000)], filters=[stripped])

    @property
    def is_filled(self) -> bool:
        """Whether there is anything to try."""
        return bool(
            self.mail.data
            or self.sender.data
            or self.subject.data
            or (self.text.data or "").strip()
        )
