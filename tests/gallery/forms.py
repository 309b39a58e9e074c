"""Forms of the gallery: as they are at first, and as they come back with errors."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FileField,
    Form,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, NumberRange


class FaultForm(Form):
    """What a requester fills in to report a fault."""

    subject = StringField("What is wrong?", [DataRequired("Write what is wrong, in a few words")])
    service = SelectField(
        "Where does it happen?",
        choices=[("", "I do not know"), ("mail", "E-mail"), ("print", "Printing")],
    )
    words = TextAreaField(
        "Tell us more",
        [Length(max=5000)],
        description="What did you do, and what happened? Leave out passwords.",
    )
    who = RadioField(
        "Who is affected?",
        [DataRequired("Choose who is affected")],
        choices=[("me", "Only me"), ("some", "Several colleagues"), ("all", "All of us")],
    )
    picture = FileField("Picture of the screen", description="At most 25 MB.")


class MailboxForm(Form):
    """What an administrator fills in for a mailbox."""

    name = StringField("Name", [DataRequired("Give the mailbox a name")])
    address = StringField(
        "Address",
        [DataRequired("Write the address that requesters mail to")],
        description="What requesters write to, like it@example.org.",
    )
    host = StringField("IMAP server", [DataRequired("Write the name of the server")])
    port = IntegerField("Port", [NumberRange(1, 65535, "A port lies between 1 and 65535")])
    password = PasswordField("Password")
    plus = BooleanField(
        "The server delivers plus addresses (it+x@example.org)",
        description="Answers are then matched even when a mail program drops the headers.",
    )


class SignInForm(Form):
    """Address and password."""

    email = StringField("E-mail address", [DataRequired()])
    password = PasswordField("Password", [DataRequired()])
    remember = BooleanField("Stay signed in on this device")


def fault() -> FaultForm:
    return FaultForm()


def wrong_fault() -> FaultForm:
    written = {"service": "print", "words": "The printer on floor 3 says: out of paper."}
    form = FaultForm(MultiDict(written))
    form.validate()
    return form


def mailbox() -> MailboxForm:
    written = {"name": "IT", "address": "it@example.org", "port": "993", "plus": "y"}
    return MailboxForm(MultiDict(written))


def wrong_mailbox() -> MailboxForm:
    form = MailboxForm(MultiDict({"name": "IT", "port": "99999"}))
    form.validate()
    return form


def sign_in() -> SignInForm:
    return SignInForm()
