"""The words of administration: what states, doors, kinds and fields are called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from helpdesk.core.said import said
from helpdesk.core.words import N_
from helpdesk.domain.accounts.permissions import ROLE_LABELS, ROLE_SENTENCES, Role
from helpdesk.domain.processes import PROCESSES
from helpdesk.web.admin.door import blueprint
from helpdesk.web.filters import exact

# Where an inbound mail is (see `reconciliation.PLACES`): label and kind of chip.
PLACES: Mapping[str, tuple[str, str]] = {
    "new": (N_("Filed as new tickets"), "done"),
    "answer": (N_("Filed as answers"), "done"),
    "quietly": (N_("Filed quietly"), "done"),
    "copy": (N_("Copies"), ""),
    "report": (N_("Delivery reports"), ""),
    "set-aside": (N_("Set aside"), "waiting"),
    "failed": (N_("Failed"), "late"),
    "waiting": (N_("Waiting to be filed"), "new"),
}

# Label and kind of chip for a mail's state in the database.
INBOUND_STATES: Mapping[str, tuple[str, str]] = {
    "waiting": (N_("Waiting"), "new"),
    "filed": (N_("Filed"), "done"),
    "filed quietly": (N_("Filed quietly"), "done"),
    "matched report": (N_("Delivery report"), ""),
    "copy": (N_("Copy"), ""),
    "set aside": (N_("Set aside"), "waiting"),
    "failed": (N_("Failed"), "late"),
}

OUTBOUND_STATES: Mapping[str, tuple[str, str]] = {
    "waiting": (N_("Waiting"), "new"),
    "sending": (N_("Sending"), "open"),
    "sent": (N_("Sent"), "done"),
    "captured": (N_("Captured"), "done"),
    "failed": (N_("Failed"), "late"),
    "bounced": (N_("Came back"), "late"),
    "cancelled": (N_("Cancelled"), ""),
}

# What a mail of ours says, by the name of its notification.
NOTIFICATION_LABELS: Mapping[str, str] = {
    "received": N_("Your mail arrived"),
    "we-wrote-to-you": N_("We write to you"),
    "answered": N_("We have answered"),
    "resolved": N_("Your ticket is solved"),
    "declined": N_("Your request was declined"),
    "requester-answered": N_("The requester answered"),
    "assigned-to-you": N_("Assigned to you"),
    "answered-while-away": N_("The requester answered while the agent is away"),
    "handed-over-to-you": N_("Tickets handed over to you"),
    "goes-on-together": N_("It goes on in another ticket"),
    "back-again": N_("A ticket that was put off is back"),
    "asked-of-you": N_("We ask a supplier"),
    "supplier-answered": N_("The supplier answered"),
    "mentioned-you": N_("Mentioned in a note"),
    "note-written": N_("A note was written"),
    "new-link": N_("A new link to the ticket"),
    "sign-in-help": N_("A link to choose a password"),
    "sign-in-link": N_("A link to sign in"),
    "it-works-again": N_("It works again"),
    "mailbox-alarm": N_("Mail does not come in"),
    "mailbox-works-again": N_("Mail comes in again"),
}

STAGES: Mapping[str, str] = {
    "keep": N_("Kept"),
    "fetch": N_("Fetched"),
    "fault": N_("Put off"),
    "parse": N_("Read"),
    "guard": N_("Judged"),
    "thread": N_("Threaded"),
    "route": N_("Placed"),
    "file": N_("Filed"),
    "copy": N_("Compared"),
    "report": N_("Matched"),
    "by hand": N_("By hand"),
    "failed": N_("Failed"),
}

DOORS: Mapping[str, str] = {
    "imap": N_("fetched by IMAP"),
    "smtp": N_("handed in by SMTP"),
    "lmtp": N_("handed in by LMTP"),
    "pipe": N_("handed in by pipe"),
}

THINGS: Mapping[str, str] = {
    "mailbox": N_("Mailbox"),
    "grant": N_("Sign-in"),
    "rule": N_("Rule"),
    "person": N_("Person"),
    "function": N_("Function"),
    "queue": N_("Queue"),
    "service": N_("Service"),
    "canned reply": N_("Canned reply"),
    "notification text": N_("Words of a mail"),
    "appearance": N_("Appearance"),
    "address": N_("Address not reached"),
    "business unit": N_("Business unit"),
}

DEEDS: Mapping[str, str] = {
    "added": N_("added"),
    "changed": N_("changed"),
    "deleted": N_("deleted"),
    "invited": N_("invited"),
    "connected": N_("connected"),
    "disconnected": N_("disconnected"),
    "freed": N_("freed"),
}

FIELDS: Mapping[str, str] = {
    "accent": N_("Colour, light"),
    "accent_dark": N_("Colour, dark"),
    "acknowledge": N_("Tell the sender that the mail arrived"),
    "active": N_("In use"),
    "address": N_("E-mail address"),
    "addresses": N_("E-mail addresses"),
    "after_keeping": N_("When a mail is kept"),
    "aliases": N_("Other addresses"),
    "authserv_ids": N_("Servers that vouch for senders"),
    "authorize_url": N_("Where people agree"),
    "client_id": N_("Application’s id"),
    "client_secret": N_("Application’s secret"),
    "display_name": N_("Sender’s name"),
    "email": N_("E-mail address"),
    "expected": N_("What is expected"),
    "first_line": N_("First line"),
    "flow": N_("Who agrees"),
    "folder": N_("Folder"),
    "function_id": N_("Function"),
    "functions": N_("Works in"),
    "grant_id": N_("How we sign in"),
    "header": N_("A header contains"),
    "host": N_("Mail server"),
    "idle": N_("IDLE"),
    "issuer": N_("Issuer"),
    "kind": N_("Kind"),
    "language": N_("Language"),
    "logo_sha256": N_("Logo"),
    "move_to": N_("Move to the folder"),
    "name": N_("Name"),
    "name_en": N_("Name in English"),
    "name_sv": N_("Name in Swedish"),
    "old_mail": N_("Old mail"),
    "old_mail_since": N_("Old mail since"),
    "owner_id": N_("Owner"),
    "password": N_("Password"),
    "plus_addressing": N_("Plus addresses"),
    "poll_seconds": N_("Seconds between two looks"),
    "port": N_("Port"),
    "position": N_("Place in the order"),
    "priority": N_("Priority"),
    "process": N_("Process"),
    "provider": N_("Provider"),
    "queue_id": N_("Queue"),
    "recipient": N_("To"),
    "refresh_token": N_("Refresh token"),
    "roles": N_("Roles"),
    "scope": N_("Scope"),
    "security": N_("Encryption"),
    "sender": N_("From"),
    "service_id": N_("Service"),
    "silent_after_hours": N_("Hours without mail before an alarm"),
    "spam_header": N_("Header that marks spam"),
    "subject": N_("Subject"),
    "suppressed_since": N_("Not written to since"),
    "tenant": N_("Directory"),
    "tickets": N_("Open tickets"),
    "to": N_("To"),
    "token_url": N_("Where tokens come from"),
    "trust_reply_to": N_("Believe Reply-To"),
    "username": N_("User name"),
    "verify_tls": N_("Check the certificate"),
    "business_unit_id": N_("Business unit"),
    "parent_id": N_("Part of"),
    "readers": N_("Chosen people"),
    "senders": N_("Whose mail is theirs"),
    "sharing": N_("Who sees the unit’s tickets"),
    "taken_in": N_("People taken in"),
    "views": N_("Views shared with functions"),
    "words": N_("One of these words occurs"),
    "words_en": N_("Words in English"),
    "words_sv": N_("Words in Swedish"),
}

_VALUES: Mapping[str, Mapping[str, str]] = {
    "kind": {
        "imap": N_("fetched by IMAP"),
        "door": N_("handed in"),
        "service": N_("Service"),
        "supporting service": N_("Supporting service"),
        "product": N_("Product"),
    },
    "old_mail": {
        "ask": N_("not decided"),
        "now": N_("from now on"),
        "since": N_("since a day"),
        "everything": N_("everything"),
    },
    "after_keeping": {
        "leave": N_("left as it is"),
        "seen": N_("marked as read"),
        "move": N_("moved"),
        "delete": N_("deleted"),
    },
    "flow": {
        "client credentials": N_("the organisation, once for the application"),
        "authorization code": N_("the mailbox’s own user, in a browser"),
    },
    "language": {"en": "English", "sv": "Svenska"},
    "sharing": {
        "off": N_("only who asked"),
        "everybody": N_("everybody in the unit"),
        "chosen": N_("chosen people"),
    },
    "process": {process.name: process.label for process in PROCESSES.values()},
}


def value_words(field: str, value: Any, names: Mapping[str, Mapping[int, str]]) -> str:
    """A value of a change in words; `names` gives the names of rows by field and id."""
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if field == "roles":
        return ", ".join(_(ROLE_LABELS[Role(role)]) for role in value)
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if field in names and isinstance(value, int):
        return names[field].get(value, f"({value})")
    if field == "logo_sha256":
        # Nobody reads a digest; its beginning tells one picture from another.
        return str(_("picture %(mark)s", mark=str(value)[:8]))
    if field == "suppressed_since":
        return exact(datetime.fromisoformat(str(value)))
    known = _VALUES.get(field, {}).get(str(value))
    return str(_(known)) if known else str(value)


def label(table: Mapping[str, str], key: str) -> str:
    """The label of a key in the reader's language; the key itself where it has none."""
    found = table.get(key)
    return str(_(found)) if found else key


def chip(table: Mapping[str, tuple[str, str]], key: str) -> tuple[str, str]:
    """Label in the reader's language and kind of chip."""
    words, kind = table.get(key, (key, ""))
    return str(_(words)), kind


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {
        # In a template _() takes its message for harmless HTML; what others wrote is not.
        "said": said,
        "role_sentences": lambda: {
            role.value: str(_(sentence)) for role, sentence in ROLE_SENTENCES.items()
        },
        "inbound_state": lambda state: chip(INBOUND_STATES, state),
        "outbound_state": lambda state: chip(OUTBOUND_STATES, state),
        "place_words": lambda place: chip(PLACES, place),
        "notification_words": lambda name: label(NOTIFICATION_LABELS, name),
        "stage_words": lambda stage: label(STAGES, stage),
        "door_words": lambda door: label(DOORS, door),
    }
