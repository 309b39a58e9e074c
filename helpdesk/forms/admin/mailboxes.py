"""How a mailbox is set up: its address, how its mail comes, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from helpdesk.core.errors import Invalid
from helpdesk.domain.accounts.actions import checked_address
from helpdesk.domain.correspondence.granting import is_shown_safely
from helpdesk.domain.correspondence.models import AfterKeeping, MailboxKind
from helpdesk.forms.admin.offers import choices
from helpdesk.forms.admin.text import one_line, stripped
from helpdesk.forms.admin.trust import TrustFields
from helpdesk.forms.choices import SelectChoice

LANGUAGES = [SelectChoice("en", "English"), SelectChoice("sv", "Svenska")]


class MailboxForm(TrustFields):
    """A mailbox as an administrator sees it; the password goes in and never comes out."""

    name = StringField(
        lazy_gettext("Name"),
        [
            DataRequired(lazy_gettext("Give the mailbox a name.")),
            Length(max=60),
            one_line,
        ],
        description=lazy_gettext("A short name for lists and the command line, like “helpdesk”."),
        filters=[stripped],
    )
    address = StringField(
        lazy_gettext("E-mail address"),
        [DataRequired(lazy_gettext("Write the address that requesters mail to.")), one_line],
        description=lazy_gettext("What requesters write to, and what our answers come from."),
        filters=[stripped],
    )
    aliases = StringField(
        lazy_gettext("Other addresses that lead here"),
        [one_line],
        description=lazy_gettext("Separated by commas. We never send mail to any of them."),
        filters=[stripped],
    )
    display_name = StringField(
        lazy_gettext("Sender’s name"),
        [Length(max=200), one_line],
        description=lazy_gettext(
            "The name that readers see beside the address, like “IT helpdesk”."
        ),
        filters=[stripped],
    )
    kind = RadioField(
        lazy_gettext("How does mail come?"),
        default=MailboxKind.IMAP.value,
        choices=[
            SelectChoice(
                MailboxKind.IMAP.value, lazy_gettext("We fetch it from a mail server (IMAP)")
            ),
            SelectChoice(
                MailboxKind.DOOR.value, lazy_gettext("It is handed to us (SMTP, LMTP or pipe)")
            ),
        ],
    )
    host = StringField(
        lazy_gettext("Mail server"),
        [Length(max=255), one_line],
        description=lazy_gettext("Like imap.example.org."),
        filters=[stripped],
    )
    security = SelectField(
        lazy_gettext("Encryption"),
        default="tls",
        choices=[
            SelectChoice("tls", lazy_gettext("TLS from the start (usual)")),
            SelectChoice("starttls", lazy_gettext("STARTTLS")),
            SelectChoice("none", lazy_gettext("None: password and mail can be read on the way")),
        ],
    )
    port = IntegerField(
        lazy_gettext("Port"),
        [
            Optional(),
            NumberRange(1, 65535, lazy_gettext("A port lies between 1 and 65535.")),
        ],
        description=lazy_gettext("Empty for the usual one: 993 with TLS, 143 otherwise."),
    )
    verify_tls = BooleanField(
        lazy_gettext("Check the server’s certificate"),
        default=True,
        description=lazy_gettext(
            "Leave it on, unless the server has a certificate of its own making."
        ),
    )
    username = StringField(
        lazy_gettext("User name"), [Length(max=320), one_line], filters=[stripped]
    )
    grant = SelectField(lazy_gettext("How do we sign in?"), coerce=int, default=0)
    password = PasswordField(lazy_gettext("Password"), [Length(max=1000)])
    kept = HiddenField()
    folder = StringField(
        lazy_gettext("Folder"), [Length(max=200), one_line], default="INBOX", filters=[stripped]
    )
    after_keeping = SelectField(
        lazy_gettext("When a mail is kept, on the server"),
        default=AfterKeeping.MARK_SEEN.value,
        choices=[
            SelectChoice(AfterKeeping.MARK_SEEN.value, lazy_gettext("mark it as read")),
            SelectChoice(AfterKeeping.LEAVE.value, lazy_gettext("leave it as it is")),
            SelectChoice(AfterKeeping.MOVE.value, lazy_gettext("move it to another folder")),
            SelectChoice(AfterKeeping.DELETE.value, lazy_gettext("delete it there")),
        ],
    )
    move_to = StringField(
        lazy_gettext("Move to the folder"),
        [Length(max=200), one_line],
        description=lazy_gettext("Only when mail is moved. It is made when it is missing."),
        filters=[stripped],
    )
    poll_seconds = IntegerField(
        lazy_gettext("Seconds between two looks"),
        [
            InputRequired(lazy_gettext("Write a number of seconds.")),
            NumberRange(1, 86400, lazy_gettext("From one second to a day (86400).")),
        ],
        default=60,
    )
    idle = BooleanField(
        lazy_gettext("Let the server tell at once when mail comes (IDLE)"), default=True
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
    plus_addressing = BooleanField(
        lazy_gettext("The server delivers plus addresses (helpdesk+x@example.org)"),
        default=True,
        description=lazy_gettext(
            "Answers then find their ticket even when a mail program drops the headers."
        ),
    )
    trust_reply_to = BooleanField(
        lazy_gettext("Believe Reply-To"),
        description=lazy_gettext("Only for mail from web forms, which write on somebody’s behalf."),
    )
    silent_after_hours = IntegerField(
        lazy_gettext("Hours without mail before an alarm"),
        [Optional(), NumberRange(0, 8760, lazy_gettext("From 0 (never) to 8760, a year."))],
        default=0,
        description=lazy_gettext(
            "Administrators get a mail when nothing has come for so long; 0 where silence is usual."
        ),
    )
    position = IntegerField(
        lazy_gettext("Place in the order"),
        [Optional(), NumberRange(0, 10_000)],
        description=lazy_gettext(
            "When one mail comes to several mailboxes, the lowest number decides."
        ),
    )
    active = BooleanField(
        lazy_gettext("In use"),
        default=True,
        description=lazy_gettext("Switched off, nothing is fetched and nothing is sent from here."),
    )

    password_is_kept: bool = False

    def offer(
        self,
        processes: Sequence[tuple[str, str]],
        queues: Sequence[tuple[int, str]],
        grants: Sequence[tuple[int, str]] = (),
    ) -> None:
        """Let these processes, queues and sign-ins be chosen."""
        self.process_name.choices = choices(processes)
        self.queue.choices = choices(queues)
        by_grants = [(key, _("by the sign-in “%(name)s”", name=name)) for key, name in grants]
        self.grant.choices = choices([(0, _("by a password")), *by_grants])

    def validate_address(self, field: Field) -> None:
        """One address."""
        _check(field.data)

    def validate_aliases(self, field: Field) -> None:
        """Addresses, each of them."""
        for alias in self.alias_list:
            _check(alias)

    def validate_host(self, field: Field) -> None:
        """Only a mailbox that is fetched needs a server."""
        if self.is_fetched and not field.data:
            raise ValidationError(_("Write the name of the mail server."))

    def validate_username(self, field: Field) -> None:
        """Only a mailbox that is fetched needs a user."""
        if self.is_fetched and not field.data:
            raise ValidationError(_("Write the name that the server knows us by."))

    def validate_move_to(self, field: Field) -> None:
        """A folder is needed where mail is moved, and not the one that it comes from."""
        if not self.is_fetched or self.after_keeping.data != AfterKeeping.MOVE.value:
            return
        if not field.data:
            raise ValidationError(_("Write the folder that mail is moved to."))
        if field.data == self.folder.data:
            raise ValidationError(_("Mail moved there would be fetched again. Choose another."))

    def validate_security(self, field: Field) -> None:
        """A token opens the mailbox to whoever sees it."""
        if (
            self.is_fetched
            and self.grant.data
            and not is_shown_safely(
                self.host.data or "", field.data or "", verify_tls=bool(self.verify_tls.data)
            )
        ):
            raise ValidationError(
                _("A token is shown only over an encrypted connection with a checked certificate.")
            )

    @property
    def is_fetched(self) -> bool:
        """Whether we fetch the mail."""
        return bool(self.kind.data == MailboxKind.IMAP.value)

    @property
    def alias_list(self) -> list[str]:
        """The other addresses."""
        return [each.strip() for each in (self.aliases.data or "").split(",") if each.strip()]

    @property
    def values(self) -> dict[str, Any]:
        """What the form says, by column of the mailbox; without the password."""
        names = (
            *("name", "address", "display_name", "kind", "host", "security", "verify_tls"),
            *("username", "after_keeping", "move_to", "poll_seconds", "idle"),
            *("language", "acknowledge", "plus_addressing", "trust_reply_to", "active"),
        )
        values: dict[str, Any] = {name: self[name].data for name in names}
        values = {name: "" if value is None else value for name, value in values.items()}
        values["address"] = str(values["address"]).lower()
        values["aliases"] = [alias.lower() for alias in self.alias_list]
        values |= self.trust_values
        values["port"] = self.port.data or (993 if self.security.data == "tls" else 143)
        values["folder"] = self.folder.data or "INBOX"
        values["process"] = self.process_name.data
        values["queue_id"] = self.queue.data or None
        values["grant_id"] = (self.grant.data or None) if self.is_fetched else None
        values["silent_after_hours"] = self.silent_after_hours.data or 0
        if self.position.data is not None:
            values["position"] = self.position.data
        return values


def _check(address: str | None) -> None:
    try:
        checked_address(address or "")
    except Invalid:
        raise ValidationError(_("“%(text)s” is no e-mail address.", text=address)) from None
