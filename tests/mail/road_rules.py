"""What must be true at the end of every mail's road, whatever the mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import func, select

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.domain.correspondence.models import InboundMail, InboundState, Mailbox, OutboundMail
from helpdesk.domain.tickets.models import Message
from helpdesk.mail.keep import keep_raw
from helpdesk.mail.pipeline import file_waiting

# Faults are tried again for hours; the clock goes on by so much from look to look.
_ROUNDS = 12
_STEP = timedelta(hours=3)
_WRITERS = ("eva@example.com", "agnes@example.org", "helpdesk@example.org", "new@example.net", "")


@dataclass
class Filing:
    """The whole road on a database of its own; mails may answer what was sent before."""

    settings: Settings
    sent: list[str] = field(default_factory=list)
    count: int = 0

    def fault(self, raw: bytes) -> str:
        """What is wrong with how a mail was filed, in a sentence; "" when all is well."""
        before = _messages()
        self.count += 1
        inbound_id = self._keep(self._addressed(raw))
        began = clock.now()
        for round_number in range(_ROUNDS):
            with clock.stopped_at(began + _STEP * round_number):
                file_waiting(self.settings)
            db.session.expire_all()
            row = db.session.get_one(InboundMail, inbound_id)
            if row.state != InboundState.WAITING.value:
                break
        else:
            return f"it waits for ever: {row.error}"
        if row.state == InboundState.FAILED.value:
            return f"it failed: {row.error}"
        more = _messages() - before
        is_first = row.state != InboundState.COPY.value
        wanted = 1 if row.message_id is not None and is_first else 0
        if more != wanted:
            return f"{more} messages instead of {wanted}"
        if not row.trace or any(step["words"] % step.get("with", {}) == "" for step in row.trace):
            return "a trace without words"
        self._remember()
        return ""

    def _addressed(self, raw: bytes) -> bytes:
        """The mail, now and then from somebody we know, as an answer to something we sent."""
        if self.count % 2:
            return raw
        head = b""
        if writer := _WRITERS[self.count // 2 % len(_WRITERS)]:
            head += f"From: {writer}\nMessage-ID: <fuzz-{self.count}@example.com>\n".encode()
        if self.sent and self.count % 4:
            answered = self.sent[self.count % len(self.sent)]
            head += f"In-Reply-To: <{answered}>\n".encode()
        return head + raw

    def _keep(self, raw: bytes) -> int:
        names = ("helpdesk", "orders")
        with unit_of_work():
            name = names[self.count % len(names)]
            row = keep_raw(
                db.session.scalars(select(Mailbox).where(Mailbox.name == name)).one(),
                raw,
                door="smtp",
                envelope_from=("", None, "eva@example.com")[self.count % 3],
                now=clock.now(),
            )
            db.session.flush()
            return row.id

    def _remember(self) -> None:
        newest = select(OutboundMail.rfc_message_id).order_by(OutboundMail.id.desc()).limit(20)
        self.sent = [each for each in db.session.scalars(newest) if each]


def _messages() -> int:
    return db.session.scalar(select(func.count(Message.id))) or 0
