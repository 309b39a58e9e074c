"""What is broken right now, for those who would otherwise write: shown, matched, joined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.notices.actions import be_affected
from helpdesk.domain.notices.models import ServiceNotice
from helpdesk.domain.notices.queries import hitting, notice_by_id, shown_notices
from helpdesk.domain.notices.rules import holds_all, is_overdue, speaks_of, title_in, words_in
from helpdesk.web.account import me
from helpdesk.web.filters import local_name
from helpdesk.web.paths import own_path
from helpdesk.web.security import limiter, needs


def notices_now() -> Sequence[ServiceNotice]:
    """What this visitor may read: strangers only what is public."""
    return shown_notices(now=clock.now(), public_only=not current_user.is_authenticated)


def running(notices: Iterable[ServiceNotice]) -> list[ServiceNotice]:
    """Those that have not ended."""
    return [notice for notice in notices if notice.ended_at is None]


def about(
    notices: Iterable[ServiceNotice], *, service_id: int | None, written: str
) -> list[ServiceNotice]:
    """What runs and may be what somebody is about to report."""
    return [
        notice
        for notice in running(notices)
        if (service_id is not None and notice.service_id == service_id)
        or speaks_of(_names(notice), written)
    ]


def holding(notices: Iterable[ServiceNotice], query: str) -> list[ServiceNotice]:
    """Those that a search finds."""
    return [
        notice
        for notice in notices
        if holds_all((*_names(notice), notice.words_en, notice.words_sv), query)
    ]


def shown(notices: Sequence[ServiceNotice], person: Person | None) -> list[dict[str, Any]]:
    """Notices as the templates read them, in the reader's language."""
    hit = hitting(person, [each.id for each in notices]) if person and notices else frozenset()
    return [notice_as_shown(notice, hit=notice.id in hit) for notice in notices]


def notice_as_shown(notice: ServiceNotice, *, hit: bool = False) -> dict[str, Any]:
    """One notice; `hit` when the reader said so."""
    language = str(get_locale())[:2]
    return {
        "id": notice.id,
        "title": title_in(notice, language),
        "words": words_in(notice, language),
        "service": local_name(notice.service),
        "since_at": notice.since_at,
        "expected_at": notice.expected_at,
        "overdue": is_overdue(notice.expected_at, notice.ended_at, now=clock.now()),
        "ended_at": notice.ended_at,
        "updates": [
            {"at": update.at, "words": words_in(update, language)} for update in notice.updates
        ],
        "hit": hit,
    }


@needs(Action.REPORT_FAULT)
@limiter.limit("30 per minute")
def me_too(notice_id: int) -> Response:
    """Say that one is hit too, and hear when it is over."""
    with unit_of_work():
        be_affected(notice_by_id(notice_id, lock=True), by=me(), now=clock.now())
    flash(
        _("Thank you. You need not write: we mail you once, when it should work again."), "success"
    )
    return redirect(own_path(request.form.get("next")) or url_for("portal.home"), 303)


def _names(notice: ServiceNotice) -> tuple[str, ...]:
    service = notice.service
    of_service = (service.name_en, service.name_sv) if service is not None else ()
    return (notice.title_en, notice.title_sv, *of_service)
