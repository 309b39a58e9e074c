"""Between a service notice and its form: times as the reader's clock shows them, and previews."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask_babel import to_user_timezone, to_utc

from helpdesk.domain.notices.models import ServiceNotice
from helpdesk.domain.services.queries import services
from helpdesk.domain.tickets.models import Ticket
from helpdesk.forms.desk.notices import NO_SERVICE, NoticeForm
from helpdesk.web.filters import local_name

Preview = tuple[str, dict[str, Any]]


def offer(form: NoticeForm) -> None:
    """Let all services be chosen, by name."""
    named = ((service, local_name(service)) for service in services())
    form.offer(sorted(named, key=lambda pair: pair[1]))


def usual(ticket: Ticket) -> dict[str, Any]:
    """What the ticket knows already, in the language that it was written in."""
    title = f"title_{ticket.language if ticket.language in ('en', 'sv') else 'en'}"
    return {
        title: ticket.subject[:200],
        "service": ticket.service_id or NO_SERVICE,
        "since_at": local_time(ticket.opened_at),
        "public": True,
    }


def values_in(form: NoticeForm) -> dict[str, Any]:
    """What the form says, as the verbs take it; only after validation."""
    return {
        "title_en": form.title_en.data or "",
        "title_sv": form.title_sv.data or "",
        "words_en": form.words_en.data or "",
        "words_sv": form.words_sv.data or "",
        "service_id": form.service.data or None,
        "since_at": instant_of(form.since_at.data),
        "expected_at": instant_of(form.expected_at.data),
        "public": bool(form.public.data),
    }


def values_of(row: ServiceNotice) -> dict[str, Any]:
    """What a notice says, as the form takes it."""
    return {
        "title_en": row.title_en,
        "title_sv": row.title_sv,
        "words_en": row.words_en,
        "words_sv": row.words_sv,
        "service": row.service_id or NO_SERVICE,
        "since_at": local_time(row.since_at),
        "expected_at": local_time(row.expected_at),
        "public": row.public,
    }


def previews(values: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """How it reads in each language that has a title, without being kept anywhere."""
    service = next((each for each in services() if each.id == values["service_id"]), None)
    common = {
        "id": 0,
        "since_at": values["since_at"],
        "expected_at": values["expected_at"],
        "overdue": False,
        "ended_at": None,
        "updates": [],
        "hit": False,
    }
    return [
        (
            name,
            common
            | {
                "title": values[f"title_{code}"],
                "words": values[f"words_{code}"],
                "service": (getattr(service, f"name_{code}") if service else ""),
            },
        )
        for code, name in (("sv", "Svenska"), ("en", "English"))
        if values[f"title_{code}"]
    ]


def local_time(instant: datetime | None) -> datetime | None:
    """An instant as the reader's clock shows it, without a zone and seconds, for a field."""
    if instant is None:
        return None
    local: datetime = to_user_timezone(instant)
    return local.replace(tzinfo=None, second=0, microsecond=0)


def instant_of(local: datetime | None) -> datetime | None:
    """The instant that the reader's clock showed."""
    return to_utc(local).replace(tzinfo=UTC) if local is not None else None
