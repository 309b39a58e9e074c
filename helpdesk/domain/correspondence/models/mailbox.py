"""The table of mailboxes: where mail comes from, and the address that answers."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core import clock
from helpdesk.core.db import Base, Instant


class MailboxKind(enum.StrEnum):
    """How mail reaches us: we fetch it, or it is handed to our SMTP, LMTP or pipe door."""

    IMAP = "imap"
    DOOR = "door"


class OldMail(enum.StrEnum):
    """What to do with mail that was there before us."""

    ASK = "ask"
    FROM_NOW_ON = "now"
    SINCE = "since"
    EVERYTHING = "everything"


class AfterKeeping(enum.StrEnum):
    """What the server is told about a mail once it is kept."""

    LEAVE = "leave"
    MARK_SEEN = "seen"
    MOVE = "move"
    DELETE = "delete"


class Mailbox(Base):
    """One address of the helpdesk. `position` decides which of several mailboxes places a copy."""

    __tablename__ = "mailboxes"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    kind: Mapped[str] = mapped_column(String(10), default=MailboxKind.DOOR.value)

    address: Mapped[str] = mapped_column(String(320), unique=True)
    # Other addresses that lead here (lower case); mail is never sent to any of them.
    aliases: Mapped[list[str]] = mapped_column(JSON, default=list)
    display_name: Mapped[str] = mapped_column(String(200), default="")
    plus_addressing: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(5), default="en")
    acknowledge: Mapped[bool] = mapped_column(default=True)
    # Web forms write on somebody's behalf: their Reply-To is the requester.
    trust_reply_to: Mapped[bool] = mapped_column(default=False)
    # The names (authserv-id, RFC 8601 section 2.5) of the servers whose word about a sender is
    # believed; what any other server says in Authentication-Results is not looked at.
    authserv_ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    # The header by which our own mail server calls a mail spam, e.g. "X-Spam-Flag: YES".
    spam_header: Mapped[str] = mapped_column(String(200), default="")

    process: Mapped[str] = mapped_column(String(20), default="incident")
    queue_id: Mapped[int | None] = mapped_column(ForeignKey("queues.id"))

    host: Mapped[str] = mapped_column(String(255), default="")
    port: Mapped[int] = mapped_column(default=993)
    security: Mapped[str] = mapped_column(String(10), default="tls")  # tls | starttls | none
    verify_tls: Mapped[bool] = mapped_column(default=True)
    username: Mapped[str] = mapped_column(String(320), default="")
    sealed_password: Mapped[str | None] = mapped_column()
    # With a grant we sign in by OAuth 2, and there is no password.
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("mail_grants.id"))
    folder: Mapped[str] = mapped_column(String(200), default="INBOX")
    after_keeping: Mapped[str] = mapped_column(String(10), default=AfterKeeping.MARK_SEEN.value)
    move_to: Mapped[str] = mapped_column(String(200), default="")
    poll_seconds: Mapped[int] = mapped_column(default=60)
    idle: Mapped[bool] = mapped_column(default=True)

    old_mail: Mapped[str] = mapped_column(String(10), default=OldMail.ASK.value)
    old_mail_since: Mapped[date | None] = mapped_column()
    # When the folder was first seen and what the server said then. Mail that lay there is old,
    # and the policy decides about it; mail that comes while nobody has decided is new.
    first_seen_at: Mapped[datetime | None] = mapped_column(Instant)
    first_count: Mapped[int | None] = mapped_column()
    # User, server and folder of which the numbers below speak; another folder has other mail under
    # the same numbers.
    fetched_from: Mapped[str] = mapped_column(String(800), default="")
    # These belong to `uidvalidity`: where new mail begins, and up to where the new and the old
    # mail is kept or set aside by the policy (RFC 3501 section 2.3.1.1: 32 bits, UIDs ascend).
    uidvalidity: Mapped[int | None] = mapped_column(BigInteger)
    first_uidnext: Mapped[int | None] = mapped_column(BigInteger)
    last_uid: Mapped[int] = mapped_column(BigInteger, default=0)
    old_uid: Mapped[int] = mapped_column(BigInteger, default=0)

    created_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    polled_at: Mapped[datetime | None] = mapped_column(Instant)
    worked_at: Mapped[datetime | None] = mapped_column(Instant)
    failing_since: Mapped[datetime | None] = mapped_column(Instant)
    last_error: Mapped[str] = mapped_column(default="")
    # How many mails the server had in the folder, and when it said so.
    on_server: Mapped[int | None] = mapped_column()
    counted_at: Mapped[datetime | None] = mapped_column(Instant)
    # After so many hours without any mail somebody should look; 0 where silence is usual.
    silent_after_hours: Mapped[int] = mapped_column(default=0)
    alarmed_at: Mapped[datetime | None] = mapped_column(Instant)
    # One fetcher at a time, whatever the number of workers.
    leased_by: Mapped[str | None] = mapped_column(String(80))
    leased_until: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def awaits_decision(self) -> bool:
        """Old mail was found and nobody has said what to do with it."""
        return self.old_mail == OldMail.ASK.value and bool(self.first_count)

    @property
    def all_addresses(self) -> tuple[str, ...]:
        """The address and its aliases."""
        return (self.address, *self.aliases)
