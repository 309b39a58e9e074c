"""The small steps by which a mailbox is set up; each asks only for what the next needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional, ValidationError

from helpdesk.core.errors import Invalid
from helpdesk.domain.accounts.actions import checked_address
from helpdesk.domain.correspondence.configuring import usual_port
from helpdesk.domain.correspondence.granting import is_shown_safely
from helpdesk.domain.correspondence.models import AfterKeeping, OldMail
from helpdesk.forms.admin.mailboxes import LANGUAGES
from helpdesk.forms.admin.offers import choices
from helpdesk.forms.admin.text import one_line, stripped
from helpdesk.forms.choices import SelectChoice

_SECURITY = {
    "tls": lazy_gettext("TLS from the start (usual)"),
    "starttls": lazy_gettext("STARTTLS"),
    "none": lazy_gettext("None: password and mail can be read on the way"),
}


class AddressForm(FlaskForm):
    """Step 1: the address, and who hosts it."""

    address = StringField(
        lazy_gettext("E-mail address"),
        [DataRequired(lazy_gettext("Write the address that requesters mail to.")), one_line],
        description=lazy_gettext("What requesters write to, and what our answers come from."),
        filters=[stripped],
    )
    name = StringField(
        lazy_gettext("Name"),
        [DataRequired(lazy_gettext("Give the mailbox a name.")), Length(max=60), one_line],
        description=lazy_gettext("A short name for lists and the command line, like “helpdesk”."),
        filters=[stripped],
    )
    provider = RadioField(
        lazy_gettext("Who hosts it?"),
        [DataRequired(lazy_gettext("Choose who hosts it."))],
        choices=[
            SelectChoice("microsoft", lazy_gettext("Microsoft 365 (Exchange Online, Outlook)")),
            SelectChoice("google", lazy_gettext("Google (Gmail, Workspace)")),
            SelectChoice("own", lazy_gettext("A server of our own, or another provider")),
        ],
    )

    def validate_address(self, field: Field) -> None:
        """One address."""
        try:
            checked_address(field.data or "")
        except Invalid:
            raise ValidationError(_("“%(text)s” is no e-mail address.", text=field.data)) from None


class SignInStepForm(FlaskForm):
    """Step 2: where the server is, and how it knows us."""

    host = StringField(
        lazy_gettext("Mail server"),
        [
            DataRequired(lazy_gettext("Write the name of the mail server.")),
            Length(max=255),
            one_line,
        ],
        filters=[stripped],
    )
    port = IntegerField(
        lazy_gettext("Port"),
        [Optional(), NumberRange(1, 65535, lazy_gettext("A port lies between 1 and 65535."))],
        description=lazy_gettext("Empty for the usual one: 993 with TLS, 143 otherwise."),
    )
    security = SelectField(
        lazy_gettext("Encryption"),
        default="tls",
        choices=[SelectChoice(key, label) for key, label in _SECURITY.items()],
    )
    verify_tls = BooleanField(lazy_gettext("Check the server’s certificate"), default=True)
    username = StringField(
        lazy_gettext("User name"),
        [
            DataRequired(lazy_gettext("Write the name that the server knows us by.")),
            Length(max=320),
            one_line,
        ],
        filters=[stripped],
    )
    grant = SelectField(lazy_gettext("How do we sign in?"), coerce=int, default=0)
    password = PasswordField(lazy_gettext("Password"), [Length(max=1000)])

    password_is_kept: bool = False
    has_grants: bool = False

    def offer(self, grants: Sequence[tuple[int, str]], *, by_password: bool) -> None:
        """Let these ways be chosen."""
        self.has_grants = bool(grants)
        ways = [(key, _("by the sign-in “%(name)s”", name=name)) for key, name in grants]
        self.grant.choices = choices([*([(0, _("by a password"))] if by_password else []), *ways])

    def validate_password(self, field: Field) -> None:
        """Needed where nothing else is shown to the server."""
        if not self.grant.data and not field.data and not self.password_is_kept:
            raise ValidationError(_("Write the password that the server wants."))

    def validate_security(self, field: Field) -> None:
        """A token opens the mailbox to whoever sees it."""
        if self.grant.data and not is_shown_safely(
            self.host.data or "", field.data or "", verify_tls=bool(self.verify_tls.data)
        ):
            raise ValidationError(
                _("A token is shown only over an encrypted connection with a checked certificate.")
            )

    @property
    def values(self) -> dict[str, Any]:
        """What the form says, by column of the mailbox; without the password."""
        return {
            "host": self.host.data or "",
            "port": self.port.data or usual_port(self.security.data),
            "security": self.security.data,
            "verify_tls": bool(self.verify_tls.data),
            "username": self.username.data or "",
            "grant_id": self.grant.data or None,
        }


class FolderForm(FlaskForm):
    """Step 3: which folder, what becomes of the mail there, and what the server is told."""

    folder = SelectField(lazy_gettext("Folder"))
    old_mail = RadioField(
        lazy_gettext("What should become of the mail that lies there?"),
        [DataRequired(lazy_gettext("Choose what should become of the old mail."))],
        default=OldMail.FROM_NOW_ON.value,
        choices=[
            SelectChoice(
                OldMail.FROM_NOW_ON.value,
                lazy_gettext("Leave it; take only what comes from now on"),
            ),
            SelectChoice(OldMail.SINCE.value, lazy_gettext("Take what came since a day")),
            SelectChoice(OldMail.EVERYTHING.value, lazy_gettext("Take everything")),
        ],
    )
    since = DateField(lazy_gettext("Since the day"), [Optional()])
    after_keeping = SelectField(
        lazy_gettext("When a mail is kept, on the server"),
        default=AfterKeeping.MARK_SEEN.value,
        choices=[
            SelectChoice(AfterKeeping.MARK_SEEN.value, lazy_gettext("mark it as read")),
            SelectChoice(AfterKeeping.LEAVE.value, lazy_gettext("leave it as it is")),
            SelectChoice(AfterKeeping.DELETE.value, lazy_gettext("delete it there")),
        ],
    )

    def offer(self, folders: Sequence[str]) -> None:
        """Let these folders be chosen."""
        self.folder.choices = choices([(name, name) for name in folders])

    def validate_since(self, field: Field) -> None:
        """A day is needed where it decides."""
        if self.old_mail.data == OldMail.SINCE.value and field.data is None:
            raise ValidationError(_("Write a day, like 2026-01-31."))

    @property
    def values(self) -> Mapping[str, Any]:
        """What the form says."""
        day = self.since.data if self.old_mail.data == OldMail.SINCE.value else None
        return {
            "folder": self.folder.data,
            "old_mail": self.old_mail.data,
            "old_mail_since": day.isoformat() if day else None,
            "after_keeping": self.after_keeping.data,
        }


class ReadyForm(FlaskForm):
    """Step 6: what becomes of its mail."""

    display_name = StringField(
        lazy_gettext("Sender’s name"),
        [Length(max=200), one_line],
        description=lazy_gettext(
            "The name that readers see beside the address, like “IT helpdesk”."
        ),
        filters=[stripped],
    )
    process_name = SelectField(lazy_gettext("Process"))
    queue = SelectField(
        lazy_gettext("Queue"),
        coerce=int,
        description=lazy_gettext("Where new tickets lie when no rule says otherwise."),
    )
    language = SelectField(
        lazy_gettext("Language"),
        choices=LANGUAGES,
        description=lazy_gettext(
            "Of our mail to people who chose none and whose words do not tell."
        ),
    )
    acknowledge = BooleanField(lazy_gettext("Tell the sender that the mail arrived"), default=True)

    def offer(
        self, processes: Sequence[tuple[str, str]], queues: Sequence[tuple[int, str]]
    ) -> None:
        """Let these processes and queues be chosen."""
        self.process_name.choices = choices(processes)
        self.queue.choices = choices(queues)

    @property
    def values(self) -> dict[str, Any]:
        """What the form says, by column of the mailbox."""
        return {
            "display_name": self.display_name.data or "",
            "process": self.process_name.data,
            "queue_id": self.queue.data or None,
            "language": self.language.data,
            "acknowledge": bool(self.acknowledge.data),
        }
