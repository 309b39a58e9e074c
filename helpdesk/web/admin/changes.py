"""What was changed in the configuration: who, when, what, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import to_utc

from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.accounts.queries import people_by_ids
from helpdesk.domain.accounts.units import units
from helpdesk.domain.configuration import queries
from helpdesk.domain.configuration.actions import SECRETS, Thing, What
from helpdesk.domain.configuration.models import ConfigurationChange
from helpdesk.domain.correspondence.granting import grants
from helpdesk.web.admin import words
from helpdesk.web.admin.choices import function_choices, queue_choices, service_choices
from helpdesk.web.admin.door import blueprint, id_asked
from helpdesk.web.filters import local_name
from helpdesk.web.language import LANGUAGES
from helpdesk.web.security import needs

PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One change in the reader's words; `url` is the thing's page, where it has one."""

    change: ConfigurationChange
    thing: str
    name: str
    deed: str
    url: str | None
    facts: list[tuple[str, str, str]]


@blueprint.get("/changes")
@needs(Action.SEE_ADMINISTRATION)
def changes() -> str:
    """All changes, newest first, or those of a thing, a person, some days."""
    kind = request.args.get("kind") or None
    thing_id, by_id, before = id_asked("thing"), id_asked("who"), id_asked("before")
    first, last = _day("first"), _day("last")
    rows = queries.changes(
        kind=kind,
        thing_id=thing_id,
        by_id=by_id,
        since=_begin(first),
        until=_begin(last + timedelta(days=1)) if last else None,
        before=before,
        limit=PAGE + 1,
    )
    asked = {
        "kind": kind,
        "thing": thing_id,
        "who": by_id,
        "first": first.isoformat() if first else None,
        "last": last.isoformat() if last else None,
    }
    older = None
    if len(rows) > PAGE:
        older = _address(**asked, before=rows[PAGE - 1].id)
    people = people_by_ids(queries.who_changed()).values()
    return render_template(
        "admin/changes.html",
        lines=lines_of(rows[:PAGE]),
        kinds=[(key, _(label)) for key, label in words.THINGS.items()],
        people=sorted((person.display_name, person.id) for person in people),
        asked=asked,
        is_narrowed=any(value is not None for value in asked.values()),
        older=older,
        newest=_address(**asked) if before else None,
    )


def _address(**asked: Any) -> str:
    return url_for("admin.changes", **asked)


def _day(name: str) -> date | None:
    """A day in the address's question; None for what is none, or none that has a next day."""
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if 1900 < day.year < 2900 else None


def _begin(day: date | None) -> datetime | None:
    """When the day begins for the reader."""
    if day is None:
        return None
    return to_utc(datetime.combine(day, time())).replace(tzinfo=UTC)


def lines_of(rows: Sequence[ConfigurationChange]) -> list[Line]:
    """The changes in words."""
    if not rows:
        return []
    names = {
        "queue_id": dict(queue_choices()),
        "service_id": dict(service_choices()),
        "function_id": dict(function_choices()),
        "owner_id": dict(function_choices()),
        "business_unit_id": (named_units := {unit.id: local_name(unit) for unit in units()}),
        "parent_id": named_units,
        "grant_id": {grant.id: grant.name for grant in grants()},
    }
    return [
        Line(
            change,
            words.label(words.THINGS, change.kind),
            _name_of(change),
            words.label(words.DEEDS, change.what),
            _page_of(change),
            [
                (words.label(words.FIELDS, field), *_both(field, pair, names))
                for field, pair in change.facts.items()
            ],
        )
        for change in rows
    ]


def _both(field: str, pair: list[object], names: dict[str, dict[int, str]]) -> tuple[str, str]:
    if field in SECRETS:
        return "", str(_("a new one"))
    before, after = pair
    return words.value_words(field, before, names), words.value_words(field, after, names)


def _name_of(change: ConfigurationChange) -> str:
    """What the thing was called then; words of a mail by what the mail says."""
    if change.kind == Thing.NOTIFICATION_TEXT.value:
        name, _slash, language = change.name.partition("/")
        label = words.label(words.NOTIFICATION_LABELS, name)
        return f"{label} ({LANGUAGES.get(language, language)})"
    if change.kind == Thing.APPEARANCE.value:
        return change.name or str(_("How the pages look"))
    return change.name


# The page of each thing, and what its address calls the id.
_PAGES = {
    Thing.MAILBOX: ("admin.mailbox", "mailbox_id"),
    Thing.GRANT: ("admin.grant", "grant_id"),
    Thing.RULE: ("admin.rule", "rule_id"),
    Thing.PERSON: ("admin.person", "person_id"),
    Thing.FUNCTION: ("admin.function", "row_id"),
    Thing.QUEUE: ("admin.queue", "row_id"),
    Thing.SERVICE: ("admin.service", "row_id"),
    Thing.CANNED_REPLY: ("admin.canned_one", "reply_id"),
    Thing.UNIT: ("admin.unit", "unit_id"),
}


def _page_of(change: ConfigurationChange) -> str | None:
    if change.what == What.DELETED.value:
        return None
    if change.kind == Thing.NOTIFICATION_TEXT.value:
        name, _slash, language = change.name.partition("/")
        return url_for("admin.text", name=name, language=language)
    if change.kind == Thing.APPEARANCE.value:
        return url_for("admin.appearance")
    if change.kind == Thing.ADDRESS.value:
        return url_for("admin.addresses", q=change.name, state="all")
    known = next((page for thing, page in _PAGES.items() if thing.value == change.kind), None)
    if known is None:
        return None
    endpoint, id_name = known
    place: dict[str, Any] = {id_name: change.thing_id}
    return url_for(endpoint, **place)
