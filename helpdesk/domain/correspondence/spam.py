"""Mail that was marked as spam and set aside: looked through by people, deleted by nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.core.errors import NotFound, Refused
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action, require
from helpdesk.domain.correspondence.actions import note_step
from helpdesk.domain.correspondence.models import InboundMail, InboundState, Mailbox
from helpdesk.domain.correspondence.trusting import SPAM

_SET_ASIDE = (
    InboundMail.state == InboundState.SET_ASIDE.value,
    InboundMail.reason == SPAM,
)


def spam_mails(
    *, before: int | None = None, limit: int = 25
) -> Sequence[tuple[InboundMail, Mailbox]]:
    """The spam that lies there with its mailbox, newest first; `before` is the last id seen."""
    statement = (
        select(InboundMail, Mailbox)
        .join(Mailbox, Mailbox.id == InboundMail.mailbox_id)
        .where(*_SET_ASIDE)
    )
    if before is not None:
        statement = statement.where(InboundMail.id < before)
    rows = db.session.execute(statement.order_by(InboundMail.id.desc()).limit(limit))
    return [(mail, mailbox) for mail, mailbox in rows]


def may_hold_spam(*, rspamd: bool) -> bool:
    """Whether spam is sorted out, by `rspamd` or a mailbox's header, or some lies there still."""
    if rspamd:
        return True
    sorts = select(Mailbox.id).where(Mailbox.active, Mailbox.spam_header != "").exists()
    lies = select(InboundMail.id).where(*_SET_ASIDE).exists()
    return bool(db.session.scalar(select(sorts | lies)))


def spam_since(since: datetime) -> int:
    """How many mails were marked as spam since an instant and still lie there."""
    counting = select(func.count()).select_from(InboundMail).where(*_SET_ASIDE)
    return db.session.scalar(counting.where(InboundMail.kept_at >= since)) or 0


def spam_mail(inbound_id: int, *, lock: bool = False) -> InboundMail:
    """One mail that lies there as spam; NotFound for any other."""
    wanted = select(InboundMail).where(InboundMail.id == inbound_id, *_SET_ASIDE)
    mail = db.session.scalar(wanted.with_for_update() if lock else wanted)
    if mail is None:
        raise NotFound(f"Mail {inbound_id} does not lie among the spam.")
    return mail


def let_through(inbound_id: int, *, by: Person, now: datetime) -> InboundMail:
    """Say that a mail is no spam: the worker files it at once, and no filter is heard any more.

    Everything else that the guards look at still counts. Forbidden, NotFound; Refused where the
    bytes are not here.
    """
    require(by, Action.REVIEW_SPAM)
    mail = spam_mail(inbound_id, lock=True)
    if mail.raw_sha256 is None:
        raise Refused(N_("The bytes of this mail are not here."))
    mail.not_spam = True
    mail.state, mail.attempts, mail.due_at = InboundState.WAITING.value, 0, now
    note_step(mail, "by hand", N_("%(who)s said that it is no spam"), now=now, who=by.display_name)
    db.session.flush()
    return mail
