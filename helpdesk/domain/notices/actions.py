"""Verbs on service notices: publish, change, tell more, end, be hit too. Each is in the history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, Refused
from helpdesk.core.events import publish
from helpdesk.core.rows import unless_known
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.configuration.actions import apply, plain
from helpdesk.domain.notices.events import NoticeEnded
from helpdesk.domain.notices.models import Affected, NoticeUpdate, ServiceNotice
from helpdesk.domain.notices.queries import notice_by_id, running_notice_of
from helpdesk.domain.notices.rules import title_in
from helpdesk.domain.tickets.actions.recording import record
from helpdesk.domain.tickets.models import Ticket


def publish_notice(
    ticket: Ticket, *, values: Mapping[str, Any], by: Person, now: datetime
) -> ServiceNotice:
    """Tell everybody what is broken; Refused while the ticket has a notice that runs.

    `values`: title_en, title_sv, words_en, words_sv, service_id, since_at, expected_at, public.
    Invalid without a title, for times in the wrong order, and for an end that has passed already.
    """
    if running_notice_of(ticket.id) is not None:
        raise Refused(N_("This ticket has a service notice already. Write an update there."))
    _check(values, now=now)
    notice = ServiceNotice(
        **values, ticket_id=ticket.id, published_at=now, published_by_id=by.id, updates=[]
    )
    db.session.add(notice)
    db.session.flush()
    facts = {name: plain(value) for name, value in values.items() if value not in ("", None)}
    record(ticket, "notice published", by=by, now=now, facts={"notice": notice.id, "told": facts})
    return notice_by_id(notice.id)


def change_notice(
    notice: ServiceNotice,
    *,
    ticket: Ticket,
    values: Mapping[str, Any],
    by: Person,
    now: datetime,
) -> None:
    """Change what a notice says; Invalid as for a new one, Refused for one that has ended."""
    _refuse_ended(notice)
    _check(values, now=now, expected_before=notice.expected_at)
    changes = apply(notice, values)
    if changes:
        facts = {"notice": notice.id, "changes": changes}
        record(ticket, "notice changed", by=by, now=now, facts=facts)


def tell_more(
    notice: ServiceNotice,
    *,
    ticket: Ticket,
    words_en: str,
    words_sv: str,
    expected_at: datetime | None,
    by: Person,
    now: datetime,
) -> None:
    """Add an update, and say when it should be over now; Invalid for nothing told."""
    _refuse_ended(notice)
    if not (words_en.strip() or words_sv.strip()):
        raise Invalid("words_en", N_("Write the words in at least one language."))
    _check_expected(expected_at, notice.since_at, notice.expected_at, now=now)
    notice.updates.insert(
        0,
        NoticeUpdate(
            notice_id=notice.id, at=now, by_id=by.id, words_en=words_en, words_sv=words_sv
        ),
    )
    changes = apply(notice, {"expected_at": expected_at})
    facts = {"notice": notice.id, "words": words_en or words_sv, "changes": changes}
    record(ticket, "notice updated", by=by, now=now, facts=facts)


def end_notice(
    notice: ServiceNotice,
    *,
    ticket: Ticket,
    words_en: str = "",
    words_sv: str = "",
    by: Person,
    now: datetime,
) -> None:
    """It is over: everybody who is hit is told once; ending it again changes nothing."""
    if notice.ended_at is not None:
        return
    if words_en.strip() or words_sv.strip():
        notice.updates.insert(
            0,
            NoticeUpdate(
                notice_id=notice.id, at=now, by_id=by.id, words_en=words_en, words_sv=words_sv
            ),
        )
    notice.ended_at = now
    facts = {"notice": notice.id, "title": title_in(notice, ticket.language)}
    line = record(ticket, "notice ended", by=by, now=now, facts=facts)
    publish(NoticeEnded(ticket, line, by, notice))


def be_affected(notice: ServiceNotice, *, by: Person, now: datetime) -> None:
    """Say that one is hit too; again changes nothing. Refused when it is over."""
    if notice.ended_at is not None:
        raise Refused(N_("It should work again. If it does not for you, report a fault."))
    row = {"notice_id": notice.id, "person_id": by.id, "since": now}
    # No line of the history: a thousand people who press a button are a count, not a story.
    db.session.connection().execute(unless_known(Affected), row)


def _refuse_ended(notice: ServiceNotice) -> None:
    if notice.ended_at is not None:
        raise Refused(N_("This service notice has ended. Publish a new one if it is broken again."))


def _check(
    values: Mapping[str, Any], *, now: datetime, expected_before: datetime | None = None
) -> None:
    titles = (values.get("title_en") or "", values.get("title_sv") or "")
    if not any(title.strip() for title in titles):
        raise Invalid("title_en", N_("Write a title in at least one language."))
    since_at = values["since_at"]
    if since_at > now:
        raise Invalid("since_at", N_("This is in the future. Since when has it been broken?"))
    _check_expected(values.get("expected_at"), since_at, expected_before, now=now)


def _check_expected(
    expected_at: datetime | None,
    since_at: datetime,
    expected_before: datetime | None,
    *,
    now: datetime,
) -> None:
    if expected_at is None:
        return
    if expected_at <= since_at:
        raise Invalid("expected_at", N_("It cannot be over before it began."))
    # One that has passed may stay as it is while something else is changed.
    if expected_at <= now and expected_at != expected_before:
        raise Invalid("expected_at", N_("This time has passed. When should it be over?"))
